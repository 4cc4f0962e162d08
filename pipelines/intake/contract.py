"""The canonical tables: the one declaration of what a record may hold.

Validation, the documentation of columns in data/README.md and empty tables all come from here.
"""

from pipelines.definitions.schema import Column, Table

SEXES = ("female", "male", "other", "unknown")
AGE_BANDS = (
    "under_18", "18-24", "25-34", "35-44", "45-54", "55-64", "65-74", "75-84", "85-89", "90+", "unknown",
)  # fmt: skip
YOUNGEST = {
    "90+": 90, "85-89": 85, "75-84": 75, "65-74": 65, "55-64": 55, "45-54": 45, "35-44": 35,
    "25-34": 25, "18-24": 18, "under_18": 0,
}  # fmt: skip
OLDEST = 130
VISIT_KINDS = ("consultation", "infusion", "follow_up")
VISIT_STATUSES = ("completed", "no_show", "late_cancelled", "cancelled")
AGENTS = ("ketamine", "esketamine", "other")
ROUTES = ("iv", "im", "sc", "intranasal", "oral", "other")
ROLES = ("infusion_order", "encounter", "problem_list")
TIMINGS = ("before_infusion", "during_infusion", "after_infusion", "unspecified")
SIGNS = ("systolic", "diastolic", "heart_rate", "spo2", "respiratory_rate", "moaas", "cadss")
TREATMENTS = (
    "antidepressant", "other_medication", "physical_therapy", "injection", "psychotherapy",
    "inpatient", "ect", "tms", "opioid_therapy",
)  # fmt: skip
CODE, CODE_MEANS = r"^[a-z0-9_]+$", "lower-case letters, digits and _"
ICD10CM = r"^[A-Z][0-9][0-9A-Z]{1,5}$"


def _patient() -> Column:
    return Column("patient_key", "text", "The patient.", refers_to=("patients", "patient_key"))


def _visit() -> Column:
    return Column("visit_key", "text", "The visit.", refers_to=("visits", "visit_key"))


def _minutes(name: str, means: str, high: float = 1440) -> Column:
    return Column(name, "integer", f"{means}, in minutes.", False, low=0, high=high)


PATIENTS = Table(
    "patients",
    "One row per patient.",
    ("patient_key",),
    (
        Column("patient_key", "text", "Random key of the patient, never derived from an identifier."),
        Column("sex", "text", "Sex.", one_of=SEXES),
        Column("age_band", "text", "Age at the first visit, in bands; 90 and over together.", one_of=AGE_BANDS),
        Column("region", "text", "State or three-digit ZIP area, where the practice asks for it.", False),
    ),
)  # fmt: skip
VISITS = Table(
    "visits",
    "One row per visit.",
    ("visit_key",),
    (
        Column("visit_key", "text", "Random key of the visit."),
        _patient(),
        Column("clinic_key", "text", "The clinic; a visit without one is refused."),
        Column("clinician_key", "text", "The clinician, where the practice turns this on.", False),
        Column("visit_date", "date", "Day of the visit; visits still to come are not imported."),
        Column("visit_kind", "text", "What the visit was for.", one_of=VISIT_KINDS),
        Column("visit_status", "text", "What became of it.", one_of=VISIT_STATUSES),
        _minutes("chair_minutes", "Check-in to discharge"),
    ),
)
INFUSIONS = Table(
    "infusions",
    "One row per visit with an infusion.",
    ("visit_key",),
    (
        _visit(),
        Column("agent", "text", "What was given.", one_of=AGENTS),
        Column("route", "text", "How it was given.", one_of=ROUTES),
        Column("category", "text", "Condition category as ordered.", False,
               refers_to=("categories", "category")),
        Column("subtype", "text", "Condition subtype as ordered.", False,
               refers_to=("subtypes", "subtype")),
        Column("planned_sessions", "integer", "Sessions planned for the series.", False, low=1, high=100),
        Column("dose_mg", "decimal", "Dose in mg.", False, low=0, high=2000, decimals=2),
        Column("dose_mg_per_kg", "decimal", "Dose in mg per kg of body weight.", False, low=0, high=20, decimals=2),
        _minutes("infusion_minutes", "Start to end of the infusion"),
        _minutes("recovery_minutes", "End of the infusion to discharge"),
        Column("stopped_early", "flag", "Whether the infusion was stopped early.", False),
        Column("stop_reason", "text", "Why it was stopped, as a code.", False,
               pattern=CODE, pattern_means=CODE_MEANS),
    ),
)  # fmt: skip
DIAGNOSES = Table(
    "diagnoses",
    "One row per patient, code, day and role.",
    ("patient_key", "icd10cm", "recorded_on", "role"),
    (
        _patient(),
        Column("icd10cm", "text", "ICD-10-CM code, upper-case without dots.",
               pattern=ICD10CM, pattern_means="an ICD-10-CM code without dots, as G905"),
        Column("recorded_on", "date", "Day on which it was recorded."),
        Column("role", "text", "Where it was recorded.", one_of=ROLES),
    ),
)  # fmt: skip
SCORES = Table(
    "scores",
    "One row per assessment with one instrument; several of one day may stand side by side.",
    (),
    (
        _patient(),
        Column("instrument", "text", "The instrument, with version and recall.",
               refers_to=("instruments", "instrument")),
        Column("assessed_on", "date", "Day of the assessment."),
        Column("timing", "text", "Before, during or after an infusion of that day.", one_of=TIMINGS),
        Column("score", "decimal", "The score, to two decimals.", decimals=2),
    ),
)  # fmt: skip
VITAL_SIGNS = Table(
    "vital_signs",
    "One row per visit, minute and sign.",
    ("visit_key", "minute", "sign"),
    (
        _visit(),
        Column("minute", "integer", "Minutes from the start of the infusion; negative before.", low=-1440, high=1440),
        Column("sign", "text", "What was measured.", one_of=SIGNS),
        Column("value", "decimal", "mmHg, beats or breaths per minute, %, scale points.", low=0, high=400, decimals=2),
    ),
)  # fmt: skip
ADVERSE_EVENTS = Table(
    "adverse_events",
    "One row per adverse event.",
    (),
    (
        _visit(),
        Column("term", "text", "Preferred term, in lower case with underscores.",
               pattern=CODE, pattern_means=CODE_MEANS),
        Column("grade", "integer", "Severity grade, 1 to 5.", low=1, high=5),
        Column("serious", "flag", "Whether it was serious in the regulatory sense."),
        _minutes("onset_minute", "Start, from the start of the infusion", 43200),
        _minutes("resolved_minute", "End, from the start of the infusion", 43200),
    ),
)  # fmt: skip
PRIOR_TREATMENTS = Table(
    "prior_treatments",
    "One row per patient and earlier treatment.",
    ("patient_key", "treatment"),
    (
        _patient(),
        Column("treatment", "text", "What had been tried.", one_of=TREATMENTS),
        Column(
            "trials",
            "integer",
            "How many trials of it; missing if not known.",
            False,
            low=0,
            high=100,
        ),
    ),
)

TABLES: tuple[Table, ...] = (
    PATIENTS, VISITS, INFUSIONS, DIAGNOSES, SCORES, VITAL_SIGNS, ADVERSE_EVENTS, PRIOR_TREATMENTS,
)  # fmt: skip
BY_NAME: dict[str, Table] = {table.name: table for table in TABLES}
