-- One row per rule, clinic_key, month.
-- Rules about vital signs. counted: readings of signs with limits, or pairs of pressures of one
-- minute. failing: readings outside their limits, or pairs that are the wrong way round.
with readings as (
    select
        readings.visit_key,
        count(*) as readings,
        count(*) filter (where readings.value < limits.low or readings.value > limits.high) as odd
    from staging.vital_signs as readings
    inner join definitions.quality_limits as limits on readings.sign = limits.field
    where limits.table_name = 'vital_signs'
    group by readings.visit_key
),

pressures as (
    select
        visit_key,
        minute,
        max(value) filter (where sign = 'systolic') as systolic,
        max(value) filter (where sign = 'diastolic') as diastolic
    from staging.vital_signs
    where sign in ('systolic', 'diastolic')
    group by visit_key, minute
),

pairs as (
    select
        visit_key,
        count(*) as pairs,
        count(*) filter (where systolic <= diastolic) as crossed
    from pressures
    where systolic is not null and diastolic is not null
    group by visit_key
),

counts as (
    select
        visits.clinic_key,
        cast(date_trunc('month', visits.visit_date) as date) as month,
        cast(sum(readings.readings) as bigint) as readings,
        cast(sum(readings.odd) as bigint) as odd,
        cast(coalesce(sum(pairs.pairs), 0) as bigint) as pairs,
        cast(coalesce(sum(pairs.crossed), 0) as bigint) as crossed
    from readings
    inner join staging.visits as visits on readings.visit_key = visits.visit_key
    left join pairs on readings.visit_key = pairs.visit_key
    group by visits.clinic_key, date_trunc('month', visits.visit_date)
)

select
    rules.rule,
    counts.clinic_key,
    counts.month,
    case rules.rule
        when 'vital_out_of_range' then counts.odd
        when 'pressure_reversed' then counts.crossed
    end as failing,
    case rules.rule
        when 'vital_out_of_range' then counts.readings
        when 'pressure_reversed' then counts.pairs
    end as counted
from definitions.quality_rules as rules
left join counts on true
where rules.rule in ('vital_out_of_range', 'pressure_reversed')
