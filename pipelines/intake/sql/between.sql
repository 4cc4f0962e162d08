-- One row: how many good visits, scores and diagnoses of this export lie between two days.
create table door.between as
select count(*) as days_between
from (
    select visit_date as day
    from judged.visits
    where broken is null and unit is not null
    union all
    select assessed_on as day
    from judged.scores
    where broken is null and unit is not null
    union all
    select recorded_on as day
    from judged.diagnoses
    where broken is null and unit is not null
) as days
cross join door.asked_between as asked
where days.day > asked.last_day and days.day < asked.since;
