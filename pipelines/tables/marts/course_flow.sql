-- One row per course_key.
-- Courses as they pass through the clinic, with what they can be filtered by.
-- in_induction: infusions of the induction. complete_day: days from the first infusion to the one
-- that makes an induction complete, null where it was not reached in time. followed_days: days from
-- the first infusion to the last day of the data, null in a study of relative days.
-- last_stopped, last_reason: whether the last infusion of the induction was stopped early, and why.
-- planned: infusions planned, as the first one says. ended: no further one can belong to it.
with settings as (
    select
        max(value) filter (where setting = 'induction_complete_infusions') as complete_infusions,
        max(value) filter (where setting = 'induction_last_day') as induction_last_day,
        max(value) filter (where setting = 'induction_gap_days') as induction_gap_days
    from definitions.settings
),

inductions as (
    select
        infusions.course_key,
        count(*) as in_induction,
        min(
            case
                when infusions.infusion_number = settings.complete_infusions
                    then date_diff('day', infusions.first_infusion, infusions.visit_date)
            end
        ) as complete_day,
        max(infusions.visit_date) as last_day,
        min_by(given.planned_sessions, infusions.infusion_number) as planned,
        max_by(given.stopped_early, infusions.infusion_number) as last_stopped,
        max_by(given.stop_reason, infusions.infusion_number) as last_reason
    from core.course_infusions as infusions
    inner join staging.infusions as given on infusions.visit_key = given.visit_key
    cross join settings
    where infusions.in_induction
    group by infusions.course_key
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
    courses.is_first_course,
    courses.course_number,
    inductions.in_induction,
    inductions.complete_day,
    inductions.planned,
    inductions.last_stopped,
    inductions.last_reason,
    case
        when calendar.calendar = 'dates'
            then date_diff('day', courses.first_infusion, calendar.data_through)
    end as followed_days,
    calendar.calendar != 'dates'
    or date_diff('day', courses.first_infusion, calendar.data_through) > settings.induction_last_day
    or date_diff('day', inductions.last_day, calendar.data_through) > settings.induction_gap_days
        as ended,
    case
        when calendar.keeps_months then cast(date_trunc('month', courses.first_infusion) as date)
    end as start_month
from core.courses as courses
inner join inductions on courses.course_key = inductions.course_key
inner join staging.patients as patients on courses.patient_key = patients.patient_key
cross join settings
cross join staging.calendar as calendar
