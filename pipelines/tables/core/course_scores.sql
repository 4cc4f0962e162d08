-- One row per course_key, instrument, window.
-- final: the end score in the window after the last induction infusion, the one nearest the target
-- day, ties to the earlier; of several of one day the highest, the harder to call a response.
-- Never one taken during or after an infusion; on a day with an infusion one without a time counts
-- only if the instrument looks back far enough.
with settings as (
    select max(value) filter (where setting = 'same_day_unspecified_min_recall_days') as min_recall
    from definitions.settings
),

asked as (
    select distinct
        courses.course_key,
        courses.patient_key,
        courses.last_induction,
        plan.instrument,
        plan.window,
        plan.first_day,
        plan.last_day,
        plan.target_day
    from core.courses as courses
    inner join core.plan as plan
        on
            courses.category = plan.category
            and courses.subtype is not distinct from plan.subtype
),

infusion_days as (
    select distinct
        patient_key,
        visit_date
    from core.infusions
),

usable as (
    select
        scores.patient_key,
        scores.instrument,
        scores.assessed_on,
        scores.score
    from staging.scores as scores
    inner join definitions.instruments as instruments on scores.instrument = instruments.instrument
    cross join settings
    left join infusion_days
        on
            scores.patient_key = infusion_days.patient_key
            and scores.assessed_on = infusion_days.visit_date
    where
        scores.timing = 'before_infusion'
        or (
            scores.timing = 'unspecified'
            and (
                infusion_days.patient_key is null
                or instruments.recall_days >= settings.min_recall
            )
        )
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
    inner join usable
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
            order by abs(day - target_day) asc, day asc, score desc
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
