-- A birth date becomes the age band on the day on which the patient was first seen, by a visit or a
-- score, of an earlier export if there was one: a band that moved with later exports would tell the
-- birthday. Without such a day the band is unknown. Where the birth date is not complete the higher
-- age counts, so that nobody of 90 seems younger.
create table door.ages as
with seen as (
    select
        patient_key,
        min(seen_on) as seen_on
    from door.days
    group by patient_key
),

born as (
    select
        patients.rowid as place,
        try_cast(
            patients.age_band || case length(patients.age_band)
                when 4 then '-01-01' when 7 then '-01' else ''
            end as date
        ) as birth_day,
        coalesce(known.first_seen, seen.seen_on) as seen_on
    from mapped.patients as patients
    left join seen on patients.patient_key = seen.patient_key
    left join door.known_patients as known on patients.patient_key = known.source_key
    where regexp_full_match(patients.age_band, '\d{4}(-\d{2}(-\d{2})?)?')
)

select
    born.place,
    arg_max(bands.band, bands.youngest) as band
from born
cross join door.today as today
inner join door.age_bands as bands
    on datesub('year', born.birth_day, born.seen_on) >= bands.youngest
where datesub('year', born.birth_day, born.seen_on) <= today.oldest
group by born.place
union all
select
    place,
    'unknown' as band
from born
where birth_day is not null and seen_on is null;

update mapped.patients set age_band = ages.band
from door.ages as ages
where mapped.patients.rowid = ages.place;
