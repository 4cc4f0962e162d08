-- One row per rule, clinic_key, month.
-- Scores after the last induction infusion, up to the last day of their last window, on a scale
-- that the course is judged by; each belongs to the latest course before it.
-- failing: those of no window whose recall reaches back before that infusion.
with asked as (
    select distinct
        courses.course_key,
        courses.patient_key,
        courses.clinic_key,
        courses.last_induction,
        plan.instrument,
        plan.window,
        plan.first_day,
        plan.last_day
    from core.courses as courses
    inner join core.plan as plan
        on
            courses.category = plan.category
            and courses.subtype is not distinct from plan.subtype
    where plan.measure = 'response' and plan.instrument is not null
),

followed as (
    select
        asked.course_key,
        asked.clinic_key,
        asked.last_induction,
        scores.patient_key,
        scores.instrument,
        scores.assessed_on,
        scores.timing,
        scores.score,
        max(
            case
                when
                    date_diff('day', asked.last_induction, scores.assessed_on)
                    between asked.first_day and asked.last_day
                    then 1
                else 0
            end
        ) as in_window,
        max(asked.last_day) as last_day
    from asked
    inner join staging.scores as scores
        on asked.patient_key = scores.patient_key and asked.instrument = scores.instrument
    where scores.assessed_on > asked.last_induction
    group by
        asked.course_key, asked.clinic_key, asked.last_induction, scores.patient_key,
        scores.instrument, scores.assessed_on, scores.timing, scores.score
),

latest as (
    select
        followed.*,
        row_number() over (
            partition by
                followed.patient_key, followed.instrument, followed.assessed_on, followed.timing,
                followed.score
            order by followed.last_induction desc, followed.course_key asc
        ) as place
    from followed
),

counts as (
    select
        latest.clinic_key,
        cast(date_trunc('month', latest.assessed_on) as date) as month,
        count(*) as scores,
        count(*) filter (
            where
            latest.in_window = 0
            and date_diff('day', latest.last_induction, latest.assessed_on)
            < instruments.recall_days
        ) as too_early
    from latest
    inner join definitions.instruments as instruments on latest.instrument = instruments.instrument
    where
        latest.place = 1
        and date_diff('day', latest.last_induction, latest.assessed_on) <= latest.last_day
    group by latest.clinic_key, date_trunc('month', latest.assessed_on)
)

select
    rules.rule,
    counts.clinic_key,
    counts.month,
    counts.too_early as failing,
    counts.scores as counted
from definitions.quality_rules as rules
left join counts on true
where rules.rule = 'recall_overlap'
