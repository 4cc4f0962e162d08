-- One row per patient_key.
-- clinic_key, first_day: of the patient's first visit, whatever became of it; null without any.
-- treated: has an infusion that counts.
with ordered as (
    select
        patient_key,
        clinic_key,
        visit_date,
        row_number() over (partition by patient_key order by visit_date, visit_key) as place
    from staging.visits
),

treated as (
    select distinct patient_key
    from core.infusions
)

select
    patients.patient_key,
    patients.sex,
    patients.age_band,
    ordered.clinic_key,
    ordered.visit_date as first_day,
    treated.patient_key is not null as treated
from staging.patients as patients
left join ordered on patients.patient_key = ordered.patient_key and ordered.place = 1
left join treated on patients.patient_key = treated.patient_key
