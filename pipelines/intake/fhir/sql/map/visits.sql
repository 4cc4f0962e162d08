-- The clinic of what names none: that of the patient, else the only one of the export.
create table fhir.patient_clinic as
select
    patient.id as patient,
    min(patient.clinic) as clinic
from fhir.patient as patient
group by patient.id;

create table fhir.sole_clinic as
with places as (
    select encounter.clinic
    from fhir.encounter as encounter
    union all
    select appointment.clinic
    from fhir.appointment as appointment
)

select
    case
        when count(distinct places.clinic) = 1 then min(places.clinic)
        when count(distinct places.clinic) = 0 then 'clinic'
    end as clinic
from places;

-- One row per visit that an Encounter is; its key is the patient's and the encounter's together,
-- because some exports use an encounter's id for several patients.
create table fhir.visit as
select
    encounter.patient || '|' || encounter.id as visit_key,
    'Encounter' as unit,
    encounter.item,
    encounter.patient,
    coalesce(encounter.clinic, clinics.clinic, sole.clinic) as clinic,
    left(encounter.started, 10) as day,
    fhir.instant_of(encounter.started) as started,
    fhir.instant_of(encounter.ended) as ended,
    statuses.becomes as status,
    fhir.value_for(lookup.meanings, encounter.kinds, 'visit_kind') as kind,
    encounter.appointment,
    encounter.based_on,
    encounter.reasons,
    encounter.reason_references
from fhir.encounter as encounter
cross join fhir.sole_clinic as sole
cross join fhir.lookup as lookup
inner join definitions.fhir_statuses as statuses
    on statuses.resource = 'Encounter' and encounter.status = statuses.status
left join fhir.patient_clinic as clinics on encounter.patient = clinics.patient
where statuses.becomes is not null;

insert into mapped.left_out
select
    'Encounter' as unit,
    coalesce(statuses.reason, 'status not known') as reason,
    count(*) as rows
from fhir.encounter as encounter
left join definitions.fhir_statuses as statuses
    on statuses.resource = 'Encounter' and encounter.status = statuses.status
where statuses.becomes is null
group by statuses.reason;

-- The first completed visit of each patient and day.
create view fhir.visit_of_day as
select
    visit.patient,
    visit.day,
    arg_min(visit.visit_key, visit.item) as visit_key
from fhir.visit as visit
where visit.status = 'completed'
group by visit.patient, visit.day;
