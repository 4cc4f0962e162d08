-- One row per category, subtype, instrument, window.
-- Which end scores of a course are looked for: on the instruments that its condition is judged by,
-- and on those that recovery is told by where one of them speaks for the condition.
with conditions as (
    select
        category,
        subtype
    from definitions.subtypes
    union all
    select
        category,
        null as subtype
    from definitions.categories
),

told_by_recovery as (
    select distinct headlines.category
    from definitions.headlines as headlines
    inner join definitions.recovery as recovery on headlines.instrument = recovery.instrument
)

select
    category,
    subtype,
    instrument,
    "window",
    first_day,
    last_day,
    target_day
from core.plan
where instrument is not null
union
select
    conditions.category,
    conditions.subtype,
    recovery.instrument,
    windows.window,
    windows.first_day,
    windows.last_day,
    windows.target_day
from conditions
inner join told_by_recovery on conditions.category = told_by_recovery.category
cross join definitions.recovery as recovery
inner join definitions.instruments as instruments on recovery.instrument = instruments.instrument
inner join definitions.windows as windows on instruments.family = windows.family
