-- Counts what a file holds: of unused types it is all that happens to them.
insert into mapped.units
select
    coalesce(known.resource, 'unknown resource') as unit,
    count(*) as rows_in
from fhir.arrived as arrived
left join definitions.fhir_resources as known on arrived.resource_type = known.resource
group by known.resource;

insert into mapped.left_out
select
    arrived.resource_type as unit,
    'resource type not used' as reason,
    count(*) as rows
from fhir.arrived as arrived
inner join definitions.fhir_resources as known on arrived.resource_type = known.resource
cross join fhir.current as current_file
where arrived.resource_type is distinct from current_file.resource
group by arrived.resource_type;

insert into mapped.refused
select
    'unknown resource' as unit,
    current_file.first_item + arrived.rowid as item,
    files.label as file,
    fhir.row_of(current_file.first_item + arrived.rowid) as source_row,
    null as "column",
    'unknown_resource_type' as rule
from fhir.arrived as arrived
cross join fhir.current as current_file
inner join fhir.files as files on fhir.file_of(current_file.first_item) = files.file
where not exists (
    select 1
    from definitions.fhir_resources as known
    where arrived.resource_type = known.resource
);
