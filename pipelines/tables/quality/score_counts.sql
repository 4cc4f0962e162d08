-- One row per rule, clinic_key, month.
-- Rules about scores, at the patient's first clinic in the month of the score.
-- duplicate_scores: scores of one patient, scale, day and time of day that differ.
-- timing_unspecified: of days with an infusion. score_without_infusion: of patients never treated.
with infusion_days as (
    select distinct
        patient_key,
        visit_date
    from core.infusions
),

days as (
    select
        scores.patient_key,
        scores.instrument,
        scores.assessed_on,
        scores.timing,
        homes.clinic_key,
        homes.treated,
        infusion_days.patient_key is not null as of_infusion_day,
        count(*) as scores,
        cast(date_trunc('month', scores.assessed_on) as date) as month
    from staging.scores as scores
    inner join quality.patient_homes as homes on scores.patient_key = homes.patient_key
    left join infusion_days
        on
            scores.patient_key = infusion_days.patient_key
            and scores.assessed_on = infusion_days.visit_date
    group by
        scores.patient_key, scores.instrument, scores.assessed_on, scores.timing,
        homes.clinic_key, homes.treated, infusion_days.patient_key
),

counts as (
    select
        clinic_key,
        month,
        count(*) as places,
        count(*) filter (where scores > 1) as differing,
        cast(sum(scores) as bigint) as scores,
        cast(coalesce(sum(scores) filter (where not treated), 0) as bigint) as of_untreated,
        cast(coalesce(sum(scores) filter (where of_infusion_day), 0) as bigint) as on_the_day,
        cast(
            coalesce(sum(scores) filter (where of_infusion_day and timing = 'unspecified'), 0)
            as bigint
        ) as untimed
    from days
    group by clinic_key, month
)

select
    rules.rule,
    counts.clinic_key,
    counts.month,
    case rules.rule
        when 'duplicate_scores' then counts.differing
        when 'timing_unspecified' then counts.untimed
        when 'score_without_infusion' then counts.of_untreated
    end as failing,
    case rules.rule
        when 'duplicate_scores' then counts.places
        when 'timing_unspecified' then counts.on_the_day
        when 'score_without_infusion' then counts.scores
    end as counted
from definitions.quality_rules as rules
left join counts on true
where rules.rule in ('duplicate_scores', 'timing_unspecified', 'score_without_infusion')
