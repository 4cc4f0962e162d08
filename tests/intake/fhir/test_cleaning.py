"""Files that are not whole: each broken resource is refused by its row, the others stay."""

import json
from pathlib import Path

import pytest

from pipelines.definitions import InputError
from tests.intake.fhir.drawn import (
    Resource,
    encounter,
    infusion,
    ndjson,
    observation,
    patient,
    reading,
    reference,
)


def write(folder: Path, name: str, content: str | bytes) -> Path:
    export = folder / "export"
    export.mkdir(exist_ok=True)
    data = content.encode("utf8", "surrogatepass") if isinstance(content, str) else content
    (export / name).write_bytes(data)
    return export


def test_a_broken_line_is_refused_by_its_row_and_the_others_stay(tmp_path: Path) -> None:
    broken = [
        ('{"resourceType": "Patient", "id": ', "unknown resource", "not_json"),
        ('{"resourceType": "Patient", "id": "a\x00"}', "unknown resource", "not_json"),
        ('{"resourceType": "Patient", "id": "\\ud800"}', "Patient", "not_json"),
        ('{"resourceType": "Patient", "id": NaN}', "unknown resource", "not_json"),
        ('{"resourceType": "Patient"} {}', "unknown resource", "not_json"),
        ("[" * 100_000, "unknown resource", "not_json"),
        ("[1, 2]", "unknown resource", "unknown_resource_type"),
        ("7", "unknown resource", "unknown_resource_type"),
        ('{"resourceType": "Smith"}', "unknown resource", "unknown_resource_type"),
        ('{"resourceType": ["Patient"]}', "unknown resource", "unknown_resource_type"),
        ('{"resourceType": "Patient", "name": "Smith"}', "Patient", "wrong_type"),
        ('{"resourceType": "Patient", "birthDate": {"a": [1]}}', "Patient", "wrong_type"),
        ('{"resourceType": "Patient", "address": {"state": "KS"}}', "Patient", "wrong_type"),
    ]
    lines = "".join(f"{line}\n" for line, _, _ in broken)
    text = ndjson(patient("p1"), patient("p2")) + lines + ndjson(patient("p3"))
    with reading(write(tmp_path, "Patient.ndjson", text)) as found:
        assert found.rows("patients", "patient_key", "source_row") == [
            ("p1", 1),
            ("p2", 2),
            ("p3", 16),
        ]
        assert set(found.refused) == {
            (unit, "Patient.ndjson", row, rule)
            for row, (_, unit, rule) in enumerate(broken, start=3)
        }


def test_a_file_that_is_read_fast_and_one_that_is_not_give_the_same(tmp_path: Path) -> None:
    resources: list[Resource] = [
        patient("p1", birthDate="1980"),
        patient("p2"),
        patient("p1"),
        {"resourceType": "Goal"},
    ]
    columns = ("patient_key", "age_band", "source_row")
    with reading(write(tmp_path, "Patient.ndjson", ndjson(*resources))) as fast:
        quick = fast.rows("patients", *columns), fast.left_out
    with reading(write(tmp_path, "Patient.ndjson", ndjson(*resources) + "{\n")) as slow:
        assert (slow.rows("patients", *columns), slow.left_out) == quick
        assert slow.refused == [("unknown resource", "Patient.ndjson", 5, "not_json")]


def test_nested_json_where_a_number_belongs_never_becomes_a_score(tmp_path: Path) -> None:
    text = ndjson(observation(value={"a": 1}), observation("70274-6", 5))
    with reading(write(tmp_path, "Observation.ndjson", text)) as found:
        assert found.rows("scores", "instrument", "score") == [("phq_9", '{"a":1}'), ("gad_7", "5")]
    with reading(write(tmp_path, "Observation.ndjson", text + "{\n")) as found:
        assert found.rows("scores", "instrument", "score") == [("gad_7", "5")]
        assert ("Observation", "Observation.ndjson", 1, "wrong_type") in found.refused


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\n\n \n"])
def test_byte_order_mark_line_ends_and_empty_lines_do_not_matter(
    tmp_path: Path, ending: str
) -> None:
    lines = [json.dumps(patient("p1")), json.dumps(patient("p2", name=[{"family": "Bjørk"}])), ""]
    text = b"\xef\xbb\xbf" + ending.join(lines).encode("utf8")
    with reading(write(tmp_path, "Patient.ndjson", text)) as found:
        assert [key for key, _ in found.rows("patients", "patient_key", "source_row")] in (
            ["p1", "p2"], ["p2"],
        )  # fmt: skip
        assert found.frame("names")["name"].to_list() == ["Bjørk"]


