-- One row per rule, clinic_key, month.
-- Rules about completed visits. counted: visits for which the rule can be asked.
-- failing: those that break it.
with visits as (
    select
        visits.clinic_key,
        visits.visit_kind,
        visits.chair_minutes,
        infusions.visit_key is not null as has_infusion,
        infusions.infusion_minutes,
        cast(date_trunc('month', visits.visit_date) as date) as month
    from staging.visits as visits
    left join staging.infusions as infusions on visits.visit_key = infusions.visit_key
    where visits.visit_status = 'completed'
),

counts as (
    select
        clinic_key,
        month,
        count(*) filter (where visit_kind = 'infusion') as for_infusion,
        count(*) filter (where visit_kind = 'infusion' and not has_infusion) as without_infusion,
        count(*) filter (where visit_kind = 'infusion' and chair_minutes is null) as without_chair,
        count(*) filter (where chair_minutes is not null and infusion_minutes is not null)
            as with_both,
        count(*) filter (where chair_minutes < infusion_minutes) as too_short
    from visits
    group by clinic_key, month
)

select
    rules.rule,
    counts.clinic_key,
    counts.month,
    case rules.rule
        when 'infusion_visit_without_infusion' then counts.without_infusion
        when 'chair_minutes_missing' then counts.without_chair
        when 'chair_shorter_than_infusion' then counts.too_short
    end as failing,
    case rules.rule
        when 'chair_shorter_than_infusion' then counts.with_both
        else counts.for_infusion
    end as counted
from definitions.quality_rules as rules
left join counts on true
where
    rules.rule in (
        'infusion_visit_without_infusion', 'chair_minutes_missing', 'chair_shorter_than_infusion'
    )
