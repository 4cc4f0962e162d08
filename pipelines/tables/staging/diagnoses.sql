-- One row per patient_key, icd10cm, recorded_on, role.
select distinct
    patient_key,
    icd10cm,
    recorded_on,
    role
from records.diagnoses
