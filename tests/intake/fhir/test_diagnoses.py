"""Diagnoses from conditions, and the reasons of infusions, orders and visits."""

from pathlib import Path

import pytest

from tests.intake.fhir.drawn import (
    ICD10CM,
    SNOMED,
    Resource,
    concept,
    encounter,
    infusion,
    made,
    patient,
    reference,
)

CATEGORY = "http://terminology.hl7.org/CodeSystem/condition-category"
VERIFICATION = "http://terminology.hl7.org/CodeSystem/condition-ver-status"


def condition(key: str = "c", code: str = "F32.9", /, **fields: object) -> Resource:
    return {
        "resourceType": "Condition", "id": key, "subject": reference("Patient/p"),
        "code": concept(ICD10CM, code), "recordedDate": "2025-02-01T10:00:00-05:00", **fields,
    }  # fmt: skip


def test_a_condition_is_a_diagnosis_of_the_day_it_was_recorded(tmp_path: Path) -> None:
    conditions = [
        condition("c1", onsetDateTime="2020-01-01"),
        condition("c2", "g90.511", recordedDate=None, onsetDateTime="2024-12-31T23:30:00-05:00"),
        condition("c3", "M79.7", recordedDate=None, encounter=reference("Encounter/e")),
    ]
    with made(tmp_path, patient(), encounter(), *conditions) as found:
        assert found.rows("diagnoses", "patient_key", "icd10cm", "recorded_on", "role") == [
            ("p", "F329", "2025-02-01", "problem_list"),
            ("p", "G90511", "2024-12-31", "problem_list"),
            ("p", "M797", "2025-03-01", "encounter"),
        ]


def test_the_category_tells_where_it_was_recorded(tmp_path: Path) -> None:
    categories = ("problem-list-item", "encounter-diagnosis", "health-concern")
    drawn = [
        condition(name, f"F32.{number}", category=[concept(CATEGORY, name)])
        for number, name in enumerate(categories)
    ]
    with made(tmp_path, patient(), *drawn) as found:
        assert found.rows("diagnoses", "role") == [
            ("problem_list",),
            ("encounter",),
            ("problem_list",),
        ]


def test_what_was_ruled_out_is_no_diagnosis(tmp_path: Path) -> None:
    statuses = ("confirmed", "provisional", "refuted", "entered-in-error", "Anna Example")
    drawn = [
        condition(status, f"F32.{number}", verificationStatus=concept(VERIFICATION, status))
        for number, status in enumerate(statuses)
    ]
    with made(tmp_path, patient(), *drawn) as found:
        assert found.rows("diagnoses", "icd10cm") == [("F320",), ("F321",)]
        assert found.left_out == {
            ("Condition", "verification status refuted"): 1,
            ("Condition", "verification status entered-in-error"): 1,
            ("Condition", "verification status not known"): 1,
        }


def test_icd10cm_goes_before_snomed_and_snomed_is_mapped(tmp_path: Path) -> None:
    both = {
        "coding": [{"system": SNOMED, "code": "35489007"}, {"system": ICD10CM, "code": "F33.1"}]
    }
    conditions = [
        condition("c1", code=both),
        condition("c2", code=concept(SNOMED, "58703003")),
        condition("c3", code=concept(SNOMED, "91302008")),
        condition("c4", code={"text": "depressed"}),
    ]
    with made(tmp_path, patient(), *conditions) as found:
        assert found.rows("diagnoses", "icd10cm") == [("F331",), ("F530",)]
        assert found.left_out == {("Condition", "no ICD-10-CM code or mapped SNOMED code"): 2}


def test_the_same_diagnosis_of_one_day_is_taken_once(tmp_path: Path) -> None:
    conditions = [condition("c1"), condition("c2"), condition("c1", "F41.1")]
    with made(tmp_path, patient(), *conditions) as found:
        assert found.rows("diagnoses", "icd10cm") == [("F329",)]
        assert found.left_out == {("Condition", "repeated"): 2}


def orders(found_by: str) -> list[Resource]:
    """An infusion for fibromyalgia, which is written down in one of several places."""
    order: Resource = {
        "resourceType": "ServiceRequest",
        "id": "r",
        "subject": reference("Patient/p"),
    }
    code, named = (
        {"reasonCode": [concept(ICD10CM, "M79.7")]},
        {"reasonReference": [reference("Condition/c")]},
    )
    where = {"infusion code": code, "infusion reference": named}.get(found_by, {})
    if found_by.startswith("order"):
        order |= code if found_by == "order code" else named
    return [infusion(request=reference("ServiceRequest/r"), **where), order]


@pytest.mark.parametrize(
    "found_by", ["infusion code", "infusion reference", "order code", "order reference"]
)
def test_what_an_infusion_was_given_for_is_the_reason_of_it_or_of_its_order(
    tmp_path: Path, found_by: str
) -> None:
    visit = encounter(reasonCode=[concept(ICD10CM, "F32.9")])
    with made(tmp_path, patient(), visit, *orders(found_by), condition("c", "M79.7")) as found:
        assert set(found.rows("diagnoses", "unit", "icd10cm", "recorded_on", "role")) == {
            ("Condition", "M797", "2025-02-01", "problem_list"),
            ("Encounter", "F329", "2025-03-01", "encounter"),
            ("MedicationAdministration", "M797", "2025-03-01", "infusion_order"),
        }


def test_the_reason_of_the_infusion_goes_before_that_of_its_order(tmp_path: Path) -> None:
    given = infusion(request=reference("ServiceRequest/r"), reasonCode=[concept(ICD10CM, "F32.9")])
    with made(tmp_path, patient(), encounter(), given, orders("order code")[1]) as found:
        assert found.rows("diagnoses", "icd10cm", "role") == [("F329", "infusion_order")]


def test_the_diagnoses_that_a_visit_names_are_of_its_day(tmp_path: Path) -> None:
    visits = [
        encounter("e1", diagnosis=[{"condition": reference("Condition/c")}]),
        encounter("e2", reasonReference=[reference("Condition/c")]),
        encounter("e3", "2025-04-01", reasonReference=[reference("Condition/unknown")]),
    ]
    with made(tmp_path, patient(), *visits, condition()) as found:
        assert found.rows("diagnoses", "unit", "recorded_on", "role") == [
            ("Condition", "2025-02-01", "problem_list"),
            ("Encounter", "2025-03-01", "encounter"),
        ]
        assert found.left_out == {}
