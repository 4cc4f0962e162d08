-- One row per MedicationAdministration.
create or replace table fhir.arrived as
select
    incoming.resourcetype as resource_type,
    incoming."abate:item" as given_item,
    incoming.id,
    fhir.key_of(incoming.subject.reference) as patient,
    incoming.status,
    incoming.medicationcodeableconcept.coding as codings,
    incoming.medicationreference.reference as medication,
    incoming.contained,
    fhir.key_of(incoming.context.reference) as encounter,
    coalesce(incoming.effectiveperiod.start, incoming.effectivedatetime) as started,
    incoming.effectiveperiod."end" as ended,
    incoming.dosage.route.coding as routes,
    incoming.dosage.dose.value as dose,
    coalesce(incoming.dosage.dose.code, incoming.dosage.dose.unit) as dose_unit,
    fhir.codings_of(incoming.statusreason) as status_reasons,
    fhir.key_of(incoming.request.reference) as request,
    incoming.reasoncode as reasons,
    incoming.reasonreference as reason_references
from main.incoming as incoming;
