-- Birth dates leave the rows of patients: their ages are told once visits and scores are judged. A
-- text with a year or three numbers that is no birth date, or makes somebody older than anybody,
-- stays where it is, with the rule that it breaks.
-- Where a birth date is not complete the higher age counts, so that nobody of 90 seems younger.
create table door.births as
with written as (
    select
        patients.rowid as place,
        patients.patient_key,
        try_cast(
            patients.age_band || case length(patients.age_band)
                when 4 then '-01-01' when 7 then '-01' else ''
            end as date
        ) as birth_day
    from mapped.patients as patients
    where regexp_matches(patients.age_band, '\d{4}|\d+[-./]\d+[-./]\d+')
)

select
    written.place,
    written.patient_key,
    written.birth_day,
    case
        when written.birth_day is null then 'birth_date_not_a_day'
        when written.birth_day > today.last_day then 'birth_date_to_come'
        when
            datesub('year', written.birth_day, today.last_day) > today.oldest
            then 'birth_date_too_long_ago'
    end as rule
from written
cross join door.today as today;

update mapped.patients set age_band = 'unknown'
where mapped.patients.rowid in (
    select births.place from door.births as births
    where births.rule is null
);

update mapped.patients set rule = births.rule, rule_column = 'age_band'
from door.births as births
where
    mapped.patients.rowid = births.place
    and births.rule is not null
    and mapped.patients.rule is null;

delete from door.births
where rule is not null;
