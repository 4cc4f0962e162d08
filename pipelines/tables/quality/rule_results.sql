-- One row per rule, scope, clinic_key.
-- scope: practice (all together, also what belongs to no clinic), or clinic.
-- status: error where a rule can't be evaluated, and why; not_applicable where there is nothing to
-- count; failed where more fails than the rule allows; passed.
with totals as (
    select
        rule,
        'practice' as scope,
        cast(null as varchar) as clinic_key,
        cast(sum(failing) as bigint) as failing,
        cast(sum(counted) as bigint) as counted
    from quality.rule_months
    group by rule
    union all
    select
        rule,
        'clinic' as scope,
        clinic_key,
        cast(sum(failing) as bigint) as failing,
        cast(sum(counted) as bigint) as counted
    from quality.rule_months
    where clinic_key is not null
    group by rule, clinic_key
),

judged as (
    select
        rules.rule,
        totals.clinic_key,
        totals.failing,
        totals.counted,
        rules.max_failing_percent,
        coalesce(totals.scope, 'practice') as scope,
        case
            when totals.rule is null then 'not_evaluated'
            when rules.needs_calendar and not calendar.keeps_months then 'needs_calendar'
        end as error
    from definitions.quality_rules as rules
    cross join staging.calendar as calendar
    left join totals on rules.rule = totals.rule
)

select
    rule,
    scope,
    clinic_key,
    error,
    case when error is null then failing end as failing,
    case when error is null then counted end as counted,
    case
        when error is not null then 'error'
        when counted = 0 then 'not_applicable'
        when 100 * failing > max_failing_percent * counted then 'failed'
        else 'passed'
    end as status
from judged
