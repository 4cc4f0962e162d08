-- Vital signs at infusions, by the minutes from their start.
insert into mapped.vital_signs by name
select
    visit_key,
    omop.minutes(started, taken) as minute,
    code as sign,
    value,
    unit,
    source_row as item,
    unit as file,
    source_row
from omop.readings
where
    means = 'sign' and infused and value is not null and started is not null and taken is not null
order by unit, source_row;

insert into omop.unused
select
    unit,
    source_row as item,
    case
        when value is null then 'blank'
        when not infused then 'not at an infusion'
        else 'no time of the reading or of the infusion'
    end as reason
from omop.readings
where
    means = 'sign'
    and (value is null or not infused or started is null or taken is null);
