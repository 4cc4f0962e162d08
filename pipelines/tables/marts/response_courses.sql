-- One row per course_key, measure, window.
-- What the Response page counts: each status with what it can be grouped and filtered by.
-- start_month: first day of the month of the first infusion; null where the calendar keeps no
-- months. start_year: its year; null in a study of relative days.
-- severity: the baseline as a share of the range of its scale, 1 the worst; null without one.
select
    outcomes.course_key,
    outcomes.measure,
    outcomes.window,
    outcomes.instrument,
    outcomes.status,
    outcomes.baseline,
    outcomes.final,
    courses.patient_key,
    courses.course_number,
    courses.category,
    courses.subtype,
    courses.clinic_key,
    courses.clinician_key,
    patients.sex,
    patients.age_band,
    patients.region,
    courses.is_first_course,
    case
        when calendar.keeps_months
            then cast(date_trunc('month', courses.first_infusion) as date)
    end as start_month,
    case when calendar.keeps_years then year(courses.first_infusion) end as start_year,
    cast(case instruments.better
        when 'lower' then outcomes.baseline - instruments.minimum
        else instruments.maximum - outcomes.baseline
    end as double) / (instruments.maximum - instruments.minimum) as severity
from core.course_outcomes as outcomes
inner join core.courses as courses on outcomes.course_key = courses.course_key
inner join staging.patients as patients on courses.patient_key = patients.patient_key
left join definitions.instruments as instruments on outcomes.instrument = instruments.instrument
cross join staging.calendar as calendar
