-- What became no record, by reason.
insert into mapped.left_out
select
    unit,
    reason,
    count(*) as rows
from omop.unused
group by unit, reason
order by unit, reason;
