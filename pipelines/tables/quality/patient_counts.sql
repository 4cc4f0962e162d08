-- One row per rule, clinic_key, month.
-- Rules about patients, at their first clinic in the month of their first visit.
-- counted: patients. failing: those that break the rule.
with counts as (
    select
        clinic_key,
        cast(date_trunc('month', first_day) as date) as month,
        count(*) as patients,
        count(*) filter (where sex = 'unknown') as without_sex,
        count(*) filter (where age_band = 'unknown') as without_age,
        count(*) filter (where first_day is null) as without_visit
    from quality.patient_homes
    group by clinic_key, date_trunc('month', first_day)
)

select
    rules.rule,
    counts.clinic_key,
    counts.month,
    case rules.rule
        when 'sex_missing' then counts.without_sex
        when 'age_band_missing' then counts.without_age
        when 'patient_without_visit' then counts.without_visit
    end as failing,
    counts.patients as counted
from definitions.quality_rules as rules
left join counts on true
where rules.rule in ('sex_missing', 'age_band_missing', 'patient_without_visit')
