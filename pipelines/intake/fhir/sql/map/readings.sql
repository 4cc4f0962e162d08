-- One row per reading at an infusion: that of the encounter named, else of the patient's day.
create table fhir.reading as
with signs as (
    select
        observation.item,
        observation.patient,
        observation.patient || '|' || observation.encounter as visit_key,
        left(observation.effective, 10) as day,
        observation.effective,
        observation.use,
        observation.means,
        observation.number,
        observation.components
    from fhir.observation as observation
    where observation.use in ('sign', 'pressure_panel') and observation.reason is null
)

select
    signs.item,
    signs.effective,
    signs.use,
    signs.means,
    signs.number,
    signs.components,
    coalesce(named.visit_key, infused_day.visit_key) as visit_key,
    coalesce(named.started_at, infused_day.started_at) as started_at
from signs
left join fhir.infused_visit as named on signs.visit_key = named.visit_key
left join fhir.infused_day as infused_day
    on signs.patient = infused_day.patient and signs.day = infused_day.day;

-- One row per sign read at an infusion: a blood pressure panel is two.
create table fhir.flattened as
with parts as (
    select
        reading.* exclude (reading.components, reading.means, reading.number),
        unnest(reading.components) as part
    from fhir.reading as reading
    where reading.use = 'pressure_panel' and reading.visit_key is not null
),

named as (
    select
        parts.item,
        parts.visit_key,
        parts.effective,
        parts.started_at,
        fhir.value_for(lookup.meanings, parts.part.code.coding, 'sign') as sign,
        parts.part.valuequantity.value
    from parts
    cross join fhir.lookup as lookup
)

select named.*
from named
where named.sign is not null and named.value is not null
union all
select
    reading.item,
    reading.visit_key,
    reading.effective,
    reading.started_at,
    reading.means as sign,
    reading.number as value
from fhir.reading as reading
where reading.use = 'sign' and reading.visit_key is not null;
