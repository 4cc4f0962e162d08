-- One row per exposure that was only ordered.
create table omop.ordered as
select exposures.source_row
from omop.drug_exposure as exposures
inner join omop.known_concepts as types
    on
        types.means = 'not_given'
        and omop.concept(exposures.drug_type_concept_id) = types.concept_id;

insert into omop.unused
select
    'drug_exposure' as unit,
    source_row as item,
    'ordered, not given' as reason
from omop.ordered;

-- One row per drug exposure of an agent that was given, with the visit that it belongs to.
-- agent:     ketamine by the nose is other: old drug maps write esketamine so.
-- dose_mg:   quantity, where its unit is mg or not given.
-- visit_key: the visit named; else that of the same person and day; else one made for it (made).
-- counts:    whether the agent and route make courses.
create table omop.exposures as
with given as (
    select
        exposures.source_row,
        omop.key(exposures.person_id) as person,
        omop.key(exposures.person_id) || '|' || omop.key(exposures.visit_occurrence_id)
            as named_visit,
        coalesce(
            omop.day(exposures.drug_exposure_start_date),
            omop.day(exposures.drug_exposure_start_datetime)
        ) as exposure_day,
        omop.moment(exposures.drug_exposure_start_datetime) as started,
        omop.moment(exposures.drug_exposure_end_datetime) as ended,
        agents.agent as named_agent,
        coalesce(routes.code, 'other') as route,
        case
            when lower(coalesce(trim(exposures.dose_unit_source_value), 'mg')) in ('mg', '')
                then try_cast(exposures.quantity as decimal(18, 4))
        end as dose_mg,
        nullif(trim(exposures.stop_reason), '') is not null as stopped_early,
        reasons.code as stop_reason
    from omop.drug_exposure as exposures
    inner join omop.agents as agents on exposures.concept = agents.concept
    anti join omop.ordered as ordered on exposures.source_row = ordered.source_row
    left join omop.known_concepts as routes
        on
            routes.means = 'route'
            and omop.concept(exposures.route_concept_id) = routes.concept_id
    left join omop.known_concepts as reasons
        on
            reasons.means = 'stop_reason'
            and lower(trim(exposures.stop_reason)) in (
                reasons.code, cast(reasons.concept_id as varchar)
            )
)

select
    given.source_row,
    given.person,
    given.exposure_day,
    given.started,
    given.ended,
    given.route,
    given.dose_mg,
    given.stopped_early,
    given.stop_reason,
    case
        when given.named_agent = 'ketamine' and given.route = 'intranasal' then 'other'
        else given.named_agent
    end as agent,
    coalesce(
        named.visit_key, days.visit_key, given.person || '|exposure|' || given.exposure_day
    ) as visit_key,
    named.visit_key is null and days.visit_key is null as made,
    counted.agent is not null as counts
from given
left join omop.visit_keys as named on given.named_visit = named.visit_key
left join omop.visit_days as days
    on given.person = days.person and given.exposure_day = days.visit_day
left join definitions.counted_treatments as counted
    on
        given.named_agent = counted.agent
        and given.route = counted.route;
