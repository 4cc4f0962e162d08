-- Birth dates leave the rows of patients: their ages are told once visits and scores are judged. A
-- date that can't be one, or makes somebody older than anybody, stays where it is, to be found.
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
    where regexp_full_match(patients.age_band, '\d{4}(-\d{2}(-\d{2})?)?')
)

select
    written.place,
    written.patient_key,
    written.birth_day
from written
cross join door.today as today
where
    written.birth_day <= today.last_day
    and datesub('year', written.birth_day, today.last_day) <= today.oldest;

update mapped.patients set age_band = 'unknown'
where mapped.patients.rowid in (select births.place from door.births as births);
