-- What became of each counted thing: where its rows have different fates, the worst counts.
create table leaving.fates as
with fates as (
    select
        unit,
        item,
        fate
    from main.every_fate
    union all
    select
        unit,
        item,
        'quarantined' as fate
    from mapped.refused
),

ranked as (
    select
        unit,
        item,
        max(
            case fate
                when 'quarantined' then 5
                when 'held back' then 4
                when 'accepted' then 3
                when 'before --since or of days in earlier batches' then 2
                else 1
            end
        ) as worst
    from fates
    group by unit, item
)

select
    unit,
    worst,
    count(*) as items
from ranked
group by unit, worst;
