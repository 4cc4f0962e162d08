-- One row per resource and code of a reason or diagnosis: its ICD-10-CM codes, and where a concept
-- has none, the ones that its SNOMED CT codes are counted as.
create table fhir.diagnosis_code as
with concepts as (
    select
        'Condition' as unit,
        condition.item,
        condition.code as concept,
        1 as concept_number
    from fhir.condition as condition
    union all
    select
        'Encounter' as unit,
        visit.item,
        unnest(visit.reasons) as concept,
        unnest(range(len(visit.reasons))) as concept_number
    from fhir.visit as visit
    union all
    select
        'MedicationAdministration' as unit,
        infusion.item,
        unnest(infusion.reasons) as concept,
        unnest(range(len(infusion.reasons))) as concept_number
    from fhir.infusion as infusion
    union all
    select
        request.unit,
        request.item,
        unnest(request.reasons) as concept,
        unnest(range(len(request.reasons))) as concept_number
    from fhir.request as request
),

codings as (
    select
        concepts.unit,
        concepts.item,
        concepts.concept_number,
        unnest(concepts.concept.coding) as coding
    from concepts
),

known as (
    select
        codings.unit,
        codings.item,
        codings.concept_number,
        systems.system = 'icd10cm' as is_icd10cm,
        case
            when systems.system = 'icd10cm' then upper(replace(trim(codings.coding.code), '.', ''))
            else snomed.icd10cm
        end as icd10cm
    from codings
    inner join definitions.fhir_systems as systems on codings.coding.system = systems.uri
    left join definitions.snomed_diagnoses as snomed
        on systems.system = 'snomed' and codings.coding.code = snomed.snomed
    where systems.system = 'icd10cm' or snomed.icd10cm is not null
)

select distinct
    known.unit,
    known.item,
    known.icd10cm
from known
qualify known.is_icd10cm or not bool_or(known.is_icd10cm) over (
    partition by known.unit, known.item, known.concept_number
);
