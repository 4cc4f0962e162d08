-- Infusions, with what readings tell of them.
-- dose_mg_per_kg:   as recorded, else the dose by the last weight of the person before it.
-- recovery_minutes: end of the infusion to the end of its visit.
-- stopped_early:    no where the infusion has an end and no reason to stop is given.
insert into mapped.infusions by name
with told as (
    select
        visit_key,
        arg_min(value, row(unit, source_row)) filter (where means = 'planned_sessions')
            as planned_sessions,
        arg_min(value, row(unit, source_row)) filter (where means = 'dose_mg_per_kg')
            as dose_mg_per_kg
    from omop.readings
    where infused and means in ('planned_sessions', 'dose_mg_per_kg') and value is not null
    group by visit_key
),

weights as (
    select
        readings.person,
        try_cast(readings.reading_day as date) as weighed_on,
        arg_max(
            try_cast(readings.value as double) * try_cast(units.detail as double),
            row(
                coalesce(readings.taken, try_cast(readings.reading_day as timestamp)),
                readings.source_row
            )
        ) as kilograms,
        max(try_cast(readings.detail as integer)) as days_valid
    from omop.readings as readings
    inner join omop.known_concepts as units
        on units.means = 'weight_unit' and readings.unit_concept = units.concept_id
    where
        readings.means = 'weight'
        and try_cast(readings.value as double) > 0
        and try_cast(readings.reading_day as date) is not null
    group by readings.person, weighed_on
),

weighed as (
    select
        infusions.source_row,
        weights.kilograms
    from omop.infusions as infusions
    asof left join weights
        on
            infusions.person = weights.person
            and try_cast(infusions.infusion_day as date) >= weights.weighed_on
    where
        try_cast(infusions.infusion_day as date) - weights.weighed_on
        < coalesce(weights.days_valid, 36500)
)

select
    infusions.visit_key,
    infusions.agent,
    infusions.route,
    told.planned_sessions,
    infusions.dose_mg,
    coalesce(
        told.dose_mg_per_kg,
        cast(round(cast(infusions.dose_mg as double) / weighed.kilograms, 4) as varchar)
    ) as dose_mg_per_kg,
    omop.minutes(infusions.started, infusions.ended) as infusion_minutes,
    case
        when cast(infusions.ended as date) = cast(visits.ended as date)
            then omop.minutes(infusions.ended, visits.ended)
    end as recovery_minutes,
    case
        when infusions.stopped_early then 'yes'
        when infusions.ended is not null then 'no'
    end as stopped_early,
    infusions.stop_reason,
    'drug_exposure' as unit,
    infusions.source_row as item,
    'drug_exposure' as file,
    infusions.source_row
from omop.infusions as infusions
left join told on infusions.visit_key = told.visit_key
left join weighed on infusions.source_row = weighed.source_row
left join omop.visit_ends as visits on infusions.visit_key = visits.visit_key
order by infusions.source_row;

insert into omop.unused
select
    unit,
    source_row as item,
    case
        when means = 'weight' then 'kept for the dose per kg'
        when infused then 'kept with its infusion'
        else 'not at an infusion'
    end as reason
from omop.readings
where means in ('planned_sessions', 'dose_mg_per_kg', 'weight');
