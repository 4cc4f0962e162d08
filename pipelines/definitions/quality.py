"""The definition files of data quality: rules, limits, grades, and what refused rows mean."""

from pipelines.definitions.columns import LABEL, SOURCE, code, icd10cm
from pipelines.definitions.schema import Column, Table

KINDS = ("completeness", "conformance", "plausibility", "linkage", "timeliness")
SEVERITIES = ("fatal", "major", "minor")

QUALITY_RULES = Table(
    "quality_rules",
    "One row per rule of data quality: how large a share of what is counted may fail it.",
    ("rule",),
    (
        code("rule", "Code; the SQL of the same name counts it."),
        Column("label", "text", "Name as shown, a noun in the singular: what is asked about."),
        Column("table_name", "text", "Table of the records, or courses or batches, that it is about."),
        Column("field", "text", "Column that it is about; empty: the whole table.", False),
        Column("kind", "text", "completeness: is it there. conformance: is it in the agreed form. plausibility: "
               "can it be true. linkage: does it fit other tables. timeliness: is it there in time.", one_of=KINDS),
        Column("max_failing_percent", "decimal", "Largest share that may fail, in per cent.",
               low=0, high=100, decimals=2),
        Column("severity", "text", "fatal: outcomes can't be trusted. major: a measure is narrowed or may be "
               "shifted. minor: a nuisance.", one_of=SEVERITIES),
        Column("unit", "text", "What is counted, in the plural, as infusions."),
        Column("fails", "text", "What is said of those that fail, as `have no dose`."),
        Column("needs_calendar", "flag", "Whether it can't be told without a calendar of true months."),
        Column("why_it_matters", "text", "What goes wrong in the numbers."),
        Column("what_to_do", "text", "What the clinic can do."),
        Column("affects", "text", "Measures and pages that suffer."),
        SOURCE,
    ),
)  # fmt: skip
QUALITY_LIMITS = Table(
    "quality_limits",
    "One row per limit that rules of data quality use; both ends are allowed values.",
    ("limit",),
    (
        code("limit", "Code."),
        Column("table_name", "text", "Table that it is about."),
        Column("field", "text", "Column that it is about; of vital_signs the sign."),
        Column("low", "decimal", "Lowest plausible value.", False, decimals=2),
        Column("high", "decimal", "Highest plausible value.", False, decimals=2),
        Column("unit", "text", "Unit of both."),
        Column("expected", "flag", "Of vital signs: whether each infusion should have one."),
        SOURCE,
    ),
)
QUALITY_GRADES = Table(
    "quality_grades",
    "One row per grade; the first whose limits hold is given.",
    ("grade",),
    (
        Column("grade", "text", "Letter as shown.", pattern=r"^[A-Z]$", pattern_means="a capital letter"),
        Column("sort_order", "integer", "Order in which they are asked, best first.", low=1),
        Column("max_fatal", "integer", "Most fatal rules that may fail.", low=0),
        Column("max_major", "integer", "Most major rules that may fail.", low=0),
        Column("max_minor", "integer", "Most minor rules that may fail.", low=0),
        Column("means", "text", "What a reader should make of it."),
        SOURCE,
    ),
)  # fmt: skip
RETIRED_CODES = Table(
    "retired_codes",
    "One row per ICD-10-CM code that is no longer valid.",
    ("icd10cm",),
    (
        icd10cm("icd10cm", "The code, in full."),
        Column("last_valid_day", "date", "Last day on which it could be recorded."),
        Column("replaced_by", "text", "Codes that took its place."),
        Column("title", "text", "What it stood for."),
        SOURCE,
    ),
)  # fmt: skip
DIAGNOSIS_CONFLICTS = Table(
    "diagnosis_conflicts",
    "One row per pair of diagnoses that exclude each other in one patient.",
    ("conflict",),
    (
        code("conflict", "Code."),
        icd10cm("icd10cm_prefix", "First characters of the one."),
        icd10cm("other_prefix", "First characters of the other."),
        LABEL,
        SOURCE,
    ),
)  # fmt: skip
REFUSALS = Table(
    "refusals",
    "One row per rule by which rows are refused at the door: words for those who make the export.",
    ("rule_prefix",),
    (
        code("rule_prefix", "The rule, or how the names of several begin; the longest that fits is used."),
        Column("means", "text", "What was found."),
        Column("ask", "text", "What to change in the export."),
        SOURCE,
    ),
)  # fmt: skip

TABLES: tuple[Table, ...] = (
    QUALITY_RULES, QUALITY_LIMITS, QUALITY_GRADES, RETIRED_CODES, DIAGNOSIS_CONFLICTS, REFUSALS,
)  # fmt: skip
