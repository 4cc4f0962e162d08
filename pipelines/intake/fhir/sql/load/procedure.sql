-- One row per Procedure.
create or replace table fhir.arrived as
select
    incoming.resourcetype as resource_type,
    incoming."abate:item" as given_item,
    incoming.id,
    fhir.key_of(incoming.subject.reference) as patient,
    incoming.status,
    incoming.code.coding as codings,
    fhir.key_of(incoming.encounter.reference) as encounter,
    coalesce(incoming.performeddatetime, incoming.performedperiod.start) as performed
from main.incoming as incoming;
