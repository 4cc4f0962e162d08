-- One row per visit_key.
-- Visits with what became of them, and for infusions how long they took.
-- month: first day of the month of the visit; null where the calendar keeps no months. weekday: 1
-- Monday to 7 Sunday; null where days are slid, which moves them to other weekdays.
-- chair_minutes, infusion_minutes, recovery_minutes: of completed infusions only.
select
    visits.visit_key,
    visits.patient_key,
    visits.clinic_key,
    patients.sex,
    patients.age_band,
    patients.region,
    visits.visit_kind,
    visits.visit_status,
    case
        when calendar.keeps_months then cast(date_trunc('month', visits.visit_date) as date)
    end as month,
    case
        when calendar.calendar = 'dates' and calendar.slide is null
            then isodow(visits.visit_date)
    end as weekday,
    case when given.visit_key is not null then visits.chair_minutes end as chair_minutes,
    given.infusion_minutes,
    given.recovery_minutes
from staging.visits as visits
inner join staging.patients as patients on visits.patient_key = patients.patient_key
left join staging.infusions as given
    on visits.visit_key = given.visit_key and visits.visit_status = 'completed'
cross join staging.calendar as calendar
