-- One row per location with a region of the chosen kind: a state's two letters, or the first three
-- digits of a ZIP code.
create table omop.regions as
with parts as (
    select
        omop.key(location_id) as location,
        source_row,
        regexp_extract(upper(trim(state)), '^[A-Z]{2}$') as state,
        left(
            regexp_extract(lpad(omop.key(zip), 5, '0'), '^\d{5}(-?\d{4})?$'), 3
        ) as zip3
    from omop.location
)

select
    parts.location,
    arg_min(
        nullif(case chosen.region when 'state' then parts.state else parts.zip3 end, ''),
        parts.source_row
    ) as region
from parts
cross join omop.chosen as chosen
where chosen.region in ('state', 'zip3') and parts.location is not null
group by parts.location;
