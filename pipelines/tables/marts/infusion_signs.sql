-- One row per visit_key, minute, sign.
-- Vital signs of the infusions of courses; minute 0 is the start of the infusion.
select
    signs.visit_key,
    signs.minute,
    signs.sign,
    cast(signs.value as double) as value
from staging.vital_signs as signs
inner join core.course_infusions as infusions on signs.visit_key = infusions.visit_key
