-- Adverse events: the grade is the value; a reading that names the event tells when it ended.
insert into mapped.adverse_events by name
with ends as (
    select
        unit,
        event_id,
        arg_min(
            coalesce(value, cast(omop.minutes(started, taken) as varchar)), source_row
        ) as resolved_minute
    from omop.readings
    where means = 'resolved_minute'
    group by unit, event_id
)

select
    events.visit_key,
    events.code as term,
    events.value as grade,
    case when qualifiers.concept_id is null then 'no' else 'yes' end as serious,
    case
        when events.started <= events.taken then omop.minutes(events.started, events.taken)
    end as onset_minute,
    ends.resolved_minute,
    events.unit,
    events.source_row as item,
    events.unit as file,
    events.source_row
from omop.readings as events
left join ends on events.unit = ends.unit and events.id = ends.event_id
left join omop.known_concepts as qualifiers
    on qualifiers.means = 'serious' and events.qualifier = qualifiers.concept_id
where events.means = 'adverse_event'
order by events.unit desc, events.source_row asc;

insert into omop.unused
with events as (
    select distinct
        unit,
        id
    from omop.readings
    where means = 'adverse_event' and id is not null
)

select
    ends.unit,
    ends.source_row as item,
    case
        when events.id is null then 'no adverse event to keep it with'
        else 'kept with its adverse event'
    end as reason
from omop.readings as ends
left join events
    on ends.unit = events.unit and ends.event_id = events.id
where ends.means = 'resolved_minute';
