-- One row per visit_key, minute, sign.
select
    visit_key,
    minute,
    sign,
    value
from records.vital_signs
