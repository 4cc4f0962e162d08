-- One row per course_key, instrument, window.
-- final: the end score in the window after the last induction infusion, the one nearest the target
-- day, ties to the earlier; whatever was given until then, maintenance infusions or a next course.
with asked as (
    select
        courses.course_key,
        courses.patient_key,
        courses.last_induction,
        instruments.instrument,
        instruments.window,
        instruments.first_day,
        instruments.last_day,
        instruments.target_day
    from core.courses as courses
    inner join core.asked_instruments as instruments
        on
            courses.category = instruments.category
            and courses.subtype is not distinct from instruments.subtype
),

inside as (
    select
        asked.course_key,
        asked.instrument,
        asked.window,
        asked.target_day,
        usable.score,
        date_diff('day', asked.last_induction, usable.assessed_on) as day
    from asked
    inner join core.usable_scores as usable
        on asked.patient_key = usable.patient_key and asked.instrument = usable.instrument
    where
        date_diff('day', asked.last_induction, usable.assessed_on)
        between asked.first_day and asked.last_day
),

ordered as (
    select
        *,
        row_number() over (
            partition by course_key, instrument, "window"
            order by abs(day - target_day) asc, day asc
        ) as choice
    from inside
)

select
    course_key,
    instrument,
    "window",
    score as final,
    day as final_day
from ordered
where choice = 1
