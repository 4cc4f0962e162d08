-- One row per calendar.
-- data_from, data_through: first and last day of the records; null in a study of relative days.
select
    calendar,
    data_from,
    data_through
from records.calendar
