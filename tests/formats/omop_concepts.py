"""The concept ids of an OMOP export, typed out: standard ones, and Abate's own from 2061300001."""

GENDERS = {"male": 8507, "female": 8532, "other": 44814653, "unknown": 8551}
VISITS = {
    ("consultation", "completed"): 2061300001,
    ("consultation", "no_show"): 2061300002,
    ("consultation", "late_cancelled"): 2061300003,
    ("consultation", "cancelled"): 2061300004,
    ("infusion", "completed"): 2061300005,
    ("infusion", "no_show"): 2061300006,
    ("infusion", "late_cancelled"): 2061300007,
    ("infusion", "cancelled"): 2061300008,
    ("follow_up", "completed"): 2061300009,
    ("follow_up", "no_show"): 2061300010,
    ("follow_up", "late_cancelled"): 2061300011,
    ("follow_up", "cancelled"): 2061300012,
}
AGENTS = {"ketamine": 785649, "esketamine": 1366610}
ROUTES = {
    "iv": 4171047, "im": 4302612, "sc": 4142048, "intranasal": 4262914, "oral": 4132161, "other": 0,
}  # fmt: skip
STOPPED = {
    "adverse_event": 2061300101, "blood_pressure": 2061300102, "iv_access": 2061300103,
    "patient_request": 2061300104,
}  # fmt: skip
ROLES = {"problem_list": 32840, "encounter": 32827, "infusion_order": 2061300201}
INSTRUMENTS = {
    "phq_9": 3042932, "gad_7": 42868746, "nrs_average_7d": 46235652, "nrs_average_24h": 2061300302,
    "headache_days_28d": 2061300306, "madrs": 2061300308, "epds": 2061300313, "ymrs": 2061300316,
    "y_bocs": 2061300326,
}  # fmt: skip
MEASURED = ["phq_9", "nrs_average_7d"]  # the other instruments go to observation
SIGNS = {
    "systolic": 3004249, "diastolic": 3012888, "heart_rate": 3027018, "spo2": 40762499,
    "respiratory_rate": 3024171, "moaas": 2061300401, "cadss": 2061300402,
}  # fmt: skip
EVENTS = {
    "nausea": 2061300501, "dissociation": 2061300502, "headache": 2061300503,
    "hypertension": 2061300504, "vomiting": 2061300505, "dizziness": 2061300506,
    "sedation": 2061300507, "anxiety": 2061300508, "vision_blurred": 2061300509,
    "heart_rate_increased": 2061300510, "oxygen_saturation_decreased": 2061300511,
    "syncope": 2061300512, "suicidal_ideation": 2061300513, "hypomania": 2061300514,
}  # fmt: skip
SERIOUS, RESOLVED, PLANNED, PER_KG = 2061300591, 2061300592, 2061300701, 2061300702
TRIED = {
    "antidepressant": 2061300601, "other_medication": 2061300602, "physical_therapy": 2061300603,
    "injection": 2061300604, "psychotherapy": 2061300605, "inpatient": 2061300606,
    "ect": 2061300607, "tms": 2061300608, "opioid_therapy": 2061300609,
}  # fmt: skip
