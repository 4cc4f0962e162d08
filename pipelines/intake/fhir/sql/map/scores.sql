-- Scores, and whether they were taken before, during or after an infusion of the same day.
insert into mapped.scores by name
with scores as (
    select
        'Observation' as unit,
        observation.item,
        observation.patient,
        observation.means as instrument,
        observation.effective as taken,
        observation.number as score,
        null as rule
    from fhir.observation as observation
    where observation.use = 'instrument' and observation.reason is null
    union all
    select
        'QuestionnaireResponse' as unit,
        response.item,
        response.patient,
        summed.instrument,
        response.authored as taken,
        cast(summed.score as varchar) as score,
        case when not summed.is_complete then 'items_missing' end as rule
    from fhir.response as response
    inner join fhir.summed as summed
        on response.item = summed.item and summed.short_form is null
    where response.reason is null and not response.is_incomplete
),

timed as (
    select
        scores.*,
        infused.started_at,
        infused.ended_at,
        case when infused.patient is not null then fhir.instant_of(scores.taken) end as taken_at
    from scores
    left join fhir.infused_day as infused
        on scores.patient = infused.patient and left(scores.taken, 10) = infused.day
)

select
    timed.patient as patient_key,
    timed.instrument,
    left(timed.taken, 10) as assessed_on,
    timed.score,
    timed.unit,
    timed.item,
    files.label as file,
    fhir.row_of(timed.item) as source_row,
    timed.rule,
    case
        when timed.taken_at < timed.started_at then 'before_infusion'
        when timed.taken_at > timed.ended_at then 'after_infusion'
        when timed.taken_at between timed.started_at and timed.ended_at then 'during_infusion'
        else 'unspecified'
    end as timing,
    case when timed.rule is not null then 'score' end as rule_column
from timed
inner join fhir.files as files on fhir.file_of(timed.item) = files.file;
