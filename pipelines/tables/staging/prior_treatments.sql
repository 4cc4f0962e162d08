-- One row per patient_key, treatment.
-- Where several batches tell of a treatment, the latest that knows the number of trials counts.
select
    patient_key,
    treatment,
    arg_max(trials, batch) filter (where trials is not null) as trials
from records.prior_treatments
group by patient_key, treatment
