-- One row per course_key, instrument.
-- Courses of conditions in which a scale is watched for harm, with what they can be filtered by.
-- baseline: before the first infusion. worst: the highest score from the day after it until
-- after_days days after the last infusion. flagged: worst reached the score or rose by the points
-- of definitions.watched_scores; null without a score.
with worst as (
    select
        courses.course_key,
        watched.instrument,
        max(scores.score) as worst
    from core.courses as courses
    inner join definitions.watched_scores as watched
        on
            courses.category = watched.category
            and (watched.subtype is null or courses.subtype = watched.subtype)
    inner join core.usable_scores as scores
        on
            courses.patient_key = scores.patient_key
            and watched.instrument = scores.instrument
    where
        scores.assessed_on > courses.first_infusion
        and date_diff('day', courses.last_infusion, scores.assessed_on) <= watched.after_days
    group by courses.course_key, watched.instrument
)

select
    courses.course_key,
    courses.patient_key,
    courses.category,
    courses.subtype,
    courses.clinic_key,
    patients.sex,
    patients.age_band,
    patients.region,
    watched.instrument,
    baselines.baseline,
    worst.worst,
    case
        when worst.worst is not null
            then
                worst.worst >= watched.from_score
                or coalesce(worst.worst - baselines.baseline >= watched.rise_points, false)
    end as flagged,
    case
        when calendar.keeps_months then cast(date_trunc('month', courses.first_infusion) as date)
    end as month
from core.courses as courses
inner join definitions.watched_scores as watched
    on
        courses.category = watched.category
        and (watched.subtype is null or courses.subtype = watched.subtype)
inner join staging.patients as patients on courses.patient_key = patients.patient_key
left join core.baselines as baselines
    on
        courses.course_key = baselines.course_key
        and watched.instrument = baselines.instrument
left join worst
    on courses.course_key = worst.course_key and watched.instrument = worst.instrument
cross join staging.calendar as calendar
