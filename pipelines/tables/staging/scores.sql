-- One row per patient_key, instrument, assessed_on, timing, score.
-- Equal scores of one day and timing count once; different ones all stay.
select distinct
    patient_key,
    instrument,
    assessed_on,
    timing,
    score
from records.scores
