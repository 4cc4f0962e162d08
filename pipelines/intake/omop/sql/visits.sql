-- Visits with their times; kind is given only where the concept tells it.
create table omop.visits as
select
    visits.source_row,
    omop.key(visits.person_id) as person,
    omop.key(visits.person_id) || '|' || omop.key(visits.visit_occurrence_id) as visit_key,
    coalesce(
        omop.day(visits.visit_start_date), omop.day(visits.visit_start_datetime)
    ) as visit_day,
    omop.moment(visits.visit_start_datetime) as started,
    omop.moment(visits.visit_end_datetime) as ended,
    coalesce(omop.key(visits.care_site_id), 'unknown') as clinic_key,
    kinds.code as given_kind,
    coalesce(kinds.detail, 'completed') as visit_status
from omop.visit_occurrence as visits
left join omop.known_concepts as kinds
    on kinds.means = 'visit' and omop.concept(visits.visit_concept_id) = kinds.concept_id;

-- One row per visit_key: where the export has it twice, the first.
create table omop.visit_keys as
select
    visit_key,
    arg_min(person, source_row) as person
from omop.visits
where visit_key is not null
group by visit_key;

-- One row per person and day: the visit that an event of the day without a visit belongs to; one
-- that took place before one that did not, one meant for an infusion before others, then the first.
create table omop.visit_days as
select
    person,
    visit_day,
    arg_min(
        visit_key,
        row(visit_status <> 'completed', coalesce(given_kind, '') <> 'infusion', source_row)
    ) as visit_key
from omop.visits
where visit_key is not null and visit_day is not null
group by person, visit_day;

-- One row per visit_key with a time of its end.
create table omop.visit_ends as
select
    visit_key,
    arg_min(ended, source_row) as ended
from omop.visits
where visit_key is not null and ended is not null
group by visit_key;
