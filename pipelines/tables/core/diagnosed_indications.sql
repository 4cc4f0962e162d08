-- One row per course_key.
-- What the diagnoses say that a course treats: in the first place that says anything, the one of
-- lowest precedence. Where that place names pain and mental health, it names no single indication.
with placed as (
    select
        *,
        min(rank) over (partition by course_key) as first_rank
    from core.course_diagnoses
),

ordered as (
    select
        *,
        min(family) over (partition by course_key) as first_family,
        max(family) over (partition by course_key) as last_family,
        row_number() over (
            partition by course_key order by precedence, icd10cm_prefix, icd10cm, only_with_prefix
        ) as place
    from placed
    where rank = first_rank
)

select
    course_key,
    role,
    category,
    subtype
from ordered
where place = 1 and first_family = last_family
