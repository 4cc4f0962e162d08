-- One row per visit_key, term, grade, serious, onset_minute, resolved_minute.
-- events: equal rows of one visit, which the records do not tell apart.
select
    visit_key,
    term,
    grade,
    serious,
    onset_minute,
    resolved_minute,
    count(*) as events
from records.adverse_events
group by visit_key, term, grade, serious, onset_minute, resolved_minute
