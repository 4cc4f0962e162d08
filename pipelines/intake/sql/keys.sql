-- Who is new to the crosswalk, in the order of nothing: keys are given at random.
create table door.patients as
select
    patients.rowid as patient,
    patients.patient_key as source_key,
    known.patient_key,
    known.slide_days,
    known.first_seen,
    known.anchor,
    coalesce(known.shown_before, false) as shown_before,
    forgotten.source_key is not null as forgotten
from judged.patients as patients
left join door.known_patients as known on patients.patient_key = known.source_key
left join door.forgotten as forgotten on patients.patient_key = forgotten.source_key
where patients.broken is null;

create table door.new_patients as
select source_key
from door.patients
where patient_key is null and not forgotten;

create table door.visits as
select
    visits.rowid as visit,
    visits.visit_key as source_key,
    visits.patient,
    known.visit_key as key
from judged.visits as visits
left join door.known_visits as known on visits.visit_key = known.source_key
where visits.broken is null;

create table door.new_visits as
select visits.visit
from door.visits as visits
inner join door.patients as patients on visits.patient = patients.patient
where visits.key is null and not patients.forgotten;

create table door.new_clinics as
select distinct visits.clinic_key as source_key
from judged.visits as visits
left join door.known_clinics as known on visits.clinic_key = known.source_key
where visits.broken is null and known.source_key is null;

create table door.new_clinicians as
select distinct visits.clinician_key as source_key
from judged.visits as visits
left join door.known_clinicians as known on visits.clinician_key = known.source_key
where visits.broken is null and visits.clinician_key is not null and known.source_key is null;
