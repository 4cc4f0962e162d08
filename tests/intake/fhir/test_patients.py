"""Patients: sex, birth date, region, names for the screen, the clinic's own numbers."""

from pathlib import Path

import pytest

from tests.intake.fhir.drawn import concept, made, patient, reference

MR = "http://terminology.hl7.org/CodeSystem/v2-0203"


def test_birth_date_and_sex_are_passed_on_as_they_are(tmp_path: Path) -> None:
    people = [
        patient("a", birthDate="1980-05-17"),
        patient("b", gender="other", birthDate="1980"),
        patient("c", gender=None),
    ]
    with made(tmp_path, *people) as found:
        assert found.rows("patients", "patient_key", "sex", "age_band", "region") == [
            ("a", "female", "1980-05-17", None),
            ("b", "other", "1980", None),
            ("c", "unknown", "unknown", None),
        ]


@pytest.mark.parametrize(
    ("region", "expected"),
    [
        ("state", ["KS", "KS", "KS", "DC", None, None]),
        ("zip3", ["668", "668", None, None, None, None]),
        ("none", [None] * 6),
    ],
)
def test_the_region_is_the_part_of_the_address_that_the_profile_names(
    tmp_path: Path, region: str, expected: list[str | None]
) -> None:
    addresses = [
        {"state": "KS", "postalCode": "66801", "line": ["1 Main St"]},
        {"state": "ks ", "postalCode": "66801-1234"},
        {"state": "kansas", "postalCode": "668"},
        {"state": "District of Columbia"},
        {"state": "Bavaria", "postalCode": "Munich"},
    ]
    people = [patient(str(n), address=[address]) for n, address in enumerate(addresses)]
    with made(tmp_path, *people, patient("9"), region=region) as found:
        assert found.rows("patients", "region") == [(value,) for value in expected]


def test_names_go_to_the_screen_only(tmp_path: Path) -> None:
    person = patient(
        name=[{"family": "Example", "given": ["Anna", "B."], "text": "Anna B. Example"}],
        contact=[{"name": {"family": "Beispiel"}}],
        extension=[
            {"url": "http://hl7.org/fhir/StructureDefinition/patient-mothersMaidenName", "valueString": "Probe"},
            {"url": "http://example.org/other", "valueString": "not a name"},
        ],
    )  # fmt: skip
    with made(tmp_path, person) as found:
        assert sorted(found.frame("names")["name"]) == [
            "Anna", "Anna B. Example", "B.", "Beispiel", "Example", "Probe",
        ]  # fmt: skip


def test_medical_record_numbers_are_kept_for_the_secure_side(tmp_path: Path) -> None:
    person = patient(
        identifier=[
            {"type": concept(MR, "MR"), "value": "0815"},
            {"type": concept(MR, "SS"), "value": "999-12-3456"},
        ]
    )
    with made(tmp_path, person) as found:
        assert found.rows("patient_numbers", "patient_key", "number") == [("p", "0815")]


def test_a_patient_who_is_there_twice_is_taken_once(tmp_path: Path) -> None:
    with made(
        tmp_path, patient(birthDate="1980"), patient(birthDate="1981"), patient("q")
    ) as found:
        assert found.rows("patients", "patient_key", "age_band") == [
            ("p", "1980"),
            ("q", "unknown"),
        ]
        assert found.left_out == {("Patient", "repeated"): 1}


def test_a_reference_may_be_written_in_any_way_that_fhir_has(tmp_path: Path) -> None:
    ways = [
        "Patient/p", "http://example.org/fhir/Patient/p", "urn:uuid:p", "Patient/p/_history/3",
        "Patient?identifier=http://example.org|p",
    ]  # fmt: skip
    conditions = [
        {
            "resourceType": "Condition", "id": str(number), "subject": reference(way),
            "code": concept("http://hl7.org/fhir/sid/icd-10-cm", "F32.9"),
            "recordedDate": f"2025-03-0{number}",
        }
        for number, way in enumerate(ways, start=1)
    ]  # fmt: skip
    with made(tmp_path, patient(), *conditions) as found:
        assert found.rows("diagnoses", "patient_key") == [("p",)] * 5
