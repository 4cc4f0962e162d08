-- One row per QuestionnaireResponse with what becomes of it: left out, refused, or read.
create table fhir.response as
with found as (
    select
        summed.item,
        bool_or(summed.is_complete) as has_complete,
        bool_and(summed.short_form is not null) as is_short,
        min(summed.short_form) as short_form
    from fhir.summed as summed
    group by summed.item
)

select
    response.item,
    response.patient,
    response.authored,
    case
        when statuses.becomes is null then coalesce(statuses.reason, 'status not known')
        when scored.response is not null then 'scored by its Observation'
        when found.item is null then 'questionnaire not used'
        when found.is_short then found.short_form || ': not used'
    end as reason,
    not coalesce(found.has_complete, false) as is_incomplete
from fhir.questionnaireresponse as response
left join definitions.fhir_statuses as statuses
    on statuses.resource = 'QuestionnaireResponse' and response.status = statuses.status
left join fhir.scored_response as scored
    on response.patient = scored.patient and response.id = scored.response
left join found on response.item = found.item;

insert into mapped.left_out
select
    'QuestionnaireResponse' as unit,
    response.reason,
    count(*) as rows
from fhir.response as response
where response.reason is not null
group by response.reason;

insert into mapped.refused
select
    'QuestionnaireResponse' as unit,
    response.item,
    files.label as file,
    fhir.row_of(response.item) as source_row,
    'item' as "column",
    'items_missing' as rule
from fhir.response as response
inner join fhir.files as files on fhir.file_of(response.item) = files.file
where response.reason is null and response.is_incomplete;
