-- One row per Patient.
create or replace table fhir.arrived as
select
    incoming.resourcetype as resource_type,
    incoming."abate:item" as given_item,
    incoming.id,
    null as patient,
    incoming.birthdate as birth_date,
    incoming.gender,
    incoming.name as names,
    list_transform(incoming.contact, lambda person: person.name) as contacts,
    incoming.extension as extensions,
    incoming.identifier as identifiers,
    incoming.address[1].state as state,
    incoming.address[1].postalcode as postal_code,
    fhir.key_of(incoming.managingorganization.reference) as clinic
from main.incoming as incoming;
