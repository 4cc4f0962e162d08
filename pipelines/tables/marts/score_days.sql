-- One row per course_key, day.
-- What each score of a followed course says, by the definitions of the build.
-- responds: it meets the headline measure. is_lost: it is one of those by which a response is lost,
-- null where the instrument has no such rule. improved_early: it fell by early_min_fall_percent.
-- score, baseline: points of the instrument.
with settings as (
    select max(value) filter (where setting = 'early_min_fall_percent') as early_percent
    from definitions.settings
)

select
    days.course_key,
    days.day,
    days.days_after_induction,
    days.infusions_before,
    days.days_after_infusion,
    courses.instrument,
    courses.baseline,
    days.score,
    case courses.rule
        when 'fall_percent'
            then
                100 * (courses.baseline - days.score)
                >= courses.min_fall_percent * courses.baseline
        when 'final_score' then days.score <= courses.max_final_score
        when 'fall_points' then courses.baseline - days.score >= courses.min_fall_points
        when 'rise_points' then days.score - courses.baseline >= courses.min_rise_points
    end as responds,
    100 * (courses.baseline - days.score) < losses.below_fall_percent * courses.baseline
    and (losses.min_score is null or days.score >= losses.min_score) as is_lost,
    100 * (courses.baseline - days.score) >= settings.early_percent * courses.baseline
        as improved_early
from core.course_score_days as days
inner join core.followed_courses as courses on days.course_key = courses.course_key
left join definitions.loss_of_response as losses on courses.instrument = losses.instrument
cross join settings
