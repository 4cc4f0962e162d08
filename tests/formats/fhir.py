"""The practice as a FHIR R4 bulk export: one NDJSON file per resource type."""

import json
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

import polars as pl

from tests.formats.clock import score_times, visit_times
from tests.formats.fhir_parts import (
    ICD10CM,
    RXNORM,
    SNOMED,
    TERMS,
    UCUM,
    Json,
    Resource,
    concept,
    own,
    period,
    reference,
    written,
)
from tests.formats.fhir_readings import adverse_events, answers, observations
from tests.formats.truth import Truth

AGENTS = {"ketamine": "6130", "esketamine": "2119365"}
ROUTES = {
    "iv": "47625008", "im": "78421000", "sc": "34206005", "intranasal": "46713006",
    "oral": "26643006", "other": "12130007",
}  # fmt: skip
CATEGORIES = {"problem_list": "problem-list-item", "encounter": "encounter-diagnosis"}


def write_fhir(folder: Path, truth: Truth) -> None:
    """Write the bulk export into a new folder."""
    folder.mkdir()
    visits = visit_times(truth)
    infusions = truth["infusions"].join(
        visits.drop("infusion_minutes", "recovery_minutes"), on="visit_key"
    )
    resources = {
        "Patient": _patients(truth),
        "Encounter": _encounters(visits.filter(visit_status="completed")),
        "Appointment": _appointments(visits.remove(visit_status="completed")),
        "Condition": _conditions(truth["diagnoses"].remove(role="infusion_order")),
        "ServiceRequest": _orders(infusions),
        "MedicationAdministration": _administrations(truth, infusions),
        "Observation": observations(truth, infusions, visits),
        "QuestionnaireResponse": answers(score_times(truth).filter(instrument="gad_7")),
        "AdverseEvent": adverse_events(truth, visits),
    }
    for kind, rows in resources.items():
        with (folder / f"{kind}.ndjson").open("w") as file:
            for number, row in enumerate(rows):
                whole = {"resourceType": kind, "id": f"{kind[:2].lower()}-{number}"} | row
                file.write(json.dumps({k: v for k, v in whole.items() if v is not None}) + "\n")


def _patients(truth: Truth) -> Iterator[Resource]:
    for row in truth["patients"].join(truth.people, on="patient_key").iter_rows(named=True):
        yield {
            "id": row["patient_key"],
            "identifier": [{"type": concept(f"{TERMS}/v2-0203", "MR"), "value": row["mrn"]}],
            "name": [{"family": row["last"], "given": [row["first"]]}],
            "telecom": [{"system": "phone", "value": row["phone"]}],
            "gender": row["sex"],
            "birthDate": None if row["birth_date"] is None else str(row["birth_date"]),
        }


def _encounters(visits: pl.DataFrame) -> Iterator[Resource]:
    for row in visits.iter_rows(named=True):
        yield {
            "id": row["visit_key"],
            "status": "finished",
            "class": {"system": f"{TERMS}/v3-ActCode", "code": "AMB"},
            "type": [own("visit-kind", row["visit_kind"])],
            "subject": reference("Patient", row["patient_key"]),
            "participant": [{"individual": reference("Practitioner", row["clinician_key"])}],
            "period": period(row["arrived"], row["left"]),
            "serviceProvider": reference("Organization", row["clinic_key"]),
        }


def _appointments(visits: pl.DataFrame) -> Iterator[Resource]:
    """Yield the visits that did not take place."""
    for row in visits.iter_rows(named=True):
        missed = row["visit_status"] == "no_show"
        yield {
            "id": row["visit_key"],
            "status": "noshow" if missed else "cancelled",
            "cancelationReason": None if missed else own("visit-status", row["visit_status"]),
            "appointmentType": own("visit-kind", row["visit_kind"]),
            "start": written(row["arrived"]),
            "participant": [
                {"actor": reference("Patient", row["patient_key"])},
                {"actor": reference("Location", row["clinic_key"])},
            ],
        }


def _conditions(diagnoses: pl.DataFrame) -> Iterator[Resource]:
    for row in diagnoses.iter_rows(named=True):
        yield {
            "subject": reference("Patient", row["patient_key"]),
            "category": [concept(f"{TERMS}/condition-category", CATEGORIES[row["role"]])],
            "code": _diagnosis(row["icd10cm"]),
            "recordedDate": str(row["recorded_on"]),
        }


def _diagnosis(code: str) -> Resource:
    return concept(ICD10CM, f"{code[:3]}.{code[3:]}" if len(code) > 3 else code)


def _orders(infusions: pl.DataFrame) -> Iterator[Resource]:
    planned = infusions.select("patient_key", "planned_sessions").drop_nulls().unique()
    for patient, sessions in planned.sort("patient_key", "planned_sessions").iter_rows():
        yield {
            "id": f"{patient}-{sessions}",
            "status": "active",
            "intent": "order",
            "subject": reference("Patient", patient),
            "occurrenceTiming": {"repeat": {"count": sessions}},
        }


def _administrations(truth: Truth, infusions: pl.DataFrame) -> Iterator[Resource]:
    orders = truth["diagnoses"].filter(role="infusion_order")
    reasons: dict[tuple[str, date], list[Json]] = {}
    for patient, code, day, _ in orders.iter_rows():
        reasons.setdefault((patient, day), []).append(_diagnosis(code))
    for row in infusions.iter_rows(named=True):
        patient, sessions, stop = row["patient_key"], row["planned_sessions"], row["stop_reason"]
        yield {
            "status": "stopped" if row["stopped_early"] else "completed",
            "statusReason": None if stop is None else [own("stop-reason", stop)],
            "medicationCodeableConcept": concept(RXNORM, AGENTS[row["agent"]]),
            "subject": reference("Patient", patient),
            "context": reference("Encounter", row["visit_key"]),
            "effectivePeriod": period(row["started"], row["ended"]),
            "reasonCode": reasons.pop((patient, row["visit_date"]), None),
            "request": None
            if sessions is None
            else reference("ServiceRequest", f"{patient}-{sessions}"),
            "dosage": {"route": concept(SNOMED, ROUTES[row["route"]])} | _dose(row),
        }
    assert not reasons


def _dose(infusion: Mapping[str, float | None]) -> Resource:
    """Return the dose in mg, or by weight where only that is known."""
    dose, per_kg = infusion["dose_mg"], infusion["dose_mg_per_kg"]
    if dose is not None:
        return {"dose": {"value": float(dose), "system": UCUM, "code": "mg"}}
    if per_kg is not None:
        return {"dose": {"value": float(per_kg), "system": UCUM, "code": "mg/kg"}}
    return {}
