-- A birth date becomes the age band on the day on which the patient was first seen, by a visit or
-- else by a score, of an earlier export if there was one: a band that moved with later exports
-- would tell the birthday. Without such a day the band stays unknown; of two birth dates of one
-- patient the earlier counts.
create table door.ages as
with seen as (
    select
        patients.rowid as patient,
        datesub(
            'year',
            births.birth_day,
            coalesce(known.first_seen, days.first_visit, days.first_score)
        ) as years
    from judged.patients as patients
    inner join door.births as births on patients.patient_key = births.patient_key
    left join door.known_patients as known on patients.patient_key = known.source_key
    left join door.days as days on patients.rowid = days.patient
    where patients.broken is null
)

select
    seen.patient,
    arg_max(bands.band, bands.youngest) as band
from seen
asof inner join door.age_bands as bands on seen.years >= bands.youngest
group by seen.patient;
