-- Each patient, visit, clinic and clinician of the export with the random key that stands for it.
create table door.keys as
select
    patients.patient,
    coalesce(patients.patient_key, given.key) as key,
    slides.slide_days,
    slides.first_seen,
    patients.forgotten
from door.patients as patients
left join door.given_patients as given on patients.source_key = given.source_key
inner join door.slides as slides on patients.patient = slides.patient;

create table door.visit_keys as
select
    visits.visit,
    coalesce(visits.key, given.key) as key
from door.visits as visits
left join door.given_visits as given on visits.visit = given.visit;

create table door.clinics as
select
    source_key,
    key
from door.known_clinics
union all
select
    source_key,
    key
from door.given_clinics;

create table door.clinicians as
select
    source_key,
    key
from door.known_clinicians
union all
select
    source_key,
    key
from door.given_clinicians;

-- The day by which a patient's age is told: of the first visit, else of the first score.
create table door.first_days as
with visited as (
    select
        patient,
        min(visit_date) as seen_on
    from judged.visits
    where broken is null
    group by patient
),

assessed as (
    select
        patient,
        min(assessed_on) as seen_on
    from judged.scores
    where broken is null
    group by patient
)

select
    coalesce(visited.patient, assessed.patient) as patient,
    coalesce(visited.seen_on, assessed.seen_on) as seen_on
from visited
full outer join assessed on visited.patient = assessed.patient;
