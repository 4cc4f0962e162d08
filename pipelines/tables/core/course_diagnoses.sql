-- One row per course_key, icd10cm, role, only_with_prefix.
-- The diagnoses that may say what a course treats: its patient's, in the days their role allows.
-- rank: place of the role in the order in which the places are asked.
with near as (
    select
        spans.course_key,
        spans.patient_key,
        spans.first_infusion,
        diagnoses.icd10cm,
        diagnoses.role,
        sources.rank
    from core.course_spans as spans
    inner join staging.diagnoses as diagnoses on spans.patient_key = diagnoses.patient_key
    inner join definitions.indication_sources as sources on diagnoses.role = sources.role
    where
        date_diff('day', spans.first_infusion, diagnoses.recorded_on)
        between sources.first_day and sources.last_day
)

select distinct
    near.course_key,
    near.icd10cm,
    near.role,
    near.rank,
    codes.only_with_prefix,
    codes.icd10cm_prefix,
    codes.category,
    codes.subtype,
    codes.precedence,
    codes.family
from near
inner join core.diagnosis_codes as codes on near.icd10cm = codes.icd10cm
where
    codes.only_with_prefix = ''
    or exists (
        select 1
        from near as companions
        where
            companions.course_key = near.course_key
            and starts_with(companions.icd10cm, codes.only_with_prefix)
    )