def test_a_file_in_another_encoding_is_refused_line_by_line(tmp_path: Path) -> None:
    line = b'{"resourceType": "Patient", "id": "p1", "name": [{"family": "Bj\xf8rk"}]}\n'
    with reading(write(tmp_path, "Patient.ndjson", line + ndjson(patient("p2")).encode())) as found:
        assert found.rows("patients", "patient_key", "source_row") == [("p2", 2)]
        assert found.refused == [("unknown resource", "Patient.ndjson", 1, "not_json")]


def test_several_types_in_one_file_are_told_apart(tmp_path: Path) -> None:
    text = ndjson(patient(), encounter(), infusion(), {"resourceType": "Claim"}, observation())
    with reading(write(tmp_path, "all.ndjson", text)) as found:
        assert found.accounts() == {
            "Patient": (1, 1, 0, 0),
            "Encounter": (1, 1, 0, 0),
            "MedicationAdministration": (1, 1, 0, 0),
            "Claim": (1, 0, 0, 1),
            "Observation": (1, 1, 0, 0),
        }
        assert found.rows("scores", "source_row", "timing") == [(5, "before_infusion")]


def test_types_that_are_not_used_are_counted(tmp_path: Path) -> None:
    export = write(
        tmp_path, "Claim.ndjson", ndjson({"resourceType": "Claim"}, {"resourceType": "Claim"})
    )
    write(tmp_path, "Patient.ndjson", ndjson(patient(), {"resourceType": "Goal"}, {"id": "x"}))
    with reading(export) as found:
        assert found.left_out == {
            ("Claim", "resource type not used"): 2,
            ("Goal", "resource type not used"): 1,
        }
        assert found.refused == [("unknown resource", "Patient.ndjson", 3, "unknown_resource_type")]


def test_a_resource_printed_over_several_lines_is_read(tmp_path: Path) -> None:
    with reading(write(tmp_path, "Patient-7.json", json.dumps(patient(), indent=2))) as found:
        assert found.rows("patients", "patient_key", "file") == [("p", "Patient-7.json")]


def test_ndjson_under_the_name_of_json_is_read(tmp_path: Path) -> None:
    with reading(write(tmp_path, "Patient.json", ndjson(patient("p1"), patient("p2")))) as found:
        assert found.rows("patients", "patient_key") == [("p1",), ("p2",)]


def test_the_entries_of_a_bundle_are_counted_one_by_one(tmp_path: Path) -> None:
    bundle = {
        "resourceType": "Bundle",
        "entry": [
            {"fullUrl": "urn:uuid:1-2-3", "resource": patient("p")},
            {"fullUrl": "urn:uuid:4-5-6", "resource": {"resourceType": "Encounter", "status": "finished",
             "subject": reference("urn:uuid:1-2-3"), "period": {"start": "2025-03-01"}}},
            {"resource": {"resourceType": "Claim"}},
            {"request": {"method": "GET"}},
        ],
    }  # fmt: skip
    with reading(write(tmp_path, "Bundle.json", json.dumps(bundle, indent=1))) as found:
        assert found.rows("visits", "visit_key", "patient_key", "source_row") == [
            ("p|4-5-6", "p", 3)
        ]
        assert found.left_out == {
            ("Bundle", "its entries are counted one by one"): 1,
            ("Claim", "resource type not used"): 1,
        }
        assert found.refused == [("unknown resource", "Bundle.json", 5, "unknown_resource_type")]


def test_a_bundle_in_a_line_is_read_too(tmp_path: Path) -> None:
    bundle = {
        "resourceType": "Bundle",
        "entry": [{"resource": patient("p1")}, {"resource": patient("p2")}],
    }
    with reading(write(tmp_path, "x.ndjson", ndjson(bundle, patient("p3")))) as found:
        assert found.rows("patients", "patient_key", "source_row") == [
            ("p1", 2),
            ("p2", 3),
            ("p3", 4),
        ]


