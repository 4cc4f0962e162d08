-- One row per AdverseEvent with the visit it belongs to: the encounter named, else the infusion of
-- that day, else the patient's completed visit of that day.
create table fhir.event as
select
    event.item,
    event.happened,
    coalesce(named.visit_key, infused_day.visit_key, days.visit_key) as visit_key,
    fhir.value_for(lookup.meanings, event.events, 'adverse_event') as term,
    fhir.value_for(lookup.meanings, event.seriousness, 'serious') as serious,
    coalesce(
        fhir.value_for(
            lookup.meanings,
            fhir.extension_of(event.extensions, lookup.grade).valuecodeableconcept.coding,
            'grade'
        ),
        fhir.value_for(lookup.meanings, event.severity, 'grade')
    ) as grade,
    coalesce(
        fhir.extension_of(event.extensions, lookup.resolved).valuedatetime,
        fhir.extension_of(event.extensions, lookup.resolved).valuedate
    ) as resolved,
    case
        when statuses.becomes is null then coalesce(statuses.reason, 'actuality not known')
    end as reason
from fhir.adverseevent as event
cross join fhir.lookup as lookup
left join definitions.fhir_statuses as statuses
    on statuses.resource = 'AdverseEvent' and event.status = statuses.status
left join fhir.visit as named
    on event.patient || '|' || event.encounter = named.visit_key
left join fhir.infused_day as infused_day
    on event.patient = infused_day.patient and left(event.happened, 10) = infused_day.day
left join fhir.visit_of_day as days
    on event.patient = days.patient and left(event.happened, 10) = days.day;

insert into mapped.adverse_events by name
select
    event.visit_key,
    event.term,
    event.grade,
    event.serious,
    'AdverseEvent' as unit,
    event.item,
    files.label as file,
    fhir.row_of(event.item) as source_row,
    fhir.minutes_between(infused.started_at, fhir.instant_of(event.happened)) as onset_minute,
    fhir.minutes_between(infused.started_at, fhir.instant_of(event.resolved)) as resolved_minute,
    case when event.term is null then 'unknown_term' end as rule,
    case when event.term is null then 'term' end as rule_column
from fhir.event as event
inner join fhir.files as files on fhir.file_of(event.item) = files.file
left join fhir.infused_visit as infused on event.visit_key = infused.visit_key
where event.reason is null;

insert into mapped.left_out
select
    'AdverseEvent' as unit,
    event.reason,
    count(*) as rows
from fhir.event as event
where event.reason is not null
group by event.reason;
