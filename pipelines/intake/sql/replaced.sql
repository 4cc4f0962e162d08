-- Each patient, visit, clinic and clinician of the export with the random key that stands for it.
-- place: where the random key comes in the order of all, which sorts faster than the key itself.
create table door.keys as
select
    patients.patient,
    coalesce(patients.patient_key, given.key) as key,
    cast(row_number() over (order by coalesce(patients.patient_key, given.key)) as uinteger)
        as place,
    slides.slide_days,
    slides.first_seen,
    slides.anchor,
    patients.shown_before,
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
