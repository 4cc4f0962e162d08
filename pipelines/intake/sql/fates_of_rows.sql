-- What became of the rows of each unit, where every row is a thing of its own.
create table leaving.fates as
with fates as (
    select
        unit,
        fate
    from main.every_fate
    union all
    select
        unit,
        'quarantined' as fate
    from mapped.refused
)

select
    unit,
    case fate
        when 'quarantined' then 5
        when 'held back' then 4
        when 'accepted' then 3
        when 'before --since or of days in earlier batches' then 2
        else 1
    end as worst,
    count(*) as items
from fates
group by unit, fate;
