-- One row per patient_key.
select
    patient_key,
    sex,
    age_band,
    region
from records.patients
