-- One row per resource and code that it gives as its reason, also by way of a Condition.
create table fhir.reason as
with resources as (
    select
        'Encounter' as unit,
        visit.item,
        visit.patient,
        visit.reason_references as referred
    from fhir.visit as visit
    where visit.unit = 'Encounter'
    union all
    select
        'MedicationAdministration' as unit,
        infusion.item,
        infusion.patient,
        infusion.reason_references as referred
    from fhir.infusion as infusion
    union all
    select
        request.unit,
        request.item,
        request.patient,
        request.reason_references as referred
    from fhir.request as request
),

referring as (
    select
        resources.unit,
        resources.item,
        resources.patient,
        fhir.key_of(unnest(resources.referred).reference) as condition_id
    from resources
)

select
    diagnosis_code.unit,
    diagnosis_code.item,
    diagnosis_code.icd10cm
from fhir.diagnosis_code as diagnosis_code
where diagnosis_code.unit <> 'Condition'
union
select
    referring.unit,
    referring.item,
    diagnosis_code.icd10cm
from referring
inner join fhir.stated as stated
    on
        referring.patient = stated.patient
        and referring.condition_id = stated.id
        and stated.reason is null
inner join fhir.diagnosis_code as diagnosis_code
    on stated.item = diagnosis_code.item and diagnosis_code.unit = 'Condition';
