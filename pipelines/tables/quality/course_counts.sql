-- One row per rule, clinic_key, month.
-- Rules about courses, in the month of their first infusion.
-- indication_missing: of all. planned_sessions_missing: no infusion of the induction says it.
-- baseline_missing, baseline_on_other_scale: of first courses in a
-- headline condition that began within the data, as the Response page counts them.
-- infusion_without_outcome: infusions of courses with a due window; failing: none was assessed.
with asked as (
    select distinct
        courses.course_key,
        plan.instrument
    from core.courses as courses
    inner join core.plan as plan
        on
            courses.category = plan.category
            and courses.subtype is not distinct from plan.subtype
),

elsewhere as (
    select distinct baselines.course_key
    from core.baselines as baselines
    inner join definitions.instruments as instruments
        on baselines.instrument = instruments.instrument
    left join asked
        on
            baselines.course_key = asked.course_key
            and baselines.instrument = asked.instrument
    where asked.course_key is null and instruments.family <> 'none'
),

outcomes as (
    select
        course_key,
        bool_or(status = 'started_before_data') as before_data,
        bool_and(status = 'no_baseline') as no_baseline,
        bool_or(status in ('responded', 'not_responded')) as assessed,
        bool_or(status in ('responded', 'not_responded', 'not_assessed')) as due
    from marts.response_courses
    where measure = 'response'
    group by course_key
),

courses as (
    select
        courses.clinic_key,
        courses.infusions,
        courses.category,
        outcomes.no_baseline,
        outcomes.assessed,
        outcomes.due,
        elsewhere.course_key is not null as other_scale,
        flow.planned is null as without_plan,
        courses.is_first_course and categories.headline and not outcomes.before_data as judged,
        cast(date_trunc('month', courses.first_infusion) as date) as month
    from core.courses as courses
    inner join outcomes on courses.course_key = outcomes.course_key
    inner join marts.course_flow as flow on courses.course_key = flow.course_key
    inner join definitions.categories as categories on courses.category = categories.category
    left join elsewhere on courses.course_key = elsewhere.course_key
),

counts as (
    select
        clinic_key,
        month,
        count(*) as courses,
        count(*) filter (where category = 'unassigned') as unassigned,
        count(*) filter (where without_plan) as without_plan,
        count(*) filter (where judged) as judged,
        count(*) filter (where judged and no_baseline) as without_baseline,
        count(*) filter (where judged and no_baseline and other_scale) as on_other_scale,
        cast(coalesce(sum(infusions) filter (where due), 0) as bigint) as due_infusions,
        cast(coalesce(sum(infusions) filter (where due and not assessed), 0) as bigint)
            as never_assessed
    from courses
    group by clinic_key, month
)

select
    rules.rule,
    counts.clinic_key,
    counts.month,
    case rules.rule
        when 'indication_missing' then counts.unassigned
        when 'planned_sessions_missing' then counts.without_plan
        when 'baseline_missing' then counts.without_baseline
        when 'baseline_on_other_scale' then counts.on_other_scale
        when 'infusion_without_outcome' then counts.never_assessed
    end as failing,
    case rules.rule
        when 'indication_missing' then counts.courses
        when 'planned_sessions_missing' then counts.courses
        when 'infusion_without_outcome' then counts.due_infusions
        else counts.judged
    end as counted
from definitions.quality_rules as rules
left join counts on true
where
    rules.rule in (
        'indication_missing', 'planned_sessions_missing', 'baseline_missing',
        'baseline_on_other_scale', 'infusion_without_outcome'
    )
