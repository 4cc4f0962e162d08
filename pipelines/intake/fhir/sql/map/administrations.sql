-- One row per administration of ketamine or esketamine that was given.
create table fhir.administration as
with named as (
    select
        administration.item,
        coalesce(
            fhir.value_for(lookup.meanings, administration.codings, 'agent'),
            fhir.value_for(
                lookup.meanings,
                fhir.contained_codings(administration.contained, administration.medication),
                'agent'
            ),
            fhir.value_for(lookup.meanings, medication.codings, 'agent')
        ) as agent
    from fhir.medicationadministration as administration
    cross join fhir.lookup as lookup
    left join fhir.medication as medication
        on fhir.key_of(administration.medication) = medication.id
)

select
    named.agent,
    statuses.becomes as status,
    statuses.reason,
    administration.item,
    administration.patient,
    administration.encounter,
    administration.started,
    administration.ended,
    administration.routes,
    administration.dose,
    administration.dose_unit,
    administration.request,
    administration.reasons,
    administration.reason_references,
    administration.status as written_status,
    fhir.value_for(lookup.meanings, administration.routes, 'route') as route,
    fhir.value_for(lookup.meanings, administration.status_reasons, 'stop_reason') as stop_reason,
    left(administration.started, 10) as day
from fhir.medicationadministration as administration
cross join fhir.lookup as lookup
inner join named on administration.item = named.item
left join definitions.fhir_statuses as statuses
    on
        statuses.resource = 'MedicationAdministration'
        and administration.status = statuses.status;

insert into mapped.left_out
select
    'MedicationAdministration' as unit,
    case
        when administration.agent is null then 'no infusion of ketamine or esketamine'
        else coalesce(administration.reason, 'status not known')
    end as why,
    count(*) as rows
from fhir.administration as administration
where administration.agent is null or administration.status is null
group by why;

delete from fhir.administration as administration
where administration.agent is null or administration.status is null;

insert into mapped.left_out
select
    'Medication' as unit,
    'read for its code only' as reason,
    count(*) as rows
from fhir.medication
having count(*) > 0;
