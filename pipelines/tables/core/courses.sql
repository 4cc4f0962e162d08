-- One row per course_key.
-- category, subtype: as ordered, else as diagnosed and refined by what a code can't say.
-- indicated_by: the place that named it. is_first_course: the patient's first in its category.
with indicated as (
    select
        spans.*,
        coalesce(spans.ordered_category, diagnosed.category, 'unassigned') as named_category,
        case
            when spans.ordered_category is null then diagnosed.subtype
            when spans.ordered_subtype is not null then spans.ordered_subtype
            when spans.ordered_category = diagnosed.category then diagnosed.subtype
        end as named_subtype,
        case
            when spans.ordered_category is not null then 'infusion_record'
            else coalesce(diagnosed.role, 'none')
        end as indicated_by,
        spans.ordered_category is not null
        and (spans.ordered_subtype is not null or spans.ordered_category = 'severe_anxiety')
            as as_ordered
    from core.course_spans as spans
    left join core.diagnosed_indications as diagnosed on spans.course_key = diagnosed.course_key
),

refined as (
    select
        indicated.course_key,
        refinements.to_category,
        refinements.to_subtype
    from indicated
    inner join definitions.refinements as refinements
        on
            indicated.named_category = refinements.category
            and indicated.named_subtype is not distinct from refinements.subtype
    left join staging.prior_treatments as trials
        on
            indicated.patient_key = trials.patient_key
            and refinements.treatment = trials.treatment
    left join core.baselines as baselines
        on
            indicated.course_key = baselines.course_key
            and refinements.instrument = baselines.instrument
    where
        not indicated.as_ordered
        and (
            (refinements.rule = 'trials_at_least' and trials.trials >= refinements.min_trials)
            or (
                refinements.rule = 'baseline_below'
                and baselines.baseline < refinements.below_score
            )
        )
),

named as (
    select
        indicated.*,
        case
            when refined.course_key is null then indicated.named_category else refined.to_category
        end as category,
        case
            when refined.course_key is null then indicated.named_subtype else refined.to_subtype
        end as subtype
    from indicated
    left join refined on indicated.course_key = refined.course_key
)

select
    course_key,
    patient_key,
    clinic_key,
    clinician_key,
    course_number,
    category,
    subtype,
    indicated_by,
    first_infusion,
    last_induction,
    last_infusion,
    infusions,
    induction_infusions,
    row_number() over (partition by patient_key, category order by course_number) = 1
        as is_first_course
from named
