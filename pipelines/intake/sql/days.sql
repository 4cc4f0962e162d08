-- One row per patient with a good visit or score: the first day of either, and the last day, all as
-- they truly were.
create table door.days as
with visited as (
    select
        patient,
        min(visit_date) as first_visit,
        max(visit_date) as last_visit
    from judged.visits
    where broken is null
    group by patient
),

assessed as (
    select
        patient,
        min(assessed_on) as first_score,
        max(assessed_on) as last_score
    from judged.scores
    where broken is null
    group by patient
)

select
    coalesce(visited.patient, assessed.patient) as patient,
    visited.first_visit,
    assessed.first_score,
    least(visited.first_visit, assessed.first_score) as first_day,
    greatest(visited.last_visit, assessed.last_score) as last_day
from visited
full outer join assessed on visited.patient = assessed.patient;
