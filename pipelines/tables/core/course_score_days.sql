-- One row per course_key, day.
-- The usable scores after the first infusion of a course on the instrument that speaks for it, up
-- to the first day of the patient's next course in the category. Only courses with a baseline.
-- day: days after the first infusion. days_after_induction: after the last induction infusion,
-- negative before it. infusions_before: of the course, on earlier days; a score of an infusion day
-- was taken before it or looks back. days_after_infusion: since the last of them.
with scored as (
    select
        courses.course_key,
        usable.score,
        date_diff('day', courses.first_infusion, usable.assessed_on) as day,
        date_diff('day', courses.last_induction, usable.assessed_on) as days_after_induction
    from core.followed_courses as courses
    inner join core.usable_scores as usable
        on
            courses.patient_key = usable.patient_key
            and courses.instrument = usable.instrument
    where
        courses.baseline is not null
        and usable.assessed_on > courses.first_infusion
        and (courses.next_course is null or usable.assessed_on <= courses.next_course)
),

events as (
    select
        course_key,
        day,
        days_after_induction,
        score,
        0 as infused
    from scored
    union all
    select
        course_key,
        date_diff('day', first_infusion, visit_date) as day,
        null as days_after_induction,
        null as score,
        1 as infused
    from core.course_infusions
),

counted as (
    select
        course_key,
        day,
        days_after_induction,
        score,
        infused,
        sum(infused) over (
            partition by course_key
            order by day, infused
            rows between unbounded preceding and current row
        ) as infusions_before,
        max(case when infused = 1 then day end) over (
            partition by course_key
            order by day, infused
            rows between unbounded preceding and current row
        ) as last_infused
    from events
)

select
    course_key,
    day,
    days_after_induction,
    score,
    cast(infusions_before as integer) as infusions_before,
    day - last_infused as days_after_infusion
from counted
where infused = 0
