-- Patients, with what is known of the birth date in age_band, and their own numbers.
insert into mapped.patients by name
with births as (
    select
        source_row,
        omop.key(year_of_birth) as born_year,
        lpad(omop.key(month_of_birth), 2, '0') as born_month,
        lpad(omop.key(day_of_birth), 2, '0') as born_day
    from omop.person
)

select
    omop.key(persons.person_id) as patient_key,
    coalesce(sexes.code, 'unknown') as sex,
    coalesce(
        births.born_year || '-' || births.born_month || '-' || births.born_day,
        births.born_year || '-' || births.born_month,
        births.born_year,
        'unknown'
    ) as age_band,
    regions.region,
    'person' as unit,
    persons.source_row as item,
    'person' as file,
    persons.source_row
from omop.person as persons
left join omop.known_concepts as sexes
    on
        sexes.means = 'sex'
        and omop.concept(persons.gender_concept_id) = sexes.concept_id
inner join births on persons.source_row = births.source_row
left join omop.regions as regions
    on omop.key(persons.location_id) = regions.location
order by persons.source_row;

insert into mapped.patient_numbers
select
    omop.key(person_id) as patient_key,
    trim(person_source_value) as number
from omop.person
where person_id is not null and nullif(trim(person_source_value), '') is not null
order by source_row;
