-- One row per rule, clinic_key, month.
-- A rule follow_up_WINDOW for each window. counted: courses due in it. failing: without a score.
with counts as (
    select
        follow_up.window,
        follow_up.clinic_key,
        follow_up.month,
        cast(sum(follow_up.due) as bigint) as due,
        cast(sum(follow_up.due - follow_up.assessed) as bigint) as missing
    from quality.follow_up as follow_up
    group by follow_up.window, follow_up.clinic_key, follow_up.month
),

windows as (
    select distinct "window" as name
    from definitions.windows
)

select
    rules.rule,
    counts.clinic_key,
    counts.month,
    counts.missing as failing,
    counts.due as counted
from definitions.quality_rules as rules
inner join windows on rules.rule = concat('follow_up_', windows.name)
left join counts on windows.name = counts.window
