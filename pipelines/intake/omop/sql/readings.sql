-- One row per used row of observation and measurement: what the concept says may stand in either.
-- visit_key: the visit named, else that of the same person and day.
-- infused:   whether the visit has an infusion; started its start.
-- taken:     time of the reading, where it is known and of its day.
create table omop.readings as
with given as (
    select
        'observation' as unit,
        source_row,
        person_id,
        concept,
        observation_id as id,
        observation_event_id as event_id,
        coalesce(omop.day(observation_date), omop.day(observation_datetime)) as reading_day,
        observation_datetime as written,
        trim(value_as_number) as value,
        unit_concept_id,
        qualifier_concept_id,
        visit_occurrence_id
    from omop.observation
    union all
    select
        'measurement' as unit,
        source_row,
        person_id,
        concept,
        measurement_id as id,
        measurement_event_id as event_id,
        coalesce(omop.day(measurement_date), omop.day(measurement_datetime)) as reading_day,
        measurement_datetime as written,
        trim(value_as_number) as value,
        unit_concept_id,
        null as qualifier_concept_id,
        visit_occurrence_id
    from omop.measurement
)

select
    given.unit,
    given.source_row,
    omop.key(given.person_id) as person,
    meanings.means,
    meanings.code,
    meanings.detail,
    omop.key(given.id) as id,
    omop.key(given.event_id) as event_id,
    given.reading_day,
    case
        when left(given.written, 10) = given.reading_day then omop.moment(given.written)
    end as taken,
    nullif(given.value, '') as value,
    omop.concept(given.unit_concept_id) as unit_concept,
    omop.concept(given.qualifier_concept_id) as qualifier,
    coalesce(named.visit_key, days.visit_key) as visit_key,
    infusions.visit_key is not null as infused,
    infusions.started
from given
inner join omop.reading_means as meanings on given.concept = meanings.concept
left join omop.visit_keys as named
    on omop.key(given.person_id) || '|' || omop.key(given.visit_occurrence_id) = named.visit_key
left join omop.days as days
    on omop.key(given.person_id) = days.person and given.reading_day = days.event_day
left join omop.infusions as infusions
    on coalesce(named.visit_key, days.visit_key) = infusions.visit_key;
