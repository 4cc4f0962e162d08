-- One row per MedicationRequest.
create or replace table fhir.arrived as
select
    incoming.resourcetype as resource_type,
    incoming."abate:item" as given_item,
    incoming.id,
    fhir.key_of(incoming.subject.reference) as patient,
    incoming.dosageinstruction[1].timing.repeat.count as planned_sessions,
    incoming.reasoncode as reasons,
    incoming.reasonreference as reason_references
from main.incoming as incoming;
