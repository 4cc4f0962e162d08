-- A birth date becomes the age band on the day on which the patient was first seen, by a visit or
-- else by a score, of an earlier export if there was one: a band that moved with later exports
-- would tell the birthday. Without such a day the band stays unknown.
create table door.ages as
select
    patients.rowid as place,
    arg_max(bands.band, bands.youngest) as band
from judged.patients as patients
inner join door.births as births on patients.patient_key = births.patient_key
left join door.known_patients as known on patients.patient_key = known.source_key
left join door.days as days on patients.rowid = days.patient
inner join door.age_bands as bands
    on
        datesub(
            'year',
            births.birth_day,
            coalesce(known.first_seen, days.first_visit, days.first_score)
        ) >= bands.youngest
where patients.broken is null
group by patients.rowid;

update judged.patients set age_band = ages.band
from door.ages as ages
where judged.patients.rowid = ages.place;
