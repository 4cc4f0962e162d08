-- One row per window, clinic_key, category, month.
-- Follow-up of first courses in headline conditions, in the month of their first infusion, as the
-- Response page counts it. due: the window has closed. assessed: of these, with a score in it.
-- not_yet_due: with a baseline high enough, but the window is open.
select
    courses.window,
    courses.clinic_key,
    courses.category,
    courses.start_month as month,
    count(*) filter (where courses.status in ('responded', 'not_responded', 'not_assessed'))
        as due,
    count(*) filter (where courses.status in ('responded', 'not_responded')) as assessed,
    count(*) filter (where courses.status = 'not_yet_due') as not_yet_due
from marts.response_courses as courses
inner join definitions.categories as categories on courses.category = categories.category
where courses.measure = 'response' and courses.is_first_course and categories.headline
group by courses.window, courses.clinic_key, courses.category, courses.start_month
