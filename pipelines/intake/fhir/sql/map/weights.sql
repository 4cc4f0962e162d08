-- One row per infusion: the body weight in kg of that day or the last one before.
create table fhir.weight as
select
    infusion.item,
    arg_max(
        try_cast(observation.number as double) * try_cast(units.value as double),
        struct_pack(effective := observation.effective, item := observation.item)
    ) as kg
from fhir.infusion as infusion
inner join fhir.observation as observation
    on
        infusion.patient = observation.patient
        and infusion.day >= left(observation.effective, 10)
inner join definitions.fhir_codes as units
    on units.system = 'ucum' and units.use = 'weight_kg' and observation.unit = units.code
where
    observation.use = 'body_weight'
    and observation.reason is null
    and try_cast(observation.number as double) > 0
group by infusion.item;

insert into mapped.left_out
select
    'Observation' as unit,
    'read for the dose per kg' as reason,
    count(*) as rows
from fhir.observation as observation
where observation.use = 'body_weight' and observation.reason is null
having count(*) > 0;
