-- Vital signs by minutes from the start of the infusion.
insert into mapped.vital_signs by name
select
    flattened.visit_key,
    fhir.minutes_between(flattened.started_at, fhir.instant_of(flattened.effective)) as minute,
    flattened.sign,
    flattened.value,
    'Observation' as unit,
    flattened.item,
    files.label as file,
    fhir.row_of(flattened.item) as source_row
from fhir.flattened as flattened
inner join fhir.files as files on fhir.file_of(flattened.item) = files.file;

-- What becomes of the Observations that are no record.
insert into mapped.left_out
with fates as (
    select
        case
            when reading.visit_key is null then 'not at an infusion'
            when flattened.item is null then 'no value'
        end as reason
    from fhir.reading as reading
    left join (
        select distinct flattened.item
        from fhir.flattened as flattened
    ) as flattened
        on reading.item = flattened.item
    union all
    select observation.reason
    from fhir.observation as observation
)

select
    'Observation' as unit,
    fates.reason,
    count(*) as rows
from fates
where fates.reason is not null
group by fates.reason;
