-- One row per rule, clinic_key, month.
-- Rules about a clinic's months. clinic_month_gap: months from its first completed visit to its
-- last; failing: without any, told at the month that ends the gap. clinic_behind: the clinic;
-- failing: its last visit lies too long before the end of the data.
with months as (
    select
        clinic_key,
        cast(date_trunc('month', visit_date) as date) as month,
        max(visit_date) as last_day
    from staging.visits
    where visit_status = 'completed'
    group by clinic_key, date_trunc('month', visit_date)
),

gaps as (
    select
        clinic_key,
        month,
        coalesce(
            date_diff('month', lag(month) over (partition by clinic_key order by month), month), 1
        ) as months
    from months
),

ends as (
    select
        months.clinic_key,
        max(months.last_day) as last_day,
        max(calendar.data_through) as data_through
    from months
    cross join staging.calendar as calendar
    group by months.clinic_key
),

counts as (
    select
        'clinic_month_gap' as rule,
        clinic_key,
        month,
        months - 1 as failing,
        months as counted
    from gaps
    union all
    select
        'clinic_behind' as rule,
        ends.clinic_key,
        cast(null as date) as month,
        case
            when date_diff('day', ends.last_day, ends.data_through) > limits.high then 1 else 0
        end as failing,
        1 as counted
    from ends
    inner join definitions.quality_limits as limits on limits.limit = 'clinic_silent_days'
)

select
    rules.rule,
    counts.clinic_key,
    counts.month,
    counts.failing,
    counts.counted
from definitions.quality_rules as rules
left join counts on rules.rule = counts.rule
where rules.rule in ('clinic_month_gap', 'clinic_behind')
