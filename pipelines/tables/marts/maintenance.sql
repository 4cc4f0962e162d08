-- One row per visit_key.
-- Infusions after the induction: gap_days since the one before in the course.
with gaps as (
    select
        visit_key,
        course_key,
        in_induction,
        date_diff(
            'day',
            lag(visit_date) over (partition by course_key order by infusion_number),
            visit_date
        ) as gap_days
    from core.course_infusions
)

select
    visit_key,
    course_key,
    gap_days
from gaps
where not in_induction
