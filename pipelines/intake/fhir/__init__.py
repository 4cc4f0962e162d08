"""FHIR R4 exports: bulk data, single resources and Bundles become rows of the canonical tables.

Files ending in .ndjson, .jsonl or .json, or these with .gz, in folders of any depth. The type of a
resource is read from its content, never from the name of its file. Which codes and statuses are used
stands in definitions: fhir_codes, fhir_systems, fhir_statuses, questionnaire_items, snomed_diagnoses.

What is read from where:

- patients: Patient. Names and medical record numbers go to the screen and the secure side only.
- visits: Encounter that is finished or cancelled; Appointment that was missed or cancelled and has no
  Encounter; an administration of ketamine without any visit makes one of its day. The clinic is the
  serviceProvider, else the location, else the patient's managingOrganization, else the only clinic
  that the whole export names, or `clinic` if it names none. Kind: infusion with an administration of
  ketamine or esketamine, or an infusion Procedure; else by code; else consultation for the first
  completed visit in the export and follow_up for later ones.
- infusions: MedicationAdministration of ketamine or esketamine. Visit: its context, else the completed
  visit of the patient's day. Plan: the order that it or its encounter (basedOn) names.
- diagnoses: Condition; the reason of an infusion, else of its order, as infusion_order; the reasons
  and diagnoses of an Encounter. ICD-10-CM codes, else mapped SNOMED CT codes.
- scores: Observation of a total; QuestionnaireResponse as the sum of its answers, when all are there
  and no Observation derivedFrom it has the total. Times of the patient's infusion on the same written
  day tell before, during and after.
- vital_signs: Observation at an infusion, by encounter, else by patient and day.
- adverse_events: AdverseEvent. prior_treatments: Observation, Procedure before the first infusion.

What FHIR has no standard code for travels under addresses of our own, which a sending site uses:

- `urn:abate:instrument`: any instrument of instruments.csv (`madrs`, `nrs_average_24h`,
  `headache_days_28d`), as the code of an Observation with its total.
- questions as linkIds `phq_9_1` to `phq_9_9`, `gad_7_1` to `gad_7_7`, `epds_1` to `epds_10`, where they
  are not LOINC codes; answers with their points as number, by an ordinalValue extension, or as
  `urn:abate:answer` 0 to 3.
- `urn:abate:sign`: `moaas`, `cadss` and the other signs, as the code of an Observation.
- `urn:abate:prior-treatment`: the treatments of prior_treatments, as the code of an Observation whose
  valueInteger is the number of trials.
- `urn:abate:adverse-event`: preferred terms in lower case (`oxygen_saturation_decreased`);
  `urn:abate:grade` 1 to 5 in severity or the CTCAE grade extension.
- `urn:abate:stop-reason`: in statusReason of a stopped administration (`blood_pressure`).
- `urn:abate:visit-kind`: in type of an Encounter, serviceType or appointmentType of an Appointment.
- `urn:abate:visit-status`: `late_cancelled` in cancelationReason of an Appointment.
"""

from pathlib import Path

import polars as pl

from pipelines.intake.fhir.files import found
from pipelines.intake.fhir.loading import SQL, load
from pipelines.intake.profile import Profile
from pipelines.intake.scratch import Scratch

STEPS = (
    "patients", "administrations", "visits", "infused_visits", "visit_kinds", "appointments",
    "orders", "weights", "infusions", "diagnosis_codes", "conditions", "reasons", "diagnoses",
    "answers", "responses", "scores", "readings", "vital_signs", "adverse_events",
    "prior_treatments",
)  # fmt: skip


def read(scratch: Scratch, source: Path, profile: Profile) -> None:
    """Fill the mapped tables from a folder of FHIR files, or from one file.

    The unit that is counted is the resource type; each resource ends as an item of a mapped table,
    refused or left out. `source_row` is the number of the resource in its file, empty lines not
    counted. Raises InputError where there is no FHIR file, a link leads out of the folder, a
    compressed file is broken or grows out of all proportion, or one JSON document is too large.
    """
    known = set(_resources(scratch))
    files = found(source, known)
    scratch.run(SQL / "schema.sql")
    scratch.store("fhir.settings", pl.DataFrame({"region": [profile.region]}))
    listed = {"file": [file.number for file in files], "label": [file.label for file in files]}
    scratch.connection.from_arrow(pl.DataFrame(listed).to_arrow()).insert_into("fhir.files")
    load(scratch, files, known)
    for step in STEPS:
        scratch.run(SQL / "map" / f"{step}.sql")


def _resources(scratch: Scratch) -> list[str]:
    rows = scratch.connection.execute("select resource from definitions.fhir_resources").fetchall()
    return [str(resource) for (resource,) in rows]
