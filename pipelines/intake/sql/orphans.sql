-- What belongs to a patient or visit that the screen quarantined belongs to nobody.
update judged.visits set broken = 'patient_key:unknown_patient_key'
where broken is null and patient in (
    select rowid from judged.patients
    where broken is not null
);

update judged.prior_treatments set broken = 'patient_key:unknown_patient_key'
where broken is null and patient in (
    select rowid from judged.patients
    where broken is not null
);

update judged.diagnoses set broken = 'patient_key:unknown_patient_key'
where broken is null and patient in (
    select rowid from judged.patients
    where broken is not null
);

update judged.scores set broken = 'patient_key:unknown_patient_key'
where broken is null and patient in (
    select rowid from judged.patients
    where broken is not null
);

update judged.infusions set broken = 'visit_key:unknown_visit_key'
where broken is null and visit in (
    select rowid from judged.visits
    where broken is not null
);

update judged.vital_signs set broken = 'visit_key:unknown_visit_key'
where broken is null and visit in (
    select rowid from judged.visits
    where broken is not null
);

update judged.adverse_events set broken = 'visit_key:unknown_visit_key'
where broken is null and visit in (
    select rowid from judged.visits
    where broken is not null
);
