-- One row per rule, clinic_key, month.
-- Rules about infusions that count, and about those on visits that were not completed.
-- counted: infusions for which the rule can be asked. failing: those that break it.
with dose as (
    select
        limits.low,
        limits.high
    from definitions.quality_limits as limits
    where limits.limit = 'dose_mg_per_kg'
),

duration as (
    select
        limits.low,
        limits.high
    from definitions.quality_limits as limits
    where limits.limit = 'infusion_minutes'
),

expected as (
    select count(*) as signs
    from definitions.quality_limits
    where table_name = 'vital_signs' and expected
),

measured as (
    select
        readings.visit_key,
        count(distinct readings.sign) as signs
    from staging.vital_signs as readings
    inner join definitions.quality_limits as limits on readings.sign = limits.field
    where limits.table_name = 'vital_signs' and limits.expected
    group by readings.visit_key
),

infusions as (
    select
        visits.clinic_key,
        infusions.dose_mg,
        infusions.dose_mg_per_kg,
        infusions.infusion_minutes,
        counted.visit_key is not null as counts,
        coalesce(visits.visit_status = 'completed', false) as completed,
        coalesce(infusions.stopped_early, false) as stopped_early,
        coalesce(measured.signs, 0) as signs,
        cast(date_trunc('month', visits.visit_date) as date) as month
    from staging.infusions as infusions
    inner join staging.visits as visits on infusions.visit_key = visits.visit_key
    left join core.infusions as counted on infusions.visit_key = counted.visit_key
    left join measured on infusions.visit_key = measured.visit_key
),

counts as (
    select
        infusions.clinic_key,
        infusions.month,
        count(*) as recorded,
        count(*) filter (where not infusions.completed) as not_completed,
        count(*) filter (where infusions.counts) as infusions,
        count(*) filter (
            where
            infusions.counts and infusions.dose_mg is null and infusions.dose_mg_per_kg is null
        ) as without_dose,
        count(*) filter (where infusions.counts and infusions.infusion_minutes is null)
            as without_minutes,
        count(*) filter (where infusions.counts and expected.signs > 0) as watched,
        count(*) filter (where infusions.counts and infusions.signs < expected.signs)
            as without_signs,
        count(*) filter (where infusions.counts and infusions.dose_mg_per_kg is not null)
            as with_dose,
        count(*) filter (
            where
            infusions.counts
            and (infusions.dose_mg_per_kg < dose.low or infusions.dose_mg_per_kg > dose.high)
        ) as odd_dose,
        count(*) filter (
            where
            infusions.counts
            and infusions.infusion_minutes is not null
            and not infusions.stopped_early
        ) as with_minutes,
        count(*) filter (
            where
            infusions.counts
            and not infusions.stopped_early
            and (
                infusions.infusion_minutes < duration.low
                or infusions.infusion_minutes > duration.high
            )
        ) as odd_minutes
    from infusions
    cross join expected
    left join dose on true
    left join duration on true
    group by infusions.clinic_key, infusions.month
)

select
    rules.rule,
    counts.clinic_key,
    counts.month,
    case rules.rule
        when 'infusion_not_completed' then counts.not_completed
        when 'dose_missing' then counts.without_dose
        when 'infusion_minutes_missing' then counts.without_minutes
        when 'vitals_missing' then counts.without_signs
        when 'dose_implausible' then counts.odd_dose
        when 'infusion_minutes_implausible' then counts.odd_minutes
    end as failing,
    case rules.rule
        when 'infusion_not_completed' then counts.recorded
        when 'vitals_missing' then counts.watched
        when 'dose_implausible' then counts.with_dose
        when 'infusion_minutes_implausible' then counts.with_minutes
        else counts.infusions
    end as counted
from definitions.quality_rules as rules
left join counts on true
where
    rules.rule in (
        'infusion_not_completed', 'dose_missing', 'infusion_minutes_missing',
        'vitals_missing', 'dose_implausible', 'infusion_minutes_implausible'
    )
