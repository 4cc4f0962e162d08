"""The definition file of OMOP: what a concept id in an export means here."""

from pipelines.definitions.columns import SOURCE
from pipelines.definitions.schema import Column, Table

MEANINGS = (
    "sex", "visit", "agent", "not_given", "route", "stop_reason", "diagnosis", "role", "instrument", "sign",
    "adverse_event", "serious", "resolved_minute", "prior_treatment", "planned_sessions",
    "dose_mg_per_kg", "weight", "weight_unit",
)  # fmt: skip

OMOP_CONCEPTS = Table(
    "omop_concepts",
    "One row per concept id and meaning: what a concept of an OMOP export is in the records.",
    ("concept_id", "means"),
    (
        Column("concept_id", "integer", "OMOP concept id; 0 stands for a missing one too. Ids from 2061300001 are "
               "our own, for what OMOP has no verified standard concept for.", low=0),
        Column(
            "means",
            "text",
            "Which thing it is, and so where it is looked for: sex in person; visit in visit_occurrence; agent, "
            "route, stop_reason and, for what was only ordered, not_given in drug_exposure; diagnosis and role in "
            "condition_occurrence; prior_treatment in procedure_occurrence too; serious as qualifier of an adverse "
            "event; weight_unit as unit of a weight; all others in observation and measurement alike.",
            one_of=MEANINGS,
        ),
        Column("code", "text", "Its code in the records; of a visit its kind, of a diagnosis the ICD-10-CM code, of "
               "an adverse event the term.", False),
        Column("detail", "text", "More of it: of a visit its status; of a weight on how many days, from the one on "
               "which it was taken, it counts; of a weight unit how many kilograms it is.", False),
        Column("title", "text", "Name of the concept."),
        SOURCE,
    ),
)  # fmt: skip

TABLES: tuple[Table, ...] = (OMOP_CONCEPTS,)
