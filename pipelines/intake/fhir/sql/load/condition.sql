-- One row per Condition.
create or replace table fhir.arrived as
select
    incoming.resourcetype as resource_type,
    incoming."abate:item" as given_item,
    incoming.id,
    fhir.key_of(incoming.subject.reference) as patient,
    incoming.verificationstatus.coding[1].code as status,
    fhir.codings_of(incoming.category) as categories,
    incoming.code,
    fhir.key_of(incoming.encounter.reference) as encounter,
    coalesce(
        incoming.recordeddate, incoming.onsetdatetime, incoming.onsetperiod.start
    ) as recorded
from main.incoming as incoming;
