-- One row per patient_key, instrument, assessed_on.
-- The scores that may say how a course went: never one taken during or after an infusion; on a day
-- with an infusion one without a time counts only if the instrument looks back far enough.
-- score: of several of one day the highest, the harder to call a response.
with settings as (
    select max(value) filter (where setting = 'same_day_unspecified_min_recall_days') as min_recall
    from definitions.settings
),

infusion_days as (
    select distinct
        patient_key,
        visit_date
    from core.infusions
)

select
    scores.patient_key,
    scores.instrument,
    scores.assessed_on,
    max(scores.score) as score
from staging.scores as scores
inner join definitions.instruments as instruments on scores.instrument = instruments.instrument
cross join settings
left join infusion_days
    on
        scores.patient_key = infusion_days.patient_key
        and scores.assessed_on = infusion_days.visit_date
where
    scores.timing = 'before_infusion'
    or (
        scores.timing = 'unspecified'
        and (
            infusion_days.patient_key is null
            or instruments.recall_days >= settings.min_recall
        )
    )
group by scores.patient_key, scores.instrument, scores.assessed_on
