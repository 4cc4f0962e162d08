-- Each diagnosis once: as its Condition states it, as an infusion's reason, as a visit's reason.
create table fhir.diagnosis as
with infusion_reason as (
    select
        reason.item,
        reason.icd10cm
    from fhir.reason as reason
    where reason.unit = 'MedicationAdministration'
),

ordered_reason as (
    select
        infusion_request.item,
        reason.icd10cm
    from fhir.infusion_request as infusion_request
    inner join fhir.reason as reason
        on
            infusion_request.request_unit = reason.unit
            and infusion_request.request_item = reason.item
    anti join infusion_reason on infusion_request.item = infusion_reason.item
),

reasons as (
    select * from infusion_reason
    union
    select * from ordered_reason
),

stated as (
    select
        1 as priority,
        'Condition' as unit,
        stated.item,
        stated.patient,
        diagnosis_code.icd10cm,
        stated.recorded_on,
        stated.role
    from fhir.stated as stated
    inner join fhir.diagnosis_code as diagnosis_code
        on stated.item = diagnosis_code.item and diagnosis_code.unit = 'Condition'
    where stated.reason is null
    union all
    select
        2 as priority,
        'MedicationAdministration' as unit,
        infusion.item,
        infusion.patient,
        reasons.icd10cm,
        infusion.day as recorded_on,
        'infusion_order' as role
    from fhir.infusion as infusion
    inner join reasons
        on infusion.item = reasons.item
    union all
    select
        3 as priority,
        'Encounter' as unit,
        visit.item,
        visit.patient,
        reason.icd10cm,
        visit.day as recorded_on,
        'encounter' as role
    from fhir.visit as visit
    inner join fhir.reason as reason on visit.item = reason.item and visit.unit = reason.unit
    where visit.unit = 'Encounter'
)

select
    stated.*,
    row_number() over (
        partition by stated.patient, stated.icd10cm, stated.recorded_on, stated.role
        order by stated.priority, stated.item
    ) = 1 as is_first
from stated;

insert into mapped.diagnoses by name
select
    diagnosis.patient as patient_key,
    diagnosis.icd10cm,
    diagnosis.recorded_on,
    diagnosis.role,
    diagnosis.unit,
    diagnosis.item,
    files.label as file,
    fhir.row_of(diagnosis.item) as source_row
from fhir.diagnosis as diagnosis
inner join fhir.files as files on fhir.file_of(diagnosis.item) = files.file
where diagnosis.is_first;

insert into mapped.left_out
with fates as (
    select
        stated.item,
        coalesce(
            stated.reason, case when not bool_or(diagnosis.is_first) then 'repeated' end
        ) as reason
    from fhir.stated as stated
    left join fhir.diagnosis as diagnosis
        on stated.item = diagnosis.item and diagnosis.unit = 'Condition'
    group by stated.item, stated.reason
)

select
    'Condition' as unit,
    fates.reason,
    count(*) as rows
from fates
where fates.reason is not null
group by fates.reason;
