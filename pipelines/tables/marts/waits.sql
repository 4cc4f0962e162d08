-- One row per patient_key.
-- Patients by their first completed consultation: how long until their first infusion.
-- wait_days: days to it; null where there is none yet. followed_days: days to the last day of the
-- data. Patients whose first infusion came before any consultation are left out.
with consulted as (
    select
        patient_key,
        min_by(clinic_key, visit_date) as clinic_key,
        min(visit_date) as consulted_on
    from staging.visits
    where visit_kind = 'consultation' and visit_status = 'completed'
    group by patient_key
),

infused as (
    select
        patient_key,
        min(visit_date) as first_infusion
    from core.course_infusions
    group by patient_key
)

select
    consulted.patient_key,
    consulted.clinic_key,
    patients.sex,
    patients.age_band,
    patients.region,
    date_diff('day', consulted.consulted_on, infused.first_infusion) as wait_days,
    date_diff('day', consulted.consulted_on, calendar.data_through) as followed_days,
    case
        when calendar.keeps_months then cast(date_trunc('month', consulted.consulted_on) as date)
    end as month
from consulted
inner join staging.patients as patients on consulted.patient_key = patients.patient_key
left join infused on consulted.patient_key = infused.patient_key
cross join staging.calendar as calendar
where
    calendar.calendar = 'dates'
    and consulted.consulted_on <= calendar.data_through
    and (infused.first_infusion is null or infused.first_infusion >= consulted.consulted_on)
