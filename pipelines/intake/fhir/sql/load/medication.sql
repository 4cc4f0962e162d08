-- One row per Medication.
create or replace table fhir.arrived as
select
    incoming.resourcetype as resource_type,
    incoming."abate:item" as given_item,
    incoming.id,
    null as patient,
    incoming.code.coding as codings
from main.incoming as incoming;
