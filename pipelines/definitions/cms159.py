"""The definition files of eCQM CMS159, depression remission at twelve months."""

from pipelines.definitions.columns import LABEL, SOURCE, code, of
from pipelines.definitions.schema import Column, Table

PARTS = ("encounter", "depression", "assessment", "hospice", "palliative", "mental_health")
RESOURCES = ("Encounter", "Condition", "Observation", "Procedure", "ServiceRequest")
VALUE_SETS = Table(
    "cms159_value_sets",
    "One row per value set of CMS159 that a practice brings as a FHIR expansion; none is shipped.",
    ("value_set",),
    (
        code("value_set", "Code."),
        Column("url", "text", "Canonical address; what follows the last slash is the OID."),
        Column("title", "text", "Title at the Value Set Authority Center."),
        SOURCE,
    ),
)
CODES = Table(
    "cms159_codes",
    "One row per list and code that CMS159 names itself: codes, statuses, the measure.",
    ("code_list", "system", "code"),
    (
        code("code_list", "List."),
        Column("system", "text", "Code system; none for a FHIR status.", False),
        Column("code", "text", "Code, spelt as in FHIR; of the measure its version."),
        SOURCE,
    ),
)
CRITERIA = Table(
    "cms159_criteria",
    "One row per kind of resource that CMS159 looks for.",
    ("criterion",),
    (
        code("criterion", "Code."),
        Column("part", "text", "What it is evidence of.", one_of=PARTS),
        Column("sort_order", "integer", "Order in which exclusions are asked.", low=1),
        Column("resource", "text", "FHIR resource type.", one_of=RESOURCES),
        of("cms159_value_sets", "value_set", "Value set of its code.", required=False),
        code("code_list", "List of its code, where no value set is meant.", False),
        code("status_list", "Statuses that count; of a condition the clinical ones."),
        code("also_list", "Of an order the intents, of a condition the verifications.", False),
        code("answer_list", "Answers, or of an encounter the discharges, that count.", False),
        Column(
            "timing",
            "text",
            "When it excludes: overlaps the time from the identification period to the end of the "
            "assessment period, ends within it, or starts by its end.",
            False,
            one_of=("overlaps", "ends_within", "starts_by"),
        ),
        Column("label", "text", "Its name in a reason."),
        SOURCE,
    ),
)
LIMITS = Table(
    "cms159_limits",
    "One row per number of CMS159.",
    ("limit",),
    (
        code("limit", "Code; carries the unit."),
        Column("value", "integer", "The number.", low=0),
        Column("means", "text", "What it limits."),
        SOURCE,
    ),
)
STRATA = Table(
    "cms159_strata",
    "One row per stratum of CMS159, by the age at the index assessment.",
    ("stratum",),
    (
        Column("stratum", "text", "Name, as printed."),
        Column("first_age", "integer", "Youngest age in years.", low=0),
        Column("last_age", "integer", "Oldest age in years; none without an end.", False, low=0),
        SOURCE,
    ),
)
POPULATIONS = Table(
    "cms159_populations",
    "One row per population of CMS159.",
    ("population",),
    (
        code("population", "Code."),
        Column("system", "text", "Code system in a MeasureReport."),
        Column("code", "text", "Code in a MeasureReport."),
        LABEL,
        Column("sort_order", "integer", "Place in lists.", low=1),
        SOURCE,
    ),
)

TABLES: tuple[Table, ...] = (VALUE_SETS, CODES, CRITERIA, LIMITS, STRATA, POPULATIONS)
