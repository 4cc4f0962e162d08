-- One row per order: how many sessions it plans, and what it was given for.
create table fhir.request as
select
    'ServiceRequest' as unit,
    request.*
from fhir.servicerequest as request
union all
select
    'MedicationRequest' as unit,
    request.*
from fhir.medicationrequest as request;

-- One row per infusion and order that it names, or that its encounter is based on.
create table fhir.infusion_request as
select
    infusion.item,
    request.unit as request_unit,
    request.item as request_item,
    request.planned_sessions
from fhir.infusion as infusion
left join fhir.visit as visit on infusion.visit_key = visit.visit_key
inner join fhir.request as request
    on
        infusion.patient = request.patient
        and (infusion.request = request.id or visit.based_on = request.id);

insert into mapped.left_out
with used as (
    select distinct
        infusion_request.request_unit,
        infusion_request.request_item
    from fhir.infusion_request as infusion_request
)

select
    request.unit,
    case
        when used.request_item is not null then 'read with its infusions'
        else 'no order of an infusion'
    end as reason,
    count(*) as rows
from fhir.request as request
left join used
    on request.unit = used.request_unit and request.item = used.request_item
group by request.unit, reason;
