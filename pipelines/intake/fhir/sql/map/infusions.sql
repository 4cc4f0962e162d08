-- Infusions with their doses, times and plan.
insert into mapped.infusions by name
with dosed as (
    select
        infusion.item,
        case
            when units.use = 'dose_mg' then try_cast(infusion.dose as double)
        end * try_cast(units.value as double) as mg,
        case
            when units.use = 'dose_mg_per_kg' then try_cast(infusion.dose as double)
        end * try_cast(units.value as double) as mg_per_kg
    from fhir.infusion as infusion
    inner join definitions.fhir_codes as units
        on units.system = 'ucum' and infusion.dose_unit = units.code
),

planned as (
    select
        infusion_request.item,
        max(infusion_request.planned_sessions) as planned_sessions
    from fhir.infusion_request as infusion_request
    group by infusion_request.item
)

select
    infusion.visit_key,
    infusion.agent,
    planned.planned_sessions,
    infusion.stop_reason,
    'MedicationAdministration' as unit,
    infusion.item,
    files.label as file,
    fhir.row_of(infusion.item) as source_row,
    case
        when infusion.routes is null or len(infusion.routes) = 0 then null
        else coalesce(infusion.route, 'other')
    end as route,
    case
        when try_cast(infusion.dose as double) is null then infusion.dose
        else cast(round(dosed.mg, 4) as varchar)
    end as dose_mg,
    cast(round(coalesce(dosed.mg_per_kg, dosed.mg / weight.kg), 4) as varchar) as dose_mg_per_kg,
    fhir.minutes_between(infusion.started_at, infusion.ended_at) as infusion_minutes,
    case
        when fhir.minutes_between(infusion.ended_at, visit.ended) between 0 and 1440
            then fhir.minutes_between(infusion.ended_at, visit.ended)
    end as recovery_minutes,
    case when infusion.written_status = 'stopped' then 'yes' else 'no' end as stopped_early
from fhir.infusion as infusion
inner join fhir.files as files on fhir.file_of(infusion.item) = files.file
left join fhir.visit as visit on infusion.visit_key = visit.visit_key
left join dosed on infusion.item = dosed.item
left join fhir.weight as weight on infusion.item = weight.item
left join planned on infusion.item = planned.item;
