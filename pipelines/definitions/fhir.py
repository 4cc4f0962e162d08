"""The definition files of the FHIR reader: code systems, codes, statuses, questionnaire items."""

from pipelines.definitions.columns import SOURCE, code
from pipelines.definitions.schema import Column, Table

RESOURCE = r"^[A-Z][A-Za-z]+$"
USES = (
    "instrument", "sign", "pressure_panel", "body_weight", "prior_treatment", "agent", "route",
    "dose_mg", "dose_mg_per_kg", "weight_kg", "infusion_procedure", "adverse_event", "grade",
    "serious", "stop_reason", "visit_kind", "visit_status", "diagnosis_role", "answer",
    "patient_number",
)  # fmt: skip


def _resource(name: str, means: str) -> Column:
    return Column(
        name, "text", means, pattern=RESOURCE, pattern_means="a FHIR resource type, as Patient"
    )


FHIR_RESOURCES = Table(
    "fhir_resources",
    "One row per FHIR R4 resource type; others are refused without being named.",
    ("resource",),
    (_resource("resource", "Resource type."), SOURCE),
)
FHIR_SYSTEMS = Table(
    "fhir_systems",
    "One row per address by which exports name a code system or an extension.",
    ("uri",),
    (
        Column("uri", "text", "Address as it stands in the export."),
        code("system", "Short name that fhir_codes uses."),
        SOURCE,
    ),
)
FHIR_CODES = Table(
    "fhir_codes",
    "One row per code that the FHIR reader uses, beside the LOINC codes of instruments.",
    ("system", "code"),
    (
        code("system", "Code system, as in fhir_systems."),
        Column("code", "text", "Code, spelt as in the code system."),
        Column("use", "text", "What the reader takes it for.", one_of=USES),
        Column(
            "value",
            "text",
            "Our code for it; for units the factor to mg, mg per kg or kg, for answers the points.",
        ),
        SOURCE,
    ),
)
FHIR_STATUSES = Table(
    "fhir_statuses",
    "One row per resource type and status: whether such resources are read.",
    ("resource", "status"),
    (
        _resource("resource", "Resource type."),
        Column("status", "text", "Status, spelt as in FHIR."),
        code("becomes", "For visits the visit_status, else `read`; empty: left out.", False),
        Column("reason", "text", "Why such resources are left out.", False),
        SOURCE,
    ),
)
QUESTIONNAIRE_ITEMS = Table(
    "questionnaire_items",
    "One row per item of a questionnaire whose answers are summed when all are there.",
    ("item",),
    (
        Column("item", "text", "Last part of the linkId: the item's LOINC code, or our code."),
        Column("instrument", "text", "Instrument.", refers_to=("instruments", "instrument")),
        Column("position", "integer", "Number of the question.", low=1, high=100),
        code("short_form", "Short form that has the item too; it alone is not used.", False),
        SOURCE,
    ),
)
SNOMED_DIAGNOSES = Table(
    "snomed_diagnoses",
    "One row per SNOMED CT code of a diagnosis and the ICD-10-CM code that it is counted as.",
    ("snomed",),
    (
        Column(
            "snomed", "text", "SNOMED CT code.", pattern=r"^[0-9]{6,18}$", pattern_means="6 to 18 digits"
        ),
        Column(
            "icd10cm",
            "text",
            "ICD-10-CM code, upper-case without dots.",
            pattern=r"^[A-Z][0-9][0-9A-Z]{1,5}$",
            pattern_means="an ICD-10-CM code without dots, as G905",
        ),
        SOURCE,
    ),
)  # fmt: skip
STATES = Table(
    "states",
    "One row per state or territory that may become a region.",
    ("state",),
    (
        Column("state", "text", "Postal code.", pattern=r"^[A-Z]{2}$", pattern_means="two capitals"),
        Column("name", "text", "Name as addresses write it."),
        SOURCE,
    ),
)  # fmt: skip

TABLES: tuple[Table, ...] = (
    FHIR_RESOURCES, FHIR_SYSTEMS, FHIR_CODES, FHIR_STATUSES, QUESTIONNAIRE_ITEMS, SNOMED_DIAGNOSES,
    STATES,
)  # fmt: skip
