-- One row per course_key, window.
-- Courses of conditions that one of the scales of recovery speaks for, by all of those scales.
-- status: no_baseline where one of them has none, not_assessed where one has no end score, due as
-- core.course_outcomes has it; else assessed. at_caseness: on at least one at the start.
-- recovered: at caseness at the start, and at the end on none. improved, worsened: reliably, on at
-- least one scale, and the opposite on none. Null where not assessed.
with settings as (
    select
        max(value) filter (where setting = 'induction_last_day') as induction_last_day,
        max(value) filter (where setting = 'started_before_data_days') as started_before_data_days
    from definitions.settings
),

told_by_recovery as (
    select distinct headlines.category
    from definitions.headlines as headlines
    inner join definitions.recovery as recovery on headlines.instrument = recovery.instrument
),

scales as (
    select
        courses.course_key,
        asked.window,
        asked.last_day,
        baselines.baseline,
        scores.final,
        baselines.baseline >= recovery.caseness_score as case_at_start,
        scores.final >= recovery.caseness_score as case_at_end,
        baselines.baseline - scores.final >= recovery.reliable_points as better,
        scores.final - baselines.baseline >= recovery.reliable_points as worse
    from core.courses as courses
    inner join told_by_recovery on courses.category = told_by_recovery.category
    cross join definitions.recovery as recovery
    inner join core.asked_instruments as asked
        on
            courses.category = asked.category
            and courses.subtype is not distinct from asked.subtype
            and recovery.instrument = asked.instrument
    left join core.baselines as baselines
        on
            courses.course_key = baselines.course_key
            and recovery.instrument = baselines.instrument
    left join core.course_scores as scores
        on
            courses.course_key = scores.course_key
            and recovery.instrument = scores.instrument
            and asked.window = scores.window
),

together as (
    select
        course_key,
        "window",
        max(last_day) as last_day,
        count(*) = count(baseline) as has_baseline,
        count(*) = count(final) as has_final,
        bool_or(case_at_start) as at_caseness,
        bool_or(case_at_end) as case_at_end,
        bool_or(better) as better,
        bool_or(worse) as worse
    from scales
    group by course_key, "window"
),

judged as (
    select
        together.*,
        courses.patient_key,
        courses.category,
        courses.subtype,
        courses.clinic_key,
        courses.is_first_course,
        courses.first_infusion,
        calendar.keeps_months,
        calendar.keeps_years,
        case
            when
                calendar.calendar = 'dates'
                and date_diff('day', calendar.data_from, courses.first_infusion)
                < settings.started_before_data_days
                then 'started_before_data'
            when not together.has_baseline then 'no_baseline'
            when
                calendar.calendar = 'dates'
                and date_diff('day', courses.first_infusion, calendar.data_through)
                < settings.induction_last_day + together.last_day
                then 'not_yet_due'
            when not together.has_final then 'not_assessed'
            else 'assessed'
        end as status
    from together
    inner join core.courses as courses on together.course_key = courses.course_key
    cross join settings
    cross join staging.calendar as calendar
)

select
    judged.course_key,
    judged.window,
    judged.patient_key,
    judged.category,
    judged.subtype,
    judged.clinic_key,
    patients.sex,
    patients.age_band,
    patients.region,
    judged.is_first_course,
    judged.status,
    case when judged.has_baseline then judged.at_caseness end as at_caseness,
    case when judged.status = 'assessed' then judged.at_caseness and not judged.case_at_end end
        as recovered,
    case when judged.status = 'assessed' then judged.better and not judged.worse end as improved,
    case when judged.status = 'assessed' then judged.worse and not judged.better end as worsened,
    case
        when judged.keeps_months then cast(date_trunc('month', judged.first_infusion) as date)
    end as start_month,
    case when judged.keeps_years then year(judged.first_infusion) end as start_year
from judged
inner join staging.patients as patients on judged.patient_key = patients.patient_key
