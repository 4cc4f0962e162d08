-- One row per patient.
-- infused_on: day of the first completed infusion of an agent and route that count, else of any
-- completed infusion. seen_on: first day of any kind. Both are true days.
create table door.anchors as
with infused as (
    select
        visits.patient,
        min(visits.visit_date) filter (where treatments.agent is not null) as counted_on,
        min(visits.visit_date) as any_on
    from judged.infusions as infusions
    inner join judged.visits as visits on infusions.visit = visits.rowid
    left join definitions.counted_treatments as treatments
        on infusions.agent = treatments.agent and infusions.route = treatments.route
    where infusions.broken is null and visits.visit_status = 'completed'
    group by visits.patient
)

select
    patients.patient,
    coalesce(infused.counted_on, infused.any_on) as infused_on,
    days.first_day as seen_on
from door.patients as patients
left join infused on patients.patient = infused.patient
left join door.days as days on patients.patient = days.patient
