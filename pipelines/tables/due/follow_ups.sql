-- One row per course_key, instrument, window.
-- Windows without a score, of courses with a baseline on the instrument. All days are true days.
select
    patients.number as patient,
    coalesce(clinics.clinic, courses.clinic_key) as clinic,
    instruments.label as instrument,
    windows.label as "window",
    courses.last_induction + windows.first_day as opens,
    courses.last_induction + windows.target_day as best_day,
    courses.last_induction + windows.last_day as closes,
    courses.last_infusion,
    calendar.data_through
from core.course_outcomes as outcomes
inner join core.courses as courses on outcomes.course_key = courses.course_key
inner join definitions.instruments as instruments on outcomes.instrument = instruments.instrument
inner join definitions.windows as windows
    on outcomes.window = windows.window and instruments.family = windows.family
inner join walk.patients as patients on courses.patient_key = patients.of_patient
left join walk.clinics as clinics on courses.clinic_key = clinics.clinic_key
cross join staging.calendar as calendar
where
    outcomes.measure = 'response'
    and outcomes.baseline is not null
    and outcomes.final is null
