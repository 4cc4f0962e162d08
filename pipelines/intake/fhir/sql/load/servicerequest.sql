-- One row per ServiceRequest.
create or replace table fhir.arrived as
select
    incoming.resourcetype as resource_type,
    incoming."abate:item" as given_item,
    incoming.id,
    fhir.key_of(incoming.subject.reference) as patient,
    coalesce(
        incoming.occurrencetiming.repeat.count, incoming.quantityquantity.value
    ) as planned_sessions,
    incoming.reasoncode as reasons,
    incoming.reasonreference as reason_references
from main.incoming as incoming;
