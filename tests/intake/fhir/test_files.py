"""Which files are read, and what they are called."""

import gzip
from pathlib import Path

import pytest

from pipelines.definitions import InputError
from tests.intake.fhir.drawn import ndjson, patient, reading


def labels(export: Path) -> list[object]:
    with reading(export) as found:
        return [file for (file,) in found.rows("patients", "file")]


def test_files_lie_in_folders_of_any_depth_and_may_be_compressed(tmp_path: Path) -> None:
    export = tmp_path / "export"
    (export / "a" / "b").mkdir(parents=True)
    (export / "a" / "b" / "Patient.000.ndjson").write_text(ndjson(patient("p1")))
    (export / "a" / "Patient.1.ndjson.gz").write_bytes(
        gzip.compress(ndjson(patient("p2")).encode())
    )
    (export / "SOURCE.txt").write_text("not read")
    (export / ".Patient.ndjson").write_text("not read")
    assert labels(export) == ["Patient.1.ndjson.gz", "Patient.000.ndjson"]


def test_a_single_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "Patient.ndjson").write_text(ndjson(patient()))
    assert labels(tmp_path / "Patient.ndjson") == ["Patient.ndjson"]


def test_a_file_name_that_may_name_a_person_is_not_repeated(tmp_path: Path) -> None:
    export = tmp_path / "export"
    export.mkdir()
    names = [
        "Anna_Example_83.json", "Patient-12.json", "Patient-Smith.json", "Patient.555.123.4567.ndjson",
        "Patient.5551234567.ndjson", "Smith.ndjson", "x.jsonl",
    ]  # fmt: skip
    for number, name in enumerate(names):
        (export / name).write_text(ndjson(patient(str(number))))
    assert labels(export) == [
        "file 1", "Patient-12.json", "file 3", "file 4", "file 5", "file 6", "file 7",
    ]  # fmt: skip


def test_a_folder_without_fhir_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "export").mkdir()
    with pytest.raises(
        InputError, match=r"it holds no FHIR file; expected files ending in \.ndjson"
    ):
        labels(tmp_path / "export")


def test_a_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    export = tmp_path / "export"
    export.mkdir()
    (export / "Patient.ndjson").write_text(ndjson(patient()))
    (export / "more").symlink_to(tmp_path)
    with pytest.raises(InputError, match="a link in it leads out of the folder"):
        labels(export)


def test_a_link_within_the_folder_is_not_read_twice(tmp_path: Path) -> None:
    export = tmp_path / "export"
    export.mkdir()
    (export / "Patient.ndjson").write_text(ndjson(patient()))
    (export / "Patient.1.ndjson").symlink_to(export / "Patient.ndjson")
    assert labels(export) == ["Patient.ndjson"]


def test_a_broken_archive_is_refused_without_its_name(tmp_path: Path) -> None:
    export = tmp_path / "export"
    export.mkdir()
    (export / "Smith.ndjson.gz").write_bytes(gzip.compress(ndjson(patient()).encode())[:-9])
    with pytest.raises(InputError, match=r"^file 1: it can't be unpacked as a .gz file$"):
        labels(export)
