-- One row per Condition with what becomes of it.
create table fhir.stated as
with coded as (
    select distinct diagnosis_code.item
    from fhir.diagnosis_code as diagnosis_code
    where diagnosis_code.unit = 'Condition'
)

select
    condition.item,
    condition.id,
    condition.patient,
    coalesce(left(condition.recorded, 10), visit.day) as recorded_on,
    coalesce(
        fhir.value_for(lookup.meanings, condition.categories, 'diagnosis_role'),
        case when condition.encounter is null then 'problem_list' else 'encounter' end
    ) as role,
    case
        when condition.status is not null and statuses.becomes is null
            then coalesce(statuses.reason, 'verification status not known')
        when coded.item is null then 'no ICD-10-CM code or mapped SNOMED code'
    end as reason
from fhir.condition as condition
cross join fhir.lookup as lookup
left join definitions.fhir_statuses as statuses
    on statuses.resource = 'Condition' and condition.status = statuses.status
left join coded
    on condition.item = coded.item
left join fhir.visit as visit
    on condition.patient || '|' || condition.encounter = visit.visit_key;
