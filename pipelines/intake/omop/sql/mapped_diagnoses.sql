-- Diagnoses by the ICD-10-CM code that the export recorded, with or without dot, else the one that
-- the definitions give for the concept of its code system or for the standard concept.
create table omop.diagnoses as
with codes as (
    select
        conditions.source_row,
        omop.key(conditions.person_id) as person,
        coalesce(
            omop.day(conditions.condition_start_date), omop.day(conditions.condition_start_datetime)
        ) as recorded_on,
        coalesce(
            omop.icd10cm(conditions.condition_source_value),
            omop.icd10cm(vocabulary.concept_code),
            sources.code,
            standards.code
        ) as icd10cm,
        coalesce(
            statuses.code,
            types.code,
            case
                when omop.key(conditions.visit_occurrence_id) is not null then 'encounter'
                else 'problem_list'
            end
        ) as role
    from omop.condition_occurrence as conditions
    left join omop.concept as vocabulary
        on
            vocabulary.vocabulary_id = 'ICD10CM'
            and omop.concept(conditions.condition_source_concept_id) = vocabulary.concept
    left join omop.known_concepts as sources
        on
            sources.means = 'diagnosis'
            and omop.concept(conditions.condition_source_concept_id) = sources.concept_id
    left join omop.known_concepts as standards
        on
            standards.means = 'diagnosis'
            and omop.concept(conditions.condition_concept_id) = standards.concept_id
    left join omop.known_concepts as statuses
        on
            statuses.means = 'role'
            and omop.concept(conditions.condition_status_concept_id) = statuses.concept_id
    left join omop.known_concepts as types
        on
            types.means = 'role'
            and omop.concept(conditions.condition_type_concept_id) = types.concept_id
)

select
    *,
    row_number() over (
        partition by person, icd10cm, recorded_on, role
        order by source_row
    ) as place
from codes;

insert into mapped.diagnoses by name
select
    person as patient_key,
    icd10cm,
    recorded_on,
    role,
    'condition_occurrence' as unit,
    source_row as item,
    'condition_occurrence' as file,
    source_row
from omop.diagnoses
where icd10cm is not null and place = 1
order by source_row;

insert into omop.unused
select
    'condition_occurrence' as unit,
    source_row as item,
    case
        when icd10cm is null then 'no ICD-10-CM code or mapped concept' else 'repeated'
    end as reason
from omop.diagnoses
where icd10cm is null or place > 1;
