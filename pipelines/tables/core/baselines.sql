-- One row per course_key, instrument.
-- baseline: the score before treatment, within baseline_first_day days of the first infusion: of
-- the same day before it; else of the last earlier day; else of the same day without a time, if
-- the instrument looks back far enough. Of several in one place the lowest, the harder to improve.
with settings as (
    select
        max(value) filter (where setting = 'baseline_first_day') as first_day,
        max(value) filter (where setting = 'same_day_unspecified_min_recall_days') as min_recall
    from definitions.settings
),

near as (
    select
        spans.course_key,
        scores.instrument,
        scores.score,
        scores.timing,
        scores.assessed_on,
        instruments.recall_days,
        date_diff('day', spans.first_infusion, scores.assessed_on) as day
    from core.course_spans as spans
    inner join staging.scores as scores on spans.patient_key = scores.patient_key
    inner join definitions.instruments as instruments on scores.instrument = instruments.instrument
    where scores.timing in ('before_infusion', 'unspecified')
),

placed as (
    select
        near.course_key,
        near.instrument,
        near.score,
        near.day,
        case
            when near.day = 0 and near.timing = 'before_infusion' then 1
            when near.day < 0 then 2
            when near.recall_days >= settings.min_recall then 3
        end as place
    from near
    cross join settings
    where near.day between -settings.first_day and 0
),

ordered as (
    select
        *,
        row_number() over (
            partition by course_key, instrument order by place asc, day desc, score asc
        ) as choice
    from placed
    where place is not null
)

select
    course_key,
    instrument,
    score as baseline,
    day as baseline_day
from ordered
where choice = 1
