-- One row per course_key.
-- Courses as they are followed over time, with what they can be grouped and filtered by.
-- baseline: points of the instrument. followed_days: from the first infusion to the last day of the
-- data, null in a study of relative days. next_course_day: days from the first infusion to the next
-- course in the category. last_infusion_day: days to the last infusion of the course.
-- ended: no further infusion can belong to it, since its gap has passed or there is no calendar.
-- start_month, start_year: as in marts.response_courses.
with settings as (
    select max(value) filter (where setting = 'course_gap_days') as course_gap_days
    from definitions.settings
)

select
    followed.course_key,
    courses.patient_key,
    courses.category,
    courses.subtype,
    courses.clinic_key,
    patients.sex,
    patients.age_band,
    patients.region,
    courses.is_first_course,
    followed.instrument,
    followed.eligibility,
    followed.baseline,
    courses.infusions,
    date_diff('day', followed.first_infusion, courses.last_infusion) as last_infusion_day,
    date_diff('day', followed.first_infusion, followed.next_course) as next_course_day,
    case
        when calendar.calendar = 'dates'
            then date_diff('day', followed.first_infusion, calendar.data_through)
    end as followed_days,
    followed.next_course is not null
    or calendar.calendar != 'dates'
    or date_diff('day', courses.last_infusion, calendar.data_through) > settings.course_gap_days
        as ended,
    case
        when calendar.keeps_months
            then cast(date_trunc('month', courses.first_infusion) as date)
    end as start_month,
    case when calendar.keeps_years then year(courses.first_infusion) end as start_year
from core.followed_courses as followed
inner join core.courses as courses on followed.course_key = courses.course_key
inner join staging.patients as patients on courses.patient_key = patients.patient_key
cross join staging.calendar as calendar
cross join settings
