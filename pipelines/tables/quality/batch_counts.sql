-- One row per rule, clinic_key, month.
-- Rules about what was refused at the door, and about the age of the records; of no clinic, month.
-- quarantined_TABLE: refused among all rows of a table; quarantined_unread: things refused before
-- it was known what record they would be. wrong_loinc_check_digit: of FHIR observations,
-- whose codes are verified. records_old: batches in force by the day of the build.
with refused as (
    select
        coalesce(accepted.table_name, 'unread') as table_name,
        cast(sum(quarantine.refused) as bigint) as refused,
        cast(
            coalesce(
                sum(quarantine.refused) filter (
                    where quarantine.column_name = 'clinic_key' and quarantine.rule = 'missing'
                ), 0
            ) as bigint
        ) as without_clinic
    from staging.quarantine as quarantine
    left join quality.accepted as accepted on quarantine.table_name = accepted.table_name
    group by coalesce(accepted.table_name, 'unread')
),

named as (
    select
        table_name,
        rows
    from quality.accepted
    union all
    select
        'unread' as table_name,
        cast(sum(rows) as bigint) as rows
    from quality.accepted
),

loinc as (
    select cast(coalesce(sum(refused), 0) as bigint) as refused
    from staging.quarantine
    where rule = 'wrong_loinc_check_digit'
),

observed as (
    select cast(coalesce(sum(accepted + quarantined), 0) as bigint) as observations
    from staging.accounts
    where unit = 'Observation'
),

counts as (
    select
        concat('quarantined_', named.table_name) as rule,
        coalesce(refused.refused, 0) as failing,
        named.rows + coalesce(refused.refused, 0) as counted
    from named
    left join refused on named.table_name = refused.table_name
    union all
    select
        'clinic_missing' as rule,
        coalesce(refused.without_clinic, 0) as failing,
        named.rows + coalesce(refused.without_clinic, 0) as counted
    from named
    left join refused on named.table_name = refused.table_name
    where named.table_name = 'visits'
    union all
    select
        'wrong_loinc_check_digit' as rule,
        loinc.refused as failing,
        greatest(observed.observations, loinc.refused) as counted
    from loinc
    cross join observed
    union all
    select
        'records_old' as rule,
        count(*) filter (
            where date_diff('day', batches.data_through, batches.built_on) > limits.high
        ) as failing,
        count(*) as counted
    from staging.batches as batches
    inner join definitions.quality_limits as limits on limits.limit = 'records_age_days'
    where batches.data_through is not null
)

select
    rules.rule,
    cast(null as varchar) as clinic_key,
    cast(null as date) as month,
    counts.failing,
    counts.counted
from definitions.quality_rules as rules
inner join counts on rules.rule = counts.rule
