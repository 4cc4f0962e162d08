-- One row per batch.
-- The batches in force. data_through: last day of its records; null in a study of relative days.
-- built_on: day on which this build was made.
select
    batch,
    source,
    data_through,
    built_on
from records.batches
