-- Resources that can't be read at all, as the line by line reader found them.
insert into mapped.refused
select
    broken.unit,
    broken.item,
    files.label as file,
    fhir.row_of(broken.item) as source_row,
    null as "column",
    broken.rule
from fhir.broken as broken
inner join fhir.files as files on fhir.file_of(broken.item) = files.file;

insert into mapped.units
select
    broken.unit,
    count(*) as rows_in
from fhir.broken as broken
group by broken.unit;
