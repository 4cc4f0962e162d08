-- One row per course_key.
-- How a course can be followed over time on the instrument that speaks for its response.
-- instrument: the preferred one of those that core.course_outcomes chose, null where none did.
-- eligibility: started_before_data, no_baseline, below_floor, or eligible for all others.
-- rule and its thresholds: what makes a score a response. next_course: first day of the patient's
-- next course in the category, null without one.
with ordered as (
    select
        outcomes.course_key,
        outcomes.instrument,
        outcomes.baseline,
        outcomes.status,
        plan.rule,
        plan.min_fall_percent,
        plan.max_final_score,
        plan.min_fall_points,
        plan.min_rise_points,
        row_number() over (
            partition by outcomes.course_key
            order by
                case when outcomes.baseline is null then 1 else 0 end,
                plan.preference,
                plan.last_day
        ) as choice
    from core.course_outcomes as outcomes
    inner join core.courses as courses on outcomes.course_key = courses.course_key
    left join core.plan as plan
        on
            courses.category = plan.category
            and courses.subtype is not distinct from plan.subtype
            and outcomes.measure = plan.measure
            and outcomes.window = plan.window
            and outcomes.instrument = plan.instrument
    where outcomes.measure = 'response'
)

select
    courses.course_key,
    courses.patient_key,
    courses.first_infusion,
    courses.last_induction,
    ordered.instrument,
    ordered.baseline,
    ordered.rule,
    ordered.min_fall_percent,
    ordered.max_final_score,
    ordered.min_fall_points,
    ordered.min_rise_points,
    case
        when ordered.status in ('started_before_data', 'no_baseline', 'below_floor')
            then ordered.status
        else 'eligible'
    end as eligibility,
    lead(courses.first_infusion) over (
        partition by courses.patient_key, courses.category order by courses.course_number
    ) as next_course
from core.courses as courses
inner join ordered on courses.course_key = ordered.course_key
where ordered.choice = 1
