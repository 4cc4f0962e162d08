-- One row per Appointment; patient and place are found among its participants.
create or replace table fhir.arrived as
with actors as (
    select
        incoming.*,
        list_transform(incoming.participant, lambda taker: taker.actor.reference) as written
    from main.incoming as incoming
)

select
    actors.resourcetype as resource_type,
    actors."abate:item" as given_item,
    actors.id,
    fhir.key_like(actors.written, '(^|/)Patient[/?]') as patient,
    actors.status,
    actors.start as started,
    fhir.key_like(actors.written, '(^|/)(Location|HealthcareService)[/?]') as clinic,
    list_concat(
        fhir.codings_of(actors.servicetype), actors.appointmenttype.coding
    ) as kinds,
    actors.cancelationreason.coding as cancelation
from actors;
