"""The tables of OMOP CDM 5.4: which are read, which of their columns, and which rows."""

from dataclasses import dataclass


@dataclass(frozen=True)
class CdmTable:
    """A table that is read: the columns that must be there and those that may be.

    `concept` is the column whose number becomes the column `concept`; with `kept_in`, a table or
    view of concepts, only rows with one of those are taken. `why_not` says why other rows, or in
    `context` tables all, become no record.
    """

    name: str
    required: tuple[str, ...]
    optional: tuple[str, ...] = ()
    concept: str | None = None
    kept_in: str | None = None
    why_not: str = "concept not used"
    context: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """Return every column that is read."""
        return self.required + self.optional


LOCATION = CdmTable(
    "location", ("location_id",), ("state", "zip"),
    why_not="kept for the region", context=True,
)  # fmt: skip
PERSON = CdmTable(
    "person",
    ("person_id", "gender_concept_id", "year_of_birth"),
    ("month_of_birth", "day_of_birth", "location_id", "person_source_value"),
)
VISIT_OCCURRENCE = CdmTable(
    "visit_occurrence",
    ("visit_occurrence_id", "person_id", "visit_start_date"),
    ("visit_start_datetime", "visit_end_datetime", "visit_concept_id", "care_site_id"),
)
CONDITION_OCCURRENCE = CdmTable(
    "condition_occurrence",
    ("person_id", "condition_concept_id", "condition_start_date"),
    (
        "condition_start_datetime", "condition_type_concept_id", "condition_status_concept_id",
        "condition_source_concept_id", "condition_source_value", "visit_occurrence_id",
    ),
)  # fmt: skip
CONCEPT = CdmTable(
    "concept", ("concept_id", "concept_code", "vocabulary_id"),
    concept="concept_id", kept_in="omop.source_concepts", why_not="vocabulary", context=True,
)  # fmt: skip
CONCEPT_ANCESTOR = CdmTable(
    "concept_ancestor", ("ancestor_concept_id", "descendant_concept_id"),
    concept="ancestor_concept_id", kept_in="omop.agent_concepts", why_not="vocabulary",
    context=True,
)  # fmt: skip
DRUG_EXPOSURE = CdmTable(
    "drug_exposure",
    ("person_id", "drug_concept_id", "drug_exposure_start_date"),
    (
        "drug_exposure_start_datetime", "drug_exposure_end_datetime", "route_concept_id",
        "quantity", "dose_unit_source_value", "stop_reason", "drug_type_concept_id",
        "visit_occurrence_id",
    ),
    concept="drug_concept_id", kept_in="omop.agents",
)  # fmt: skip
MEASUREMENT = CdmTable(
    "measurement",
    ("person_id", "measurement_concept_id", "measurement_date"),
    (
        "measurement_id", "measurement_datetime", "value_as_number", "unit_concept_id",
        "measurement_event_id", "visit_occurrence_id",
    ),
    concept="measurement_concept_id", kept_in="omop.reading_concepts",
)  # fmt: skip
OBSERVATION = CdmTable(
    "observation",
    ("person_id", "observation_concept_id", "observation_date"),
    (
        "observation_id", "observation_datetime", "value_as_number", "unit_concept_id",
        "qualifier_concept_id", "observation_event_id", "visit_occurrence_id",
    ),
    concept="observation_concept_id", kept_in="omop.reading_concepts",
)  # fmt: skip
PROCEDURE_OCCURRENCE = CdmTable(
    "procedure_occurrence",
    ("person_id", "procedure_concept_id", "procedure_date"),
    ("procedure_datetime",),
    concept="procedure_concept_id", kept_in="omop.treatment_concepts",
)  # fmt: skip

READ = (
    LOCATION, PERSON, VISIT_OCCURRENCE, CONDITION_OCCURRENCE, CONCEPT, CONCEPT_ANCESTOR,
    DRUG_EXPOSURE, MEASUREMENT, OBSERVATION, PROCEDURE_OCCURRENCE,
)  # fmt: skip
"""In the order in which they are read: what decides which rows of a table are kept comes first."""

NOT_READ = (
    "attribute_definition", "care_site", "cdm_source", "cohort", "cohort_definition", "concept_class",
    "concept_relationship", "concept_synonym", "condition_era", "cost", "death", "device_exposure",
    "domain", "dose_era", "drug_era", "drug_strength", "episode", "episode_event", "fact_relationship",
    "metadata", "note", "note_nlp", "observation_period", "payer_plan_period", "provider",
    "relationship", "source_to_concept_map", "specimen", "survey_conduct", "visit_detail",
    "vocabulary",
)  # fmt: skip
OTHER = "other_tables"
"""What a table of another name is counted as: the name of a file may name a person."""

KNOWN = frozenset([*NOT_READ, *(table.name for table in READ)])
