-- What became of the rows of each unit, where every row is a thing of its own.
create table leaving.fates as
select
    cast(unit as varchar) as unit,
    fate,
    count(*) as items
from main.every_fate
group by unit, fate
union all
select
    unit,
    cast('quarantined' as code_fate) as fate,
    count(*) as items
from mapped.refused
group by unit;
