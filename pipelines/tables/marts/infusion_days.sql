-- One row per course_key, infusion_number.
-- day: days after the first infusion of the course. in_induction: see core.course_infusions.
select
    course_key,
    infusion_number,
    date_diff('day', first_infusion, visit_date) as day,
    in_induction
from core.course_infusions
