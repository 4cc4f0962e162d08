-- One row per resource of the type that the file is read for, with its number.
create or replace view fhir.taken as
select
    case
        when current_file.numbered then arrived.given_item
        else current_file.first_item + arrived.rowid
    end as item,
    arrived.*
from fhir.arrived as arrived
cross join fhir.current as current_file
where arrived.resource_type = current_file.resource;
