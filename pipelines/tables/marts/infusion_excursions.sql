-- One row per visit_key, excursion.
-- Infusions whose sign was read after the start and, for a rise, before it too.
-- beyond: whether any reading after the start passed the threshold.
with before as (
    select
        visit_key,
        sign,
        max_by(value, minute) as value
    from staging.vital_signs
    where minute <= 0
    group by visit_key, sign
),

after as (
    select
        visit_key,
        sign,
        min(value) as lowest,
        max(value) as highest
    from staging.vital_signs
    where minute > 0
    group by visit_key, sign
)

select
    after.visit_key,
    excursions.excursion,
    case excursions.rule
        when 'at_least' then after.highest >= excursions.threshold
        when 'above' then after.highest > excursions.threshold
        when 'below' then after.lowest < excursions.threshold
        when 'at_most' then after.lowest <= excursions.threshold
        when 'rise_points' then after.highest - before.value >= excursions.threshold
        when 'rise_percent'
            then 100 * (after.highest - before.value) >= excursions.threshold * before.value
    end as beyond
from after
inner join core.course_infusions as infusions on after.visit_key = infusions.visit_key
inner join definitions.excursions as excursions on after.sign = excursions.sign
left join before on after.visit_key = before.visit_key and after.sign = before.sign
where
    before.value is not null
    or excursions.rule not in ('rise_points', 'rise_percent')
