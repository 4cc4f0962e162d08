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

create table door.first_days as
with days as (
    select
        patient,
        visit_date as seen_on
    from judged.visits
    where broken is null
    union all
    select
        patient,
        assessed_on as seen_on
    from judged.scores
    where broken is null
)

select
    patient,
    min(seen_on) as seen_on
from days
group by patient;
