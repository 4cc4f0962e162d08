-- One row per patient.
-- first_seen: the slid day of the first infusion in this export, else of its first day of any kind.
-- anchor: the true day of the first infusion, as known when the slide was fixed or soon after.
-- slide_days: as known, else from the anchor to the middle of its month or quarter, or to 1 July;
-- null, so that all of the patient waits, until the slid anchor is a day that may be seen. Whether
-- a patient is seen then depends on the month of the anchor and not on its day.
create table door.slides as
with anchored as (
    select
        anchors.patient,
        coalesce(anchors.infused_on, anchors.seen_on) as anchor,
        anchors.infused_on,
        case when anchors.infused_on is null then asked.uninfused_wait else 0 end as wait_days
    from door.anchors as anchors
    cross join door.asked as asked
),

slid as (
    select
        anchored.patient,
        anchored.anchor,
        anchored.infused_on,
        anchored.wait_days,
        cast(case asked.slide
            when 'month' then date_trunc('month', anchored.anchor) + interval 15 day
            when 'quarter'
                then date_trunc('quarter', anchored.anchor) + interval 1 month + interval 15 day
            when 'year' then date_trunc('year', anchored.anchor) + interval 6 month
        end as date) as slid_anchor
    from anchored
    cross join door.asked as asked
)

select
    patients.patient,
    case
        when patients.slide_days is null then slid.slid_anchor
        else slid.anchor + patients.slide_days
    end as first_seen,
    coalesce(patients.anchor, slid.infused_on) as anchor,
    cast(coalesce(
        patients.slide_days,
        case
            when
                slid.slid_anchor + slid.wait_days <= asked.last_seen
                and slid.slid_anchor not between coalesce(asked.unsure, date '9999-12-31')
                and asked.first_seen - 1
                then date_diff('day', slid.anchor, slid.slid_anchor)
        end
    ) as integer) as slide_days
from door.patients as patients
cross join door.asked as asked
left join slid on patients.patient = slid.patient
