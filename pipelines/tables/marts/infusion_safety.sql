-- One row per visit_key.
-- The infusions of courses, with what they can be grouped and filtered by.
-- month: first day of the month of the infusion; null where the calendar keeps no months.
-- observed: whether any reading of a vital sign is recorded. events, serious: adverse events.
with events as (
    select
        visit_key,
        cast(sum(events) as bigint) as events,
        cast(coalesce(sum(events) filter (where serious), 0) as bigint) as serious
    from staging.adverse_events
    group by visit_key
),

observed as (
    select distinct visit_key
    from staging.vital_signs
)

select
    infusions.visit_key,
    infusions.course_key,
    infusions.patient_key,
    infusions.clinic_key,
    infusions.infusion_number,
    courses.category,
    courses.subtype,
    patients.sex,
    patients.age_band,
    patients.region,
    infusions.visit_date,
    given.dose_mg_per_kg,
    given.stopped_early,
    given.stop_reason,
    case
        when calendar.keeps_months then cast(date_trunc('month', infusions.visit_date) as date)
    end as month,
    coalesce(events.events, 0) as events,
    coalesce(events.serious, 0) as serious,
    observed.visit_key is not null as observed
from core.course_infusions as infusions
inner join core.courses as courses on infusions.course_key = courses.course_key
inner join staging.patients as patients on infusions.patient_key = patients.patient_key
inner join staging.infusions as given on infusions.visit_key = given.visit_key
left join events on infusions.visit_key = events.visit_key
left join observed on infusions.visit_key = observed.visit_key
cross join staging.calendar as calendar
