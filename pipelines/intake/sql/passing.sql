-- Records that hold no identifiers keep their keys and their days.
create table door.keys as
select
    rowid as patient,
    patient_key as key,
    cast(row_number() over (order by patient_key) as uinteger) as place,
    0 as slide_days,
    cast(null as date) as first_seen,
    true as shown_before,
    false as forgotten
from judged.patients
where broken is null;

create table door.visit_keys as
select
    rowid as visit,
    visit_key as key
from judged.visits
where broken is null;

create table door.clinics as
select distinct
    clinic_key as source_key,
    clinic_key as key
from judged.visits
where broken is null;

create table door.clinicians as
select distinct
    clinician_key as source_key,
    clinician_key as key
from judged.visits
where broken is null and clinician_key is not null;

-- Where no age was told of a birth date, all have the age band that the records say.
create table if not exists door.ages (patient bigint, band varchar);
