-- What was left out, with the reasons, and what became of each unit.
create table leaving.left_out as
with given as (
    select
        left_out.unit,
        left_out.reason,
        sum(left_out.rows) as items,
        min(left_out.rowid) as place
    from mapped.left_out as left_out
    group by left_out.unit, left_out.reason
    union all
    select
        unit,
        cast(fate as varchar) as reason,
        items,
        case fate
            when 'of forgotten patients' then 1000000001
            when 'in earlier batches already' then 1000000002
            else 1000000003
        end as place
    from leaving.fates
    where fate not in ('accepted', 'quarantined', 'held back')
)

select
    unit,
    reason,
    cast(items as bigint) as items
from given
order by unit, place;

create table leaving.units as
with released as (
    select
        unit,
        count(*) as items
    from main.released
    group by unit
),

counted as (
    select
        unit,
        sum(rows_in) as rows_in,
        min(rowid) as place
    from mapped.units
    group by unit
    having sum(rows_in) > 0
),

fated as (
    select
        unit,
        sum(items) filter (where fate = 'accepted') as accepted,
        sum(items) filter (where fate = 'quarantined') as quarantined,
        sum(items) filter (where fate = 'held back') as held
    from leaving.fates
    group by unit
)

select
    coalesce(counted.place, 1000000000) as place,
    coalesce(counted.unit, released.unit) as unit,
    cast(coalesce(counted.rows_in, 0) as bigint) as rows_in,
    cast(coalesce(fated.accepted, 0) as bigint) as accepted,
    cast(coalesce(fated.quarantined, 0) as bigint) as quarantined,
    cast(coalesce(fated.held, 0) as bigint) as held,
    cast(coalesce(released.items, 0) as bigint) as released
from counted
full outer join released on counted.unit = released.unit
left join fated on counted.unit = fated.unit;
