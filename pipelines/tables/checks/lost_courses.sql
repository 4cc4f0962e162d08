-- One row per category, measure, window.
-- Only those in which some course has no status, or more than one.
with expected as (
    select
        courses.category,
        plan.measure,
        plan.window,
        count(distinct courses.course_key) as courses
    from core.courses as courses
    inner join core.plan as plan
        on
            courses.category = plan.category
            and courses.subtype is not distinct from plan.subtype
    group by courses.category, plan.measure, plan.window
),

counted as (
    select
        courses.category,
        outcomes.measure,
        outcomes.window,
        count(outcomes.status) as courses
    from core.course_outcomes as outcomes
    inner join core.courses as courses on outcomes.course_key = courses.course_key
    group by courses.category, outcomes.measure, outcomes.window
)

select
    expected.category,
    expected.measure,
    expected.window,
    expected.courses,
    coalesce(counted.courses, 0) as counted
from expected
left join counted
    on
        expected.category = counted.category
        and expected.measure = counted.measure
        and expected.window = counted.window
where expected.courses <> coalesce(counted.courses, 0)
