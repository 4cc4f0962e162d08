-- Parts the Observations that are used from the others, which are only counted.
-- reason: why one that is used becomes nothing all the same.
create or replace view fhir.taken as
with numbered as (
    select
        arrived.used,
        case
            when current_file.numbered then arrived.given_item
            else current_file.first_item + arrived.rowid
        end as item
    from fhir.arrived as arrived
    cross join fhir.current as current_file
    where arrived.resource_type = current_file.resource and arrived.used is not null
)

select
    numbered.item,
    numbered.used.id,
    numbered.used.patient,
    numbered.used.encounter,
    numbered.used.use,
    numbered.used.means,
    numbered.used.effective,
    numbered.used.number,
    numbered.used.unit,
    numbered.used.components,
    numbered.used.responses,
    case
        when statuses.becomes is null then coalesce(statuses.reason, 'status not known')
        when numbered.used.number is null and numbered.used.use in ('instrument', 'sign')
            then 'no value'
    end as reason
from numbered
left join definitions.fhir_statuses as statuses
    on statuses.resource = 'Observation' and numbered.used.status = statuses.status;

-- One row per list of codings: its first LOINC code, if it has one.
create or replace table fhir.unused_codes as
with counted as (
    select
        arrived.unused as codings,
        count(*) as rows
    from fhir.arrived as arrived
    cross join fhir.current as current_file
    where arrived.resource_type = current_file.resource and arrived.used is null
    group by arrived.unused
)

select
    counted.codings,
    counted.rows,
    fhir.first_code(counted.codings, lookup.loinc) as code
from counted
cross join fhir.lookup as lookup;
