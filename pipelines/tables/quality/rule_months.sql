-- One row per rule, clinic_key, month.
-- failing, counted: as the rule counts them. A rule with nothing to count has one row of zeros.
-- clinic_key: null where it belongs to none. month: null where it belongs to none, and where the
-- calendar has no true months. Rules of the definitions that nothing here evaluates are not in it.
with counts as (
    select * from quality.patient_counts
    union all
    select * from quality.visit_counts
    union all
    select * from quality.infusion_counts
    union all
    select * from quality.vital_counts
    union all
    select * from quality.score_counts
    union all
    select * from quality.recall_counts
    union all
    select * from quality.course_counts
    union all
    select * from quality.follow_up_counts
    union all
    select * from quality.diagnosis_counts
    union all
    select * from quality.clinic_counts
    union all
    select * from quality.early_counts
    union all
    select * from quality.batch_counts
),

dated as (
    select
        counts.rule,
        counts.clinic_key,
        coalesce(counts.failing, 0) as failing,
        coalesce(counts.counted, 0) as counted,
        case when calendar.keeps_months then counts.month end as month
    from counts
    cross join staging.calendar as calendar
)

select
    rule,
    clinic_key,
    month,
    cast(sum(failing) as bigint) as failing,
    cast(sum(counted) as bigint) as counted
from dated
group by rule, clinic_key, month
