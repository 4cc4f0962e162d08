-- One row per patient_key.
-- Where several batches describe a patient, the latest that knows counts.
select
    patient_key,
    coalesce(arg_max(sex, batch) filter (where sex <> 'unknown'), 'unknown') as sex,
    coalesce(arg_max(age_band, batch) filter (where age_band <> 'unknown'), 'unknown') as age_band,
    arg_max(region, batch) filter (where region is not null) as region
from records.patients
group by patient_key
