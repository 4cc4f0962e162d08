-- One row: first and last true day on which anything happened, and how many patients begin within
-- the margin of the first.
create table door.span as
with days as (
    select
        patient,
        visit_date as day
    from judged.visits
    where broken is null
    union all
    select
        patient,
        assessed_on as day
    from judged.scores
    where broken is null
),

begun as (
    select
        patient,
        min(day) as day
    from days
    group by patient
)

select
    min(day) as first_day,
    max(last_day) as last_day,
    count(*) filter (where date_diff('day', first_of_all, day) < margin_days) as beginners
from (
    select
        begun.day,
        min(begun.day) over () as first_of_all,
        (select max(days.day) from days) as last_day,
        (select asked_margin.days from door.asked_margin as asked_margin) as margin_days
    from begun
) as starts;
