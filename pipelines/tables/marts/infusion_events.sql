-- One row per visit_key, term, grade, serious, onset_minute, resolved_minute.
-- Adverse events of the infusions of courses; events: how many were recorded alike.
select
    events.visit_key,
    events.term,
    events.grade,
    events.serious,
    events.onset_minute,
    events.resolved_minute,
    events.events
from staging.adverse_events as events
inner join core.course_infusions as infusions on events.visit_key = infusions.visit_key
