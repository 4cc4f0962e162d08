-- One row per rule, clinic_key, month.
-- Rules about diagnoses, at the patient's first clinic. retired_code: by diagnosis and month of
-- its record. diagnosis_conflict: by patient who has either diagnosis of a pair that excludes each
-- other, in the month of the first visit; failing: has both.
with coded as (
    select
        homes.clinic_key,
        cast(date_trunc('month', diagnoses.recorded_on) as date) as month,
        count(*) as diagnoses,
        count(*) filter (where diagnoses.recorded_on > retired.last_valid_day) as retired
    from staging.diagnoses as diagnoses
    inner join quality.patient_homes as homes on diagnoses.patient_key = homes.patient_key
    left join definitions.retired_codes as retired on diagnoses.icd10cm = retired.icd10cm
    group by homes.clinic_key, date_trunc('month', diagnoses.recorded_on)
),

sides as (
    select
        diagnoses.patient_key,
        conflicts.conflict,
        bool_or(starts_with(diagnoses.icd10cm, conflicts.icd10cm_prefix)) as has_one,
        bool_or(starts_with(diagnoses.icd10cm, conflicts.other_prefix)) as has_other
    from staging.diagnoses as diagnoses
    inner join definitions.diagnosis_conflicts as conflicts
        on
            starts_with(diagnoses.icd10cm, conflicts.icd10cm_prefix)
            or starts_with(diagnoses.icd10cm, conflicts.other_prefix)
    group by diagnoses.patient_key, conflicts.conflict
),

patients as (
    select
        patient_key,
        bool_or(has_one and has_other) as has_both
    from sides
    group by patient_key
),

disputed as (
    select
        homes.clinic_key,
        cast(date_trunc('month', homes.first_day) as date) as month,
        count(*) as patients,
        count(*) filter (where patients.has_both) as disputed
    from patients
    inner join quality.patient_homes as homes on patients.patient_key = homes.patient_key
    group by homes.clinic_key, date_trunc('month', homes.first_day)
),

counts as (
    select
        'retired_code' as rule,
        clinic_key,
        month,
        retired as failing,
        diagnoses as counted
    from coded
    union all
    select
        'diagnosis_conflict' as rule,
        clinic_key,
        month,
        disputed as failing,
        patients as counted
    from disputed
)

select
    rules.rule,
    counts.clinic_key,
    counts.month,
    counts.failing,
    counts.counted
from definitions.quality_rules as rules
left join counts on rules.rule = counts.rule
where rules.rule in ('retired_code', 'diagnosis_conflict')
