-- One row: patients whose slide was fixed by a first infusion and who are infused in this export;
-- how many of them have another first infusion now, where an increment tells only of earlier ones;
-- and how many were slid before any infusion was known.
select
    count(*) filter (where patients.anchor is not null) as known,
    count(*) filter (
        where
        case
            when asked.all_rows then anchors.infused_on <> patients.anchor
            else anchors.infused_on < patients.anchor
        end
    ) as moved,
    count(*) filter (where patients.anchor is null) as late
from door.patients as patients
inner join door.anchors as anchors on patients.patient = anchors.patient
cross join door.asked as asked
where patients.slide_days is not null and anchors.infused_on is not null
