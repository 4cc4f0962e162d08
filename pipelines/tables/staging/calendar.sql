-- One row per calendar.
-- data_from: first day of the sources that tell of infusions. data_through: last day of those that
-- tell of scores. Both are null in a study of relative days.
-- keeps_months: whether the months in which courses began are true. slide: how days were slid.
select
    calendar,
    slide,
    data_from,
    data_through,
    calendar = 'dates' and coalesce(slide, 'month') = 'month' as keeps_months,
    calendar = 'dates' as keeps_years
from records.calendar