def test_a_json_document_that_is_none_is_refused(tmp_path: Path) -> None:
    with reading(write(tmp_path, "Patient.json", '{"resourceType": "Patient",\n "id": ')) as found:
        assert found.refused == [("unknown resource", "Patient.json", 1, "not_json")]


def test_an_empty_file_holds_nothing(tmp_path: Path) -> None:
    export = write(tmp_path, "Patient.ndjson", "")
    write(tmp_path, "Encounter.json", "")
    with reading(export) as found:
        assert found.accounts() == {"unknown resource": (1, 0, 1, 0)}


@pytest.mark.parametrize("size", [20_000_000, 40_000_000])
def test_a_line_of_many_megabytes_is_read(tmp_path: Path, size: int) -> None:
    long = patient("p2", text={"div": "x" * size})
    with reading(write(tmp_path, "Patient.ndjson", ndjson(patient("p1"), long))) as found:
        assert found.rows("patients", "patient_key") == [("p1",), ("p2",)]


def test_a_line_that_is_too_long_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipelines.intake.fhir.cleaning.LONGEST_LINE", 200)
    text = ndjson(patient("p1", text="x" * 900), patient("p2")) + "{\n"
    with reading(write(tmp_path, "Patient.ndjson", text)) as found:
        assert found.rows("patients", "patient_key", "source_row") == [("p2", 2)]
        assert found.refused[0] == ("unknown resource", "Patient.ndjson", 1, "too_large")


def test_a_field_that_is_too_long_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipelines.intake.fhir.cleaning.LONGEST_KEPT", 1000)
    text = ndjson(patient("p1"), patient("p2", birthDate="x" * 1000)) + "{\n"
    with reading(write(tmp_path, "Patient.ndjson", text)) as found:
        assert found.rows("patients", "patient_key") == [("p1",)]
        assert set(found.refused) == {
            ("Patient", "Patient.ndjson", 2, "too_large"),
            ("unknown resource", "Patient.ndjson", 3, "not_json"),
        }


def test_a_json_document_that_is_too_large_is_refused_as_a_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipelines.intake.fhir.cleaning.LONGEST_DOCUMENT", 1 << 20)
    text = json.dumps(patient(text="x" * 3_000_000), indent=1)
    with (
        pytest.raises(
            InputError, match=r"^Patient.json: it is one JSON document of 2 MB; expected"
        ),
        reading(write(tmp_path, "Patient.json", text)),
    ):
        pass


@pytest.mark.parametrize("size", [1, 100, 400, 5_000])
def test_a_large_file_is_read_piece_by_piece_around_what_is_broken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr("pipelines.intake.fhir.loading.PIECE", size)
    people = [patient(f"p{n}", birthDate=f"19{n}") for n in range(10, 40)]
    text = (
        ndjson(*people[:13]) + "{\n\n" + ndjson(*people[13:], {"resourceType": "Goal"}, encounter())
    )
    with reading(write(tmp_path, "Patient.ndjson", text[:-1])) as found:
        rows = [*range(1, 14), *range(15, 32)]
        assert found.rows("patients", "patient_key", "age_band", "source_row") == [
            (f"p{n}", f"19{n}", row) for n, row in zip(range(10, 40), rows, strict=True)
        ]
        assert found.refused == [("unknown resource", "Patient.ndjson", 14, "not_json")]
        assert found.left_out == {("Goal", "resource type not used"): 1}
        assert found.rows("visits", "source_row") == [(33,)]


def test_rows_keep_their_numbers_in_a_file_that_two_threads_read(tmp_path: Path) -> None:
    line = ndjson(observation(id="o-number", value=987654))
    text = "".join(
        line.replace("number", str(n)).replace("987654", str(n % 28)) for n in range(200_000)
    )
    assert len(text) > 50_000_000
    with reading(write(tmp_path, "Observation.ndjson", text)) as found:
        scores = found.frame("scores").sort("source_row")["score"].cast(int)
        assert scores.to_list() == [n % 28 for n in range(200_000)]
