-- One row per course_key.
-- clinic_key, clinician_key: of the first infusion that names one.
-- last_induction, last_infusion: days.
-- ordered_category, ordered_subtype: of the first infusion that records them.
select
    course_key,
    patient_key,
    course_number,
    first_infusion,
    min_by(clinic_key, infusion_number) as clinic_key,
    min_by(clinician_key, infusion_number) as clinician_key,
    max(visit_date) filter (where in_induction) as last_induction,
    max(visit_date) as last_infusion,
    count(*) as infusions,
    count(*) filter (where in_induction) as induction_infusions,
    min_by(category, infusion_number) filter (where category is not null) as ordered_category,
    min_by(subtype, infusion_number) filter (where subtype is not null) as ordered_subtype
from core.course_infusions
group by course_key, patient_key, course_number, first_infusion
