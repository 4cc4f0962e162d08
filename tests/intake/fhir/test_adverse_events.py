"""Adverse events and earlier treatments."""

from pathlib import Path

from tests.intake.fhir.drawn import (
    CPT,
    SNOMED,
    Resource,
    concept,
    encounter,
    infusion,
    made,
    observation,
    patient,
    reference,
)

EVENT, SEVERITY = (
    "urn:abate:adverse-event",
    "http://terminology.hl7.org/CodeSystem/adverse-event-severity",
)
SERIOUS = "http://terminology.hl7.org/CodeSystem/adverse-event-seriousness"
GUIDE = "http://hl7.org/fhir/us/ctcae"


def event(key: str = "a", term: object = None, /, **fields: object) -> Resource:
    return {
        "resourceType": "AdverseEvent", "id": key, "actuality": "actual", "subject": reference("Patient/p"),
        "event": term or concept(EVENT, "dissociation"), "date": "2025-03-01T09:45:00-05:00",
        "encounter": reference("Encounter/e"), "severity": concept(SEVERITY, "moderate"),
        "seriousness": concept(SERIOUS, "Non-serious"), **fields,
    }  # fmt: skip


def test_an_event_has_its_term_grade_and_onset(tmp_path: Path) -> None:
    end = {
        "url": f"{GUIDE}/StructureDefinition/adverse-event-resolved-date",
        "valueDateTime": "2025-03-01T10:30:00-05:00",
    }
    with made(tmp_path, patient(), encounter(), infusion(), event(extension=[end])) as found:
        assert found.rows(
            "adverse_events",
            "visit_key",
            "term",
            "grade",
            "serious",
            "onset_minute",
            "resolved_minute",
        ) == [("p|e", "dissociation", "2", "no", "15", "60")]


def test_grade_and_seriousness_are_told_by_codes(tmp_path: Path) -> None:
    grade_3 = concept(f"{GUIDE}/CodeSystem/ctcae-grade-code-system", "3")
    extension = {"url": f"{GUIDE}/StructureDefinition/ctcae-grade", "valueCodeableConcept": grade_3}
    events = [
        event("1", severity=concept(SEVERITY, "mild")),
        event("2", severity=concept(SEVERITY, "severe"), seriousness=concept(SERIOUS, "Serious")),
        event("3", severity=concept("urn:abate:grade", "4"),
              seriousness=concept(SERIOUS, "SeriousIsLifeThreatening")),
        event("4", extension=[extension]),
        event("5", severity=None, seriousness=None),
    ]  # fmt: skip
    with made(tmp_path, patient(), encounter(), infusion(), *events) as found:
        assert found.rows("adverse_events", "grade", "serious") == [
            ("1", "no"), ("3", "yes"), ("4", "yes"), ("3", "no"), (None, None),
        ]  # fmt: skip


def test_a_term_without_a_known_code_is_broken_and_never_text(tmp_path: Path) -> None:
    events = [
        event("a", concept("https://www.meddra.org", "Anna Example")),
        event("b", {"text": "felt odd"}),
    ]
    with made(
        tmp_path,
        patient(),
        encounter(),
        infusion(),
        *events,
        event("c", concept(SNOMED, "422587007")),
    ) as found:
        assert found.rows("adverse_events", "term", "rule", "rule_column") == [
            (None, "unknown_term", "term"), (None, "unknown_term", "term"), ("nausea", None, None),
        ]  # fmt: skip


def test_an_event_belongs_to_its_encounter_else_to_the_infusion_of_the_day(tmp_path: Path) -> None:
    visits = [encounter("e0"), encounter("e"), encounter("later", "2025-03-04")]
    events = [
        event("a", encounter=reference("Encounter/e0")), event("b", encounter=None),
        event("c", encounter=None, date="2025-03-04"), event("d", encounter=None, date="2025-03-05"),
    ]  # fmt: skip
    with made(tmp_path, patient(), *visits, infusion(), *events) as found:
        assert found.rows("adverse_events", "visit_key", "onset_minute") == [
            ("p|e0", None), ("p|e", "15"), ("p|later", None), (None, None),
        ]  # fmt: skip


def test_an_event_that_did_not_happen_is_left_out(tmp_path: Path) -> None:
    events = [event("a", actuality="potential"), event("b", actuality=None)]
    with made(tmp_path, patient(), encounter(), infusion(), *events) as found:
        assert found.left_out == {
            ("AdverseEvent", "actuality potential"): 1,
            ("AdverseEvent", "actuality not known"): 1,
        }


def procedure(
    key: str, code: object, day: str = "2024-01-01", status: str = "completed"
) -> Resource:
    return {
        "resourceType": "Procedure", "id": key, "status": status, "subject": reference("Patient/p"),
        "code": code, "performedDateTime": day,
    }  # fmt: skip


def test_earlier_treatments_are_told_with_their_trials_or_were_procedures(tmp_path: Path) -> None:
    told = [
        observation("x", 3, id="1", code=concept("urn:abate:prior-treatment", "antidepressant")),
        observation("x", None, id="2", code=concept("urn:abate:prior-treatment", "psychotherapy")),
        observation("x", 4, id="3", code=concept("urn:abate:prior-treatment", "antidepressant")),
    ]
    done = [procedure("1", concept(CPT, "90870")), procedure("2", concept(CPT, "90870"))]
    with made(tmp_path, patient(), *told, *done) as found:
        assert found.rows("prior_treatments", "patient_key", "treatment", "trials") == [
            ("p", "antidepressant", "3"), ("p", "psychotherapy", None), ("p", "ect", None),
        ]  # fmt: skip
        assert found.left_out == {
            ("Observation", "treatment told already"): 1,
            ("Procedure", "treatment told already"): 1,
        }


def test_a_procedure_after_the_first_infusion_is_no_earlier_treatment(tmp_path: Path) -> None:
    done = [
        procedure("1", concept(CPT, "90870"), "2025-04-01"),
        procedure("2", concept(CPT, "90867"), "2025-03-01"),
    ]
    with made(tmp_path, patient(), encounter(), infusion(), *done) as found:
        assert found.rows("prior_treatments", "treatment") == [("tms",)]
        assert found.left_out == {("Procedure", "after the first infusion"): 1}
