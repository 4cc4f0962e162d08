-- One row per visit_key.
-- course_key: the patient and the number of the course in the patient's order of starts.
-- A course: infusions of one patient for one indication, no gap over course_gap_days.
-- infusion_number: place in the course. in_induction: on days 0 to induction_last_day, while each
-- gap to the one before is at most induction_gap_days.
with settings as (
    select
        max(value) filter (where setting = 'course_gap_days') as course_gap_days,
        max(value) filter (where setting = 'induction_last_day') as induction_last_day,
        max(value) filter (where setting = 'induction_gap_days') as induction_gap_days
    from definitions.settings
),

gaps as (
    select
        *,
        date_diff(
            'day',
            lag(visit_date) over (
                partition by patient_key, ordered_category order by visit_date, visit_key
            ),
            visit_date
        ) as gap_days
    from core.infusions
),

runs as (
    select
        gaps.*,
        count(*)
        filter (where gaps.gap_days is null or gaps.gap_days > settings.course_gap_days)
            over (
                partition by gaps.patient_key, gaps.ordered_category
                order by gaps.visit_date, gaps.visit_key
            ) as run
    from gaps
    cross join settings
),

started as (
    select
        *,
        min(visit_date) over (partition by patient_key, ordered_category, run) as first_infusion,
        min(visit_key) over (partition by patient_key, ordered_category, run) as any_key
    from runs
),

numbered as (
    select
        *,
        dense_rank() over (
            partition by patient_key order by first_infusion, ordered_category, any_key
        ) as course_number
    from started
),

late as (
    select
        numbered.*,
        max(
            case
                when
                    date_diff('day', numbered.first_infusion, numbered.visit_date)
                    > settings.induction_last_day
                    then 1
                when
                    numbered.visit_date > numbered.first_infusion
                    and numbered.gap_days > settings.induction_gap_days
                    then 1
                else 0
            end
        ) over (
            partition by numbered.patient_key, numbered.course_number
            order by numbered.visit_date, numbered.visit_key
        ) as is_late
    from numbered
    cross join settings
)

select
    visit_key,
    patient_key,
    clinic_key,
    clinician_key,
    visit_date,
    category,
    subtype,
    course_number,
    first_infusion,
    concat(patient_key, '-', course_number) as course_key,
    row_number() over (
        partition by patient_key, course_number order by visit_date, visit_key
    ) as infusion_number,
    is_late = 0 as in_induction
from late
