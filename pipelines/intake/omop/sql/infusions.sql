-- One row per visit_key with an exposure: a dose in several exposures is one infusion.
-- source_row:     of the exposure that stands for all: one that counts, then the earliest.
-- started, ended: first start and last end of the exposures of its agent and route.
-- dose_mg:        their sum, an exposure written twice once; missing where one of them is.
create table omop.infusions as
with ranked as (
    select
        *,
        coalesce(visit_key, cast(source_row as varchar)) as part_of,
        row_number() over (
            partition by part_of
            order by not counts asc, started asc nulls last, source_row asc
        ) as place,
        started is not null and row_number() over (
            partition by part_of, agent, route, started, dose_mg
            order by source_row
        ) > 1 as again
    from omop.exposures
),

firsts as (
    select * from ranked
    where place = 1
),

totals as (
    select
        firsts.source_row,
        min(parts.started) as started,
        max(parts.ended) as ended,
        case
            when bool_and(parts.dose_mg is not null)
                then sum(parts.dose_mg) filter (where not parts.again)
        end as dose_mg,
        bool_or(parts.stopped_early) as stopped_early,
        arg_min(parts.stop_reason, parts.source_row) as stop_reason
    from ranked as parts
    inner join firsts
        on
            parts.part_of = firsts.part_of
            and parts.agent = firsts.agent
            and parts.route = firsts.route
    group by firsts.source_row
)

select
    firsts.visit_key,
    firsts.source_row,
    firsts.person,
    firsts.exposure_day as infusion_day,
    firsts.made,
    firsts.agent,
    firsts.route,
    totals.started,
    totals.ended,
    totals.dose_mg,
    totals.stopped_early,
    totals.stop_reason
from firsts
inner join totals on firsts.source_row = totals.source_row;

insert into omop.unused
select
    'drug_exposure' as unit,
    exposures.source_row as item,
    'part of another exposure''s infusion' as reason
from omop.exposures as exposures
anti join omop.infusions as infusions on exposures.source_row = infusions.source_row;

-- One row per person and day: the visit that events of the day without a visit belong to, that of
-- the infusion first; infusion times for what came before and after it.
create table omop.days as
with infused as (
    select
        person,
        infusion_day as event_day,
        arg_min(visit_key, row(started is null, started, source_row)) as visit_key,
        min(started) as started,
        arg_min(ended, started) as ended
    from omop.infusions
    where visit_key is not null
    group by person, infusion_day
)

select
    coalesce(infused.person, visits.person) as person,
    coalesce(infused.event_day, visits.visit_day) as event_day,
    coalesce(infused.visit_key, visits.visit_key) as visit_key,
    infused.started,
    coalesce(infused.ended, infused.started) as ended
from infused
full outer join omop.visit_days as visits
    on infused.person = visits.person and infused.event_day = visits.visit_day;
