-- One row per patient_key.
-- What of a patient others may know, and could find the patient by.
-- category: of the first course, `none` without one. clinic_key, first_day: of the first visit with
-- an infusion, else of the first visit; first_day is null in a study of relative days.
with visits as (
    select
        visits.patient_key,
        visits.clinic_key,
        visits.visit_date,
        row_number() over (
            partition by visits.patient_key
            order by
                case when infusions.visit_key is null then 1 else 0 end,
                visits.visit_date,
                visits.visit_key
        ) as place
    from staging.visits as visits
    left join staging.infusions as infusions on visits.visit_key = infusions.visit_key
)

select
    patients.patient_key,
    patients.sex,
    patients.age_band,
    patients.region,
    visits.clinic_key,
    coalesce(courses.category, 'none') as category,
    case when calendar.calendar = 'dates' then visits.visit_date end as first_day
from staging.patients as patients
left join visits on patients.patient_key = visits.patient_key and visits.place = 1
left join core.courses as courses
    on patients.patient_key = courses.patient_key and courses.course_number = 1
cross join staging.calendar as calendar
