-- How cells are read, and which concepts decide that a row is kept.

-- An id as text; exports by way of a data frame write whole numbers as 12.0.
create macro omop.key(written) as
case
    when contains(written, '.') then regexp_replace(trim(written), '\.0+$', '')
    else nullif(trim(written), '')
end;

create macro omop.concept(written) as coalesce(try_cast(written as bigint), 0);

-- A day as YYYY-MM-DD by its first ten characters; what is neither that nor YYYYMMDD stays.
create macro omop.day(written) as
case
    when written like '____-__-__%' then left(written, 10)
    when regexp_full_match(written, '\d{8}')
        then concat_ws('-', left(written, 4), substr(written, 5, 2), right(written, 2))
    else nullif(trim(written), '')
end;

-- The written local time, to the second or the minute.
create macro omop.written_time(written) as
try_cast(
    replace(left(written, case substr(written, 17, 1) when ':' then 19 else 16 end), 'T', ' ')
    as timestamp
);

-- The same, where it is known: midnight exactly stands for a time that is not.
create macro omop.moment(written) as
case
    when omop.written_time(written) <> date_trunc('day', omop.written_time(written))
        then omop.written_time(written)
end;

-- An ICD-10-CM code in capitals without dot; null for what is none.
create macro omop.icd10cm(written) as
nullif(
    replace(
        regexp_extract(
            upper(trim(written)), '^[A-Z][0-9][0-9A-Z](\.?[0-9A-Z]{1,4})?$'
        ),
        '.',
        ''
    ),
    ''
);

-- Whole minutes from one moment to another, rounded down.
create macro omop.minutes(earlier, later) as
cast(floor(date_diff('second', earlier, later) / 60) as bigint);

create table omop.known_concepts as
select
    concept_id,
    means,
    code,
    detail
from definitions.omop_concepts;

create view omop.agent_concepts as
select concept_id as concept
from omop.known_concepts
where means = 'agent';

create view omop.reading_means as
select
    concept_id as concept,
    means,
    code,
    detail
from omop.known_concepts
where
    means in (
        'instrument', 'sign', 'adverse_event', 'resolved_minute', 'prior_treatment',
        'planned_sessions', 'dose_mg_per_kg', 'weight'
    );

create view omop.reading_concepts as
select concept from omop.reading_means;

create view omop.treatment_concepts as
select
    concept_id as concept,
    code
from omop.known_concepts
where means = 'prior_treatment';

-- Concepts of the code systems of the export, of which the codes are sought in its vocabulary.
create view omop.source_concepts as
select distinct omop.concept(condition_source_concept_id) as concept
from omop.condition_occurrence;

-- One row per concept of an agent: those of the definitions, and what the vocabulary of the export
-- derives from them. esketamine sorts before ketamine: a product of both is never taken for
-- ketamine.
create view omop.agents as
with named as (
    select
        concept_id as concept,
        code as agent
    from omop.known_concepts
    where means = 'agent'
),

derived as (
    select
        omop.concept(ancestors.descendant_concept_id) as concept,
        min(named.agent) as agent
    from omop.concept_ancestor as ancestors
    inner join named on ancestors.concept = named.concept
    group by all
)

select
    concept,
    agent
from named
union all
select
    derived.concept,
    derived.agent
from derived
anti join named on derived.concept = named.concept;

-- What becomes no record, and why.
create table omop.unused (unit varchar, item bigint, reason varchar);
