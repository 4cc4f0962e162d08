-- One row per administration with the visit it belongs to: the encounter that it names, else the
-- patient's completed visit of that day, else one that is made for it.
create table fhir.infusion as
select
    administration.*,
    coalesce(named.visit_key, days.visit_key) is null as visit_made,
    coalesce(
        named.visit_key,
        days.visit_key,
        administration.patient || '|infusion|' || administration.day
    ) as visit_key,
    fhir.instant_of(administration.started) as started_at,
    fhir.instant_of(administration.ended) as ended_at
from fhir.administration as administration
left join fhir.visit as named
    on administration.patient || '|' || administration.encounter = named.visit_key
left join fhir.visit_of_day as days
    on administration.patient = days.patient and administration.day = days.day;

insert into fhir.visit by name
select
    infusion.visit_key,
    'MedicationAdministration' as unit,
    min(infusion.item) as item,
    infusion.patient,
    coalesce(min(clinics.clinic), min(sole.clinic)) as clinic,
    infusion.day,
    'completed' as status
from fhir.infusion as infusion
cross join fhir.sole_clinic as sole
left join fhir.patient_clinic as clinics on infusion.patient = clinics.patient
where infusion.visit_made and infusion.visit_key is not null
group by infusion.visit_key, infusion.patient, infusion.day;

-- One row per visit with an infusion, and one per patient and day: from when to when.
create table fhir.infused_visit as
select
    infusion.visit_key,
    min(infusion.started_at) as started_at
from fhir.infusion as infusion
where infusion.visit_key is not null
group by infusion.visit_key;

create table fhir.infused_day as
select
    infusion.patient,
    infusion.day,
    arg_min(infusion.visit_key, infusion.item) as visit_key,
    min(infusion.started_at) as started_at,
    case
        when count(*) = count(infusion.ended_at) then max(infusion.ended_at)
    end as ended_at
from fhir.infusion as infusion
where infusion.visit_key is not null
group by infusion.patient, infusion.day;
