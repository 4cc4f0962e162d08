-- One row per Encounter.
create or replace table fhir.arrived as
select
    incoming.resourcetype as resource_type,
    incoming."abate:item" as given_item,
    incoming.id,
    fhir.key_of(incoming.subject.reference) as patient,
    incoming.status,
    list_append(fhir.codings_of(incoming.type), incoming.class) as kinds,
    incoming.period.start as started,
    incoming.period."end" as ended,
    coalesce(
        fhir.key_of(incoming.serviceprovider.reference),
        fhir.key_of(incoming.location[1].location.reference)
    ) as clinic,
    fhir.key_of(incoming.appointment[1].reference) as appointment,
    fhir.key_of(incoming.basedon[1].reference) as based_on,
    incoming.reasoncode as reasons,
    list_concat(
        incoming.reasonreference,
        list_transform(incoming.diagnosis, lambda stated: stated.condition)
    ) as reason_references
from main.incoming as incoming;
