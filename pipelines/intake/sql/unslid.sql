-- A study in relative days keeps its days.
create table door.slides as
select
    patient,
    0 as slide_days,
    cast(null as date) as first_seen,
    cast(null as date) as anchor
from door.patients;
