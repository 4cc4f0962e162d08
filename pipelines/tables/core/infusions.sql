-- One row per visit_key.
-- The infusions that make courses: completed visits with an agent and route that count.
-- ordered_category: the indication as ordered, carried over a patient's infusions without one.
with counted as (
    select
        infusions.visit_key,
        visits.patient_key,
        visits.clinic_key,
        visits.clinician_key,
        visits.visit_date,
        infusions.category,
        infusions.subtype
    from staging.infusions as infusions
    inner join staging.visits as visits on infusions.visit_key = visits.visit_key
    inner join definitions.counted_treatments as treatments
        on infusions.agent = treatments.agent and infusions.route = treatments.route
    where visits.visit_status = 'completed'
)

select
    visit_key,
    patient_key,
    clinic_key,
    clinician_key,
    visit_date,
    category,
    subtype,
    coalesce(
        category,
        last_value(category ignore nulls) over (
            partition by patient_key
            order by visit_date, visit_key
            rows between unbounded preceding and current row
        ),
        first_value(category ignore nulls) over (
            partition by patient_key
            order by visit_date, visit_key
            rows between current row and unbounded following
        ),
        ''
    ) as ordered_category
from counted
