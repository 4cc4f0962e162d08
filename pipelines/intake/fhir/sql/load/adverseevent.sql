-- One row per AdverseEvent.
create or replace table fhir.arrived as
select
    incoming.resourcetype as resource_type,
    incoming."abate:item" as given_item,
    incoming.id,
    fhir.key_of(incoming.subject.reference) as patient,
    incoming.actuality as status,
    incoming.event.coding as events,
    fhir.key_of(incoming.encounter.reference) as encounter,
    coalesce(incoming.date, incoming.detected) as happened,
    incoming.seriousness.coding as seriousness,
    incoming.severity.coding as severity,
    incoming.extension as extensions
from main.incoming as incoming;
