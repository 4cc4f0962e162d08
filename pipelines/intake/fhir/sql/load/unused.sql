-- One row per resource of a file whose type is not used: its type alone.
create or replace table fhir.arrived as
select
    incoming.resourcetype as resource_type,
    incoming."abate:item" as given_item
from main.incoming as incoming;
