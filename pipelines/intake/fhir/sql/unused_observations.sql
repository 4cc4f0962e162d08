-- What becomes of observations whose code is not used. Of a LOINC code the code is said, because it
-- is no text; one with a wrong check digit may stand for something that is used, so it is refused.
insert into mapped.left_out
select
    'Observation' as unit,
    case
        when regexp_full_match(codes.code, '[0-9]{3,6}-[0-9]')
            then codes.code || ': not used'
        else 'code not used'
    end as reason,
    sum(codes.rows) as rows
from fhir.unused_codes as codes
left join fhir.loinc as loinc on codes.code = loinc.code
where coalesce(loinc.well_formed, true)
group by reason;

insert into mapped.refused
with wrong as (
    select codes.codings
    from fhir.unused_codes as codes
    inner join fhir.loinc as loinc on codes.code = loinc.code
    where not loinc.well_formed
),

numbered as (
    select
        arrived.unused as codings,
        case
            when current_file.numbered then arrived.given_item
            else current_file.first_item + arrived.rowid
        end as item
    from fhir.arrived as arrived
    cross join fhir.current as current_file
    where arrived.resource_type = current_file.resource and arrived.used is null
)

select
    'Observation' as unit,
    numbered.item,
    files.label as file,
    fhir.row_of(numbered.item) as source_row,
    'code' as "column",
    'wrong_loinc_check_digit' as rule
from numbered
inner join wrong on numbered.codings = wrong.codings
inner join fhir.files as files on fhir.file_of(numbered.item) = files.file;
