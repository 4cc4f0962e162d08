-- One row per patient_key, treatment.
select
    patient_key,
    treatment,
    trials
from records.prior_treatments
