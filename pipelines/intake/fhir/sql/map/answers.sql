-- One row per QuestionnaireResponse that an Observation scores.
create table fhir.scored_response as
with scored as (
    select
        observation.patient,
        fhir.key_of(unnest(observation.responses).reference) as response
    from fhir.observation as observation
    where
        observation.use = 'instrument'
        and observation.reason is null
        and observation.responses is not null
)

select distinct
    scored.patient,
    scored.response
from scored;

-- One row per QuestionnaireResponse, instrument and question: the points of the answer; null where
-- there is none or more than one.
create table fhir.answered as
with questions as (
    select
        response.item,
        unnest(response.questions) as question
    from fhir.questionnaireresponse as response
),

asked as (
    select
        questions.item,
        items.instrument,
        items.position,
        items.short_form,
        case
            when len(questions.question.answers) = 1 then questions.question.answers[1]
        end as answer
    from questions
    inner join definitions.questionnaire_items as items
        on split_part(questions.question.link, '/', -1) = items.item
)

select
    asked.item,
    asked.instrument,
    asked.position,
    min(asked.short_form) as short_form,
    min(
        try_cast(
            coalesce(
                asked.answer.valueinteger,
                asked.answer.valuedecimal,
                asked.answer.valuequantity.value,
                fhir.extension_of(asked.answer.valuecoding.extension, lookup.points).valuedecimal,
                fhir.value_for(lookup.meanings, [asked.answer.valuecoding], 'answer')
            ) as decimal(9, 2)
        )
    ) as points
from asked
cross join fhir.lookup as lookup
group by asked.item, asked.instrument, asked.position;

-- One row per QuestionnaireResponse and instrument: the sum, if every question is answered.
create table fhir.summed as
with lengths as (
    select
        items.instrument,
        count(distinct items.position) as questions,
        count(distinct items.position) filter (where items.short_form is not null)
            as questions_of_short_form
    from definitions.questionnaire_items as items
    group by items.instrument
)

select
    answered.item,
    answered.instrument,
    count(answered.points) = lengths.questions as is_complete,
    case
        when count(*) = count(answered.short_form) and count(*) = lengths.questions_of_short_form
            then min(answered.short_form)
    end as short_form,
    sum(answered.points) as score
from fhir.answered as answered
inner join lengths on answered.instrument = lengths.instrument
group by
    answered.item, answered.instrument, lengths.questions, lengths.questions_of_short_form;
