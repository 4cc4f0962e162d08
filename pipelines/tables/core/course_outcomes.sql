-- One row per course_key, measure, window.
-- instrument: of those that the condition is judged by in the window, the preferred one with a
-- baseline; the same for every measure but those with an instrument of their own. A measure
-- without a rule on it has no baseline.
-- status: what became of the course; the first that holds, in the order of definitions.statuses.
-- A window is due, for every course alike, when it has closed after the longest possible induction.
with settings as (
    select
        max(value) filter (where setting = 'induction_last_day') as induction_last_day,
        max(value) filter (where setting = 'started_before_data_days') as started_before_data_days
    from definitions.settings
),

candidates as (
    select
        courses.course_key,
        courses.category,
        courses.subtype,
        courses.first_infusion,
        plan.window,
        plan.instrument,
        baselines.baseline,
        row_number() over (
            partition by courses.course_key, plan.window
            order by case when baselines.baseline is null then 1 else 0 end, plan.preference
        ) as choice
    from core.courses as courses
    inner join core.plan as plan
        on
            courses.category = plan.category
            and courses.subtype is not distinct from plan.subtype
    left join core.baselines as baselines
        on
            courses.course_key = baselines.course_key
            and plan.instrument = baselines.instrument
    where plan.measure = 'response'
),

asked as (
    select distinct
        category,
        subtype,
        "window",
        measure
    from core.plan
    where not is_own
),

judged_on as (
    select
        chosen.course_key,
        chosen.category,
        chosen.subtype,
        chosen.first_infusion,
        chosen.window,
        chosen.instrument,
        chosen.baseline,
        asked.measure
    from candidates as chosen
    inner join asked
        on
            chosen.category = asked.category
            and chosen.subtype is not distinct from asked.subtype
            and chosen.window = asked.window
    where chosen.choice = 1
    union all
    select
        courses.course_key,
        courses.category,
        courses.subtype,
        courses.first_infusion,
        plan.window,
        plan.instrument,
        baselines.baseline,
        plan.measure
    from core.courses as courses
    inner join core.plan as plan
        on
            courses.category = plan.category
            and courses.subtype is not distinct from plan.subtype
    left join core.baselines as baselines
        on
            courses.course_key = baselines.course_key
            and plan.instrument = baselines.instrument
    where plan.is_own
),

scored as (
    select
        judged_on.course_key,
        judged_on.first_infusion,
        judged_on.window,
        judged_on.instrument,
        judged_on.measure,
        plan.rule,
        plan.min_fall_percent,
        plan.max_final_score,
        plan.min_fall_points,
        plan.min_rise_points,
        plan.floor,
        plan.last_day,
        course_scores.final,
        case when plan.rule is not null then judged_on.baseline end as baseline
    from judged_on
    left join core.plan as plan
        on
            judged_on.category = plan.category
            and judged_on.subtype is not distinct from plan.subtype
            and judged_on.window = plan.window
            and judged_on.measure = plan.measure
            and judged_on.instrument = plan.instrument
    left join core.course_scores as course_scores
        on
            judged_on.course_key = course_scores.course_key
            and judged_on.instrument = course_scores.instrument
            and judged_on.window = course_scores.window
),

judged as (
    select
        scored.*,
        case scored.rule
            when 'fall_percent'
                then
                    100 * (scored.baseline - scored.final)
                    >= scored.min_fall_percent * scored.baseline
            when 'final_score' then scored.final <= scored.max_final_score
            when 'fall_points' then scored.baseline - scored.final >= scored.min_fall_points
            when 'rise_points' then scored.final - scored.baseline >= scored.min_rise_points
        end as met
    from scored
)

select
    judged.course_key,
    judged.measure,
    judged.window,
    judged.instrument,
    judged.baseline,
    judged.final,
    case
        when
            calendar.calendar = 'dates'
            and date_diff('day', calendar.data_from, judged.first_infusion)
            < settings.started_before_data_days
            then 'started_before_data'
        when judged.baseline is null then 'no_baseline'
        when judged.baseline < judged.floor then 'below_floor'
        when
            calendar.calendar = 'dates'
            and date_diff('day', judged.first_infusion, calendar.data_through)
            < settings.induction_last_day + judged.last_day
            then 'not_yet_due'
        when judged.final is null then 'not_assessed'
        when judged.met then 'responded'
        else 'not_responded'
    end as status
from judged
cross join settings
cross join staging.calendar as calendar
