-- One row per course_key.
-- What the headline says of a course, asked in the same way of two builds that are compared.
-- start_month: null where the calendar keeps no months.
-- headline: whether its category is one of the headline. preference: place of its instrument.
-- final_day: day of the end score after the last induction infusion. due_day: first day of data
-- with which its window has closed.
with headline_window as (
    select "window"
    from definitions.windows
    order by case when "window" = 'post_induction' then 0 else 1 end, sort_order
    limit 1
),

settings as (
    select max(value) filter (where setting = 'induction_last_day') as induction_last_day
    from definitions.settings
)

select
    courses.course_key,
    courses.patient_key,
    courses.category,
    courses.subtype,
    categories.headline,
    courses.is_first_course,
    courses.first_infusion,
    courses.last_induction,
    case
        when calendar.keeps_months
            then cast(date_trunc('month', courses.first_infusion) as date)
    end as start_month,
    outcomes.instrument,
    outcomes.baseline,
    outcomes.final,
    outcomes.status,
    plan.preference,
    course_scores.final_day,
    courses.first_infusion + cast(settings.induction_last_day + plan.last_day as integer) as due_day
from core.courses as courses
inner join definitions.categories as categories on courses.category = categories.category
cross join headline_window
cross join settings
cross join staging.calendar as calendar
inner join core.course_outcomes as outcomes
    on
        courses.course_key = outcomes.course_key
        and headline_window.window = outcomes.window
        and outcomes.measure = 'response'
left join core.plan as plan
    on
        courses.category = plan.category
        and courses.subtype is not distinct from plan.subtype
        and outcomes.measure = plan.measure
        and outcomes.window = plan.window
        and outcomes.instrument is not distinct from plan.instrument
left join core.course_scores as course_scores
    on
        outcomes.course_key = course_scores.course_key
        and outcomes.instrument = course_scores.instrument
        and outcomes.window = course_scores.window
