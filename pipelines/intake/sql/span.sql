-- One row: first and last true day on which anything happened, and how many patients begin within
-- the margin of the first.
create table door.span as
select
    min(first_day) as first_day,
    max(last_day) as last_day,
    count(*) filter (where date_diff('day', first_of_all, first_day) < margin_days) as beginners
from (
    select
        days.first_day,
        days.last_day,
        min(days.first_day) over () as first_of_all,
        (select asked_margin.days from door.asked_margin as asked_margin) as margin_days
    from door.days as days
) as starts;
