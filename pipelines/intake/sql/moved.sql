-- One row: patients whose slide was fixed by a first infusion and who are infused in this export;
-- how many of them have another first infusion now, as far as this export can tell: an increment,
-- and an export that begins later, tell only of earlier ones; and how many were slid before any
-- infusion was known.
select
    count(*) filter (where patients.anchor is not null) as known,
    count(*) filter (
        where
        anchors.infused_on < patients.anchor
        or (
            asked.all_rows
            and anchors.infused_on > patients.anchor
            and patients.anchor >= span.first_day
        )
    ) as moved,
    count(*) filter (where patients.anchor is null) as late
from door.patients as patients
inner join door.anchors as anchors on patients.patient = anchors.patient
cross join door.asked as asked
cross join door.span as span
where patients.slide_days is not null and anchors.infused_on is not null
