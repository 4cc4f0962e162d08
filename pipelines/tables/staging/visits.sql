-- One row per visit_key.
select
    visit_key,
    patient_key,
    clinic_key,
    clinician_key,
    visit_date,
    visit_kind,
    visit_status,
    chair_minutes
from records.visits
