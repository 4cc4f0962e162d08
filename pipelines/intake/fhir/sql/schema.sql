-- The reader's own tables: staged resources of one type each are made when they are first read.
create schema fhir;

create table fhir.files (
    file bigint,
    label varchar
);

create table fhir.broken (
    unit varchar,
    item bigint,
    rule varchar
);

create table fhir.loinc (
    code varchar,
    well_formed boolean
);

-- Which file is read: its resource type, empty if that is not used, the number of its first
-- resource, and whether its resources carry their numbers.
create table fhir.current (
    resource varchar,
    first_item bigint,
    numbered boolean
);

-- Every code that means something, by the address of its code system as exports write it.
create table fhir.codes as
with systems as (
    select
        uri,
        system
    from definitions.fhir_systems
),

listed as (
    select
        system,
        code,
        use,
        value
    from definitions.fhir_codes
),

instruments as (
    select
        'loinc' as system,
        loinc as code,
        instrument
    from definitions.instruments
    where loinc is not null
    union all
    select
        'abate_instrument' as system,
        instrument as code,
        instrument
    from definitions.instruments
),

known as (
    select * from listed
    union all
    select
        instruments.system,
        instruments.code,
        'instrument' as use,
        instruments.instrument as value
    from instruments
    anti join listed
        on instruments.system = listed.system and instruments.code = listed.code
)

select
    systems.uri,
    known.system,
    known.code,
    known.use,
    known.value
from known
inner join systems on known.system = systems.system;

-- The key in a reference: the last part of Type/id, of an address or a urn, or an identifier's
-- value. A reference to something contained has none.
create macro fhir.key_of(reference) as
case
    when starts_with(reference, '#') then null
    when contains(reference, '?') then regexp_extract(reference, '[|=]([^|=]+)$', 1)
    when starts_with(reference, 'urn:') then regexp_extract(reference, '([^:]+)$', 1)
    when contains(reference, '/_history/')
        then regexp_extract(reference, '([^/]+)/_history/', 1)
    else split_part(reference, '/', -1)
end;

-- The instant of a FHIR dateTime with a time; one without an offset is taken as UTC.
create macro fhir.instant_of(written) as
case
    when length(written) <= 10 then null
    when regexp_matches(written, '(Z|[+-][0-9]{2}:?[0-9]{2})$')
        then try_cast(written as timestamptz)
    else try_cast(written || 'Z' as timestamptz)
end;

create macro fhir.minutes_between(from_instant, to_instant) as
cast(round((epoch(to_instant) - epoch(from_instant)) / 60) as bigint);

create macro fhir.file_of(item) as item // 4294967296;

create macro fhir.row_of(item) as item % 4294967296;

-- One row: what every code means, and what those of observations mean, as maps: a join would lose
-- the order of the rows. And the addresses of extensions and code systems that are looked for.
create table fhir.lookup as
with meanings as (
    select
        map(
            list(codes.uri || '|' || codes.code),
            list(struct_pack(use := codes.use, value := codes.value))
        ) as meanings
    from fhir.codes as codes
),

of_observations as (
    select
        map(
            list(codes.uri || '|' || codes.code),
            list(struct_pack(use := codes.use, value := codes.value))
        ) as observation_meanings
    from fhir.codes as codes
    where
        codes.use in ('instrument', 'sign', 'pressure_panel', 'body_weight', 'prior_treatment')
),

addresses as (
    select
        list(systems.uri) filter (where systems.system = 'loinc') as loinc,
        list(systems.uri) filter (where systems.system = 'icd10cm') as icd10cm,
        list(systems.uri) filter (where systems.system = 'snomed') as snomed,
        list(systems.uri) filter (where systems.system = 'points_extension') as points,
        list(systems.uri) filter (where systems.system = 'grade_extension') as grade,
        list(systems.uri) filter (where systems.system = 'resolved_extension') as resolved,
        list(systems.uri) filter (where systems.system = 'maiden_name_extension') as maiden_name
    from definitions.fhir_systems as systems
)

select
    meanings.meanings,
    of_observations.observation_meanings,
    addresses.*
from meanings
cross join of_observations
cross join addresses;

create macro fhir.meaning_of(coding) as
(select lookup.observation_meanings from fhir.lookup as lookup)[
    coding.system || '|' || coding.code
];

-- What the first of the codings with the wanted use means; null where none has it.
create macro fhir.value_for(meanings, codings, wanted) as
list_filter(
    list_transform(codings, lambda coding: meanings[coding.system || '|' || coding.code]),
    lambda meaning: meaning.use = wanted
)[1].value;

create macro fhir.codings_of(concepts) as
flatten(list_transform(concepts, lambda concept: concept.coding));

create macro fhir.first_code(codings, uris) as
list_filter(codings, lambda coding: list_contains(uris, coding.system))[1].code;

create macro fhir.extension_of(extensions, urls) as
list_filter(extensions, lambda extension: list_contains(urls, extension.url))[1];

create macro fhir.key_like(written, pattern) as
fhir.key_of(
    list_filter(
        cast(written as varchar[]), lambda reference: regexp_matches(reference, pattern)
    )[1]
);

-- The codings of the contained Medication that a reference such as #med means.
create macro fhir.contained_codings(contained, reference) as
list_filter(
    from_json(
        contained,
        '[{"id": "VARCHAR", "code": {"coding": [{"system": "VARCHAR", "code": "VARCHAR"}]}}]'
    ),
    lambda part: '#' || part.id = reference
)[1].code.coding;
