-- One row per rule, clinic_key, month.
-- Visits and scores, the days that the span of the data is made of. failing: those on or before
-- the last day after which nothing happened for longer than the limit, or before the first year.
with days as (
    select
        clinic_key,
        visit_date as day
    from staging.visits
    union all
    select
        homes.clinic_key,
        scores.assessed_on as day
    from staging.scores as scores
    inner join quality.patient_homes as homes on scores.patient_key = homes.patient_key
),

counted as (
    select
        clinic_key,
        day,
        count(*) as events
    from days
    group by clinic_key, day
),

followed as (
    select
        day,
        lead(day) over (order by day) as next_day
    from (select distinct day from counted) as each_day
),

isolated as (
    select max(followed.day) as last_day
    from followed
    inner join definitions.quality_limits as limits
        on
            (
                limits.limit = 'gap_days'
                and date_diff('day', followed.day, followed.next_day) > limits.high
            )
            or (limits.limit = 'first_year' and extract(year from followed.day) < limits.low)
),

counts as (
    select
        counted.clinic_key,
        cast(date_trunc('month', counted.day) as date) as month,
        cast(
            coalesce(sum(counted.events) filter (where counted.day <= isolated.last_day), 0)
            as bigint
        ) as isolated,
        cast(sum(counted.events) as bigint) as events
    from counted
    cross join isolated
    group by counted.clinic_key, date_trunc('month', counted.day)
)

select
    rules.rule,
    counts.clinic_key,
    counts.month,
    counts.isolated as failing,
    counts.events as counted
from definitions.quality_rules as rules
left join counts on true
where rules.rule = 'early_date'
