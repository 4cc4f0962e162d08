-- One row per course_key, window.
-- The response of a course window by window, to ask what became of those who responded in one.
-- status, instrument: as in core.course_outcomes. first_day, last_day: of the window, and
-- final_day: of the score that counts, null without one; all in days after the first infusion.
with days as (
    select
        course_key,
        date_diff('day', first_infusion, last_induction) as last_induction_day
    from core.courses
),

spans as (
    select
        windows.window,
        instruments.instrument,
        windows.first_day,
        windows.last_day
    from definitions.windows as windows
    inner join definitions.instruments as instruments on windows.family = instruments.family
)

select
    outcomes.course_key,
    outcomes.window,
    outcomes.instrument,
    outcomes.status,
    days.last_induction_day + spans.first_day as first_day,
    days.last_induction_day + spans.last_day as last_day,
    days.last_induction_day + scores.final_day as final_day
from core.course_outcomes as outcomes
inner join days on outcomes.course_key = days.course_key
left join spans
    on outcomes.instrument = spans.instrument and outcomes.window = spans.window
left join core.course_scores as scores
    on
        outcomes.course_key = scores.course_key
        and outcomes.instrument = scores.instrument
        and outcomes.window = scores.window
where outcomes.measure = 'response'
