"""Sources: their forms, whose a resource is, and what is wrong where."""

import gzip
import json
from pathlib import Path

import pytest

from pipelines.cms159 import Histories, assessed, read, rules
from pipelines.definitions import InputError
from tests.cms159.drawing import Json, resources, value_sets

RECORD = """
    what                 | patient | start                | end                  | value
    patient              | p1      | 1980-01-01           |                      |
    depression_encounter | p1      | 2024-02-25T14:30:00Z | 2024-02-25T14:50:00Z |
    major_depression     | p1      | 2020-01-01           |                      |
    phq_9                | p1      | 2024-02-25T14:35:00Z |                      | 15
"""


def source(folder: Path, **files: str) -> Path:
    made = folder / "source"
    made.mkdir(exist_ok=True)
    for name, text in files.items():
        (made / name.replace("__", ".")).write_text(text)
    return made


def histories(folder: Path, where: Path) -> Histories:
    return read(where, rules(value_sets(folder / "valuesets")))


def counted(folder: Path, where: Path) -> list[int]:
    measure = rules(value_sets(folder / "valuesets"))
    return [assessed(one, measure, 2025).denominator for one in read(where, measure).patients]


def refused(folder: Path, **files: str) -> list[str]:
    with pytest.raises(InputError) as caught:
        histories(folder, source(folder, **files))
    return list(caught.value.messages)


def lines(found: list[Json]) -> str:
    return "\n".join(json.dumps(one) for one in found)


def test_ndjson_packed_ndjson_bundles_and_single_resources_in_subfolders_are_one_record(
    tmp_path: Path,
) -> None:
    patient, visit, diagnosis, score = resources(RECORD)
    bundle = {"resourceType": "Bundle", "entry": [{"resource": diagnosis}, {"response": {}}]}
    made = source(tmp_path, Patient__ndjson=lines([patient]) + "\n\n", b__json=json.dumps(bundle))
    (made / "below").mkdir()
    (made / "below" / "score.json").write_text(json.dumps(score))
    with gzip.open(made / "Encounter.ndjson.gz", "wt") as file:
        file.write(lines([visit]))
    assert counted(tmp_path, made) == [1]


def test_a_bundle_may_name_its_patient_by_the_address_in_it(tmp_path: Path) -> None:
    patient, *rest = resources(RECORD)
    for one in rest:
        one["subject"] = {"reference": "urn:uuid:0b1c"}
    entries: list[Json] = [{"fullUrl": "urn:uuid:0b1c", "resource": patient}]
    entries += [{"resource": one} for one in rest]
    entries += [{"resource": {"resourceType": "Patient", "id": "p2", "birthDate": "1990-01-01"}}]
    bundle = {"resourceType": "Bundle", "entry": entries}
    assert counted(tmp_path, source(tmp_path, all__json=json.dumps(bundle))) == [1, 0]


def test_among_several_patients_a_resource_is_that_of_its_subject_and_strays_are_counted(
    tmp_path: Path,
) -> None:
    found = resources(RECORD + "\n patient | p0 | 1980-01-01 | | \n phq_9 | p9 | 2024-02-25 | | 15")
    found[1]["subject"] = {"reference": "https://example.org/fhir/Patient/p1/_history/2"}
    made = source(tmp_path, all__ndjson=lines(found))
    read_ones = histories(tmp_path, made)
    assert [one.patient.id for one in read_ones.patients] == ["p0", "p1"]
    assert read_ones.strays == 1
    assert counted(tmp_path, made) == [0, 1]


def test_a_source_with_a_single_patient_is_that_patients_record(tmp_path: Path) -> None:
    found = resources(RECORD)
    for one in found[1:]:
        one["subject"] = {"reference": "http://elsewhere.example/fhir/Patient/7"}
    made = source(tmp_path, all__ndjson=lines(found))
    assert counted(tmp_path, made) == [1]
    assert histories(tmp_path, made).strays == 0


def test_each_broken_place_is_named_with_file_and_line_and_without_its_content(
    tmp_path: Path,
) -> None:
    patient, _, diagnosis, score = resources(RECORD)
    score["effectiveDateTime"] = "Jane Doe"
    diagnosis["code"] = "Jane Doe"
    assert refused(
        tmp_path,
        Patient__ndjson=lines([patient]),
        Observation__ndjson=lines([score]) + '\n{"resourceType": "Observation"',
        Condition__json=json.dumps(diagnosis),
        Jane_Doe__ndjson="[]\n{}",
    ) == [
        "Condition.json: Condition.code is not as FHIR R4 has it",
        "file 2, line 1: it is not a FHIR resource; expected an object with resourceType",
        "file 2, line 2: it is not a FHIR resource; expected an object with resourceType",
        "Observation.ndjson, line 1: Observation.effectiveDateTime is not as FHIR R4 has it",
        "Observation.ndjson, line 2: it is not JSON",
    ]


def test_twenty_broken_places_are_named_and_the_rest_counted(tmp_path: Path) -> None:
    found = refused(tmp_path, Patient__ndjson="{\n" * 25)
    assert (len(found), found[-1]) == (21, "5 more places are wrong")


def test_files_that_are_no_text_and_no_archive_are_told(tmp_path: Path) -> None:
    made = source(tmp_path)
    (made / "Patient.ndjson").write_bytes(b"\xff\xfe{")
    (made / "Encounter.ndjson.gz").write_bytes(b"no archive")
    with pytest.raises(InputError) as caught:
        histories(tmp_path, made)
    assert caught.value.messages == (
        "Encounter.ndjson.gz: it can't be read",
        "Patient.ndjson: it is not in UTF-8",
    )


def test_a_source_without_patients_files_or_folder_is_refused(tmp_path: Path) -> None:
    made = source(tmp_path, Observation__ndjson=lines(resources(RECORD)[3:]))
    with pytest.raises(InputError, match="it holds no Patient"):
        histories(tmp_path, made)
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="it holds no FHIR file"):
        histories(tmp_path, tmp_path / "empty")
    with pytest.raises(InputError, match="no such file or folder"):
        histories(tmp_path, tmp_path / "nowhere")


def test_a_patient_may_be_there_twice_but_not_with_another_birth(tmp_path: Path) -> None:
    patient = resources(RECORD)[0]
    assert counted(tmp_path, source(tmp_path, Patient__ndjson=lines([patient, patient]))) == [0]
    other = patient | {"birthDate": "1981-01-01"}
    assert refused(tmp_path, Patient__ndjson=lines([patient, other])) == [
        "Patient.ndjson, line 2: an earlier Patient has the same id and another birth or death;"
        " expected each patient once"
    ]
