-- What became of each counted thing: where its rows have different fates, the worst counts, which
-- is the last of the type.
create table leaving.fates as
with fates as (
    select
        cast(unit as varchar) as unit,
        item,
        fate
    from main.every_fate
    union all
    select
        unit,
        item,
        cast('quarantined' as code_fate) as fate
    from mapped.refused
),

ranked as (
    select
        unit,
        item,
        max(fate) as fate
    from fates
    group by unit, item
)

select
    unit,
    fate,
    count(*) as items
from ranked
group by unit, fate;
