-- One row per visit_key.
-- category, subtype: the indication as ordered, if it was recorded.
select
    visit_key,
    agent,
    route,
    category,
    subtype,
    planned_sessions,
    dose_mg,
    dose_mg_per_kg,
    infusion_minutes,
    recovery_minutes,
    stopped_early,
    stop_reason
from records.infusions
