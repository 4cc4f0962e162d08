-- Patients, the names in their records for the screen, and their numbers at the clinic.
insert into mapped.patients by name
select
    patient.id as patient_key,
    coalesce(patient.gender, 'unknown') as sex,
    coalesce(patient.birth_date, 'unknown') as age_band,
    case
        when settings.region = 'zip3'
            then nullif(regexp_extract(patient.postal_code, '^([0-9]{3})[0-9]{2}', 1), '')
        when settings.region = 'state' then coalesce(by_code.state, by_name.state)
    end as region,
    'Patient' as unit,
    patient.item,
    files.label as file,
    fhir.row_of(patient.item) as source_row
from fhir.patient as patient
cross join fhir.settings as settings
inner join fhir.files as files on fhir.file_of(patient.item) = files.file
left join definitions.states as by_code on upper(trim(patient.state)) = by_code.state
left join definitions.states as by_name on lower(trim(patient.state)) = lower(by_name.name);

insert into mapped.names
with persons as (
    select unnest(list_concat(patient.names, patient.contacts)) as person
    from fhir.patient as patient
),

parts as (
    select
        unnest(list_concat([persons.person.family, persons.person.text], persons.person.given))
            as name
    from persons
    union all
    select fhir.extension_of(patient.extensions, lookup.maiden_name).valuestring as name
    from fhir.patient as patient
    cross join fhir.lookup as lookup
)

select distinct parts.name
from parts
where parts.name is not null;

insert into mapped.patient_numbers
with identifiers as (
    select
        patient.id,
        unnest(patient.identifiers) as identifier
    from fhir.patient as patient
)

select distinct
    identifiers.id as patient_key,
    identifiers.identifier.value as number
from identifiers
cross join fhir.lookup as lookup
where
    fhir.value_for(
        lookup.meanings, identifiers.identifier.type.coding, 'patient_number'
    ) is not null
    and identifiers.identifier.value is not null
    and identifiers.id is not null;
