-- Whom earlier batches of this source show, and not only the crosswalk knows: from another source,
-- from a batch that was taken back, or from an import that was killed.
update door.known_patients set shown_before = true
from held.shown as shown
where door.known_patients.patient_key = shown.patient_key;

-- Patients who waited; their item tells them from those that are only known.
insert into mapped.patients (patient_key, sex, age_band, region, item)
select
    known.source_key as patient_key,
    patients.sex,
    patients.age_band,
    patients.region,
    0 as item
from held.patients as patients
inner join door.known_patients as known on patients.patient_key = known.patient_key
anti join mapped.patients as coming on known.source_key = coming.patient_key;

-- Known patients without a row in this export, so that their visits and scores belong to somebody.
insert into mapped.patients (patient_key, sex, age_band)
select
    known.source_key as patient_key,
    'unknown' as sex,
    'unknown' as age_band
from door.known_patients as known
anti join mapped.patients as coming on known.source_key = coming.patient_key;

-- Rows that waited, under the keys of their source. What this export holds again it replaces.
create table held.patient_names as
select
    patient_key as key,
    source_key
from door.known_patients;

insert into mapped.prior_treatments (patient_key, treatment, trials)
select
    patient_names.source_key as patient_key,
    prior_treatments.treatment,
    cast(prior_treatments.trials as varchar) as trials
from held.prior_treatments as prior_treatments
inner join held.patient_names as patient_names on prior_treatments.patient_key = patient_names.key
anti join mapped.prior_treatments as coming
    on
        patient_names.source_key = coming.patient_key
        and prior_treatments.treatment = coming.treatment;

create table held.visit_names as
select
    known.visit_key as key,
    known.source_key
from door.known_visits as known
anti join mapped.visits as coming on known.source_key = coming.visit_key;

insert into mapped.visits
(
    visit_key, patient_key, clinic_key, clinician_key, visit_date, visit_kind, visit_status,
    chair_minutes
)
select
    visit_names.source_key as visit_key,
    patient_names.source_key as patient_key,
    clinics.source_key as clinic_key,
    clinicians.source_key as clinician_key,
    cast(visits.visit_date as varchar) as visit_date,
    visits.visit_kind,
    visits.visit_status,
    cast(visits.chair_minutes as varchar) as chair_minutes
from held.visits as visits
inner join held.visit_names as visit_names on visits.visit_key = visit_names.key
inner join held.patient_names as patient_names on visits.patient_key = patient_names.key
inner join door.known_clinics as clinics on visits.clinic_key = clinics.key
left join door.known_clinicians as clinicians on visits.clinician_key = clinicians.key;

insert into mapped.infusions
(
    visit_key, agent, route, category, subtype, planned_sessions, dose_mg, dose_mg_per_kg,
    infusion_minutes, recovery_minutes, stopped_early, stop_reason
)
select
    visit_names.source_key as visit_key,
    infusions.agent,
    infusions.route,
    infusions.category,
    infusions.subtype,
    cast(infusions.planned_sessions as varchar) as planned_sessions,
    cast(infusions.dose_mg as varchar) as dose_mg,
    cast(infusions.dose_mg_per_kg as varchar) as dose_mg_per_kg,
    cast(infusions.infusion_minutes as varchar) as infusion_minutes,
    cast(infusions.recovery_minutes as varchar) as recovery_minutes,
    cast(infusions.stopped_early as varchar) as stopped_early,
    infusions.stop_reason
from held.infusions as infusions
inner join held.visit_names as visit_names on infusions.visit_key = visit_names.key;

insert into mapped.diagnoses (patient_key, icd10cm, recorded_on, role)
select
    patient_names.source_key as patient_key,
    diagnoses.icd10cm,
    cast(diagnoses.recorded_on as varchar) as recorded_on,
    diagnoses.role
from held.diagnoses as diagnoses
inner join held.patient_names as patient_names on diagnoses.patient_key = patient_names.key
anti join mapped.diagnoses as coming
    on
        patient_names.source_key = coming.patient_key
        and diagnoses.icd10cm = coming.icd10cm
        and cast(diagnoses.recorded_on as varchar) = coming.recorded_on
        and diagnoses.role = coming.role;

insert into mapped.scores (patient_key, instrument, assessed_on, timing, score)
select
    patient_names.source_key as patient_key,
    scores.instrument,
    cast(scores.assessed_on as varchar) as assessed_on,
    scores.timing,
    cast(scores.score as varchar) as score
from held.scores as scores
inner join held.patient_names as patient_names on scores.patient_key = patient_names.key
anti join mapped.scores as coming
    on
        patient_names.source_key = coming.patient_key
        and scores.instrument = coming.instrument
        and scores.timing = coming.timing
        and cast(scores.assessed_on as varchar) = coming.assessed_on;

insert into mapped.vital_signs (visit_key, minute, sign, value)
select
    visit_names.source_key as visit_key,
    cast(vital_signs.minute as varchar) as minute,
    vital_signs.sign,
    cast(vital_signs.value as varchar) as value
from held.vital_signs as vital_signs
inner join held.visit_names as visit_names on vital_signs.visit_key = visit_names.key;

insert into mapped.adverse_events (visit_key, term, grade, serious, onset_minute, resolved_minute)
select
    visit_names.source_key as visit_key,
    adverse_events.term,
    cast(adverse_events.grade as varchar) as grade,
    cast(adverse_events.serious as varchar) as serious,
    cast(adverse_events.onset_minute as varchar) as onset_minute,
    cast(adverse_events.resolved_minute as varchar) as resolved_minute
from held.adverse_events as adverse_events
inner join held.visit_names as visit_names on adverse_events.visit_key = visit_names.key;
