"""Traps in an export or a profile: each ends as it should, in the row or the line that it concerns."""

import gzip
from pathlib import Path

import pytest

from pipelines.definitions import InputError
from pipelines.intake import unpacking
from pipelines.intake.account import Account
from pipelines.intake.importing import import_export
from pipelines.intake.profile import SHIPPED
from tests.robustness.exports import WRITERS, small_practice

PATIENTS = "patient_key,sex,age_band\na,female,35-44\nb,male,90+\n"
VISITS = (
    "visit_key,patient_key,clinic_key,visit_date,visit_kind,visit_status\n"
    "v1,a,north,2025-03-01,infusion,completed\nv2,b,north,2025-03-02,infusion,completed\n"
)
SCORES = (
    "patient_key,instrument,assessed_on,timing,score\n"
    "a,phq_9,2025-03-01,before_infusion,20\na,phq_9,2025-03-23,unspecified,9\n"
)
ENTRANCES = {"canonical": "scores.csv", "fhir": "Observation.ndjson", "omop": "measurement.csv"}


@pytest.fixture
def export(tmp_path: Path) -> Path:
    folder = tmp_path / "export"
    folder.mkdir()
    for name, text in (("patients", PATIENTS), ("visits", VISITS), ("scores", SCORES)):
        (folder / f"{name}.csv").write_text(text)
    return folder


def profile(tmp_path: Path, old: str, new: str) -> str:
    """Write the canonical profile with one thing changed, and return where it lies."""
    text = (SHIPPED / "canonical.toml").read_text("utf8")
    assert old in text
    (tmp_path / "profile.toml").write_text(text.replace(old, new), "utf8")
    return str(tmp_path / "profile.toml")


def scores(export: Path, practice: Path, named: str = "canonical") -> Account:
    """Import the export and return what became of its scores."""
    accounts = import_export(export, named, practice).manifest.accounts
    return next(account for account in accounts if account.unit == "scores")


@pytest.mark.parametrize("name", ENTRANCES)
def test_a_small_archive_that_would_fill_the_disk_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(unpacking, "ALWAYS_ALLOWED", 8 << 20)
    WRITERS[name](tmp_path / "export", small_practice())
    file = tmp_path / "export" / ENTRANCES[name]
    (file.parent / f"{file.name}.gz").write_bytes(gzip.compress(b"\n" * (1 << 20)) * 12)
    file.unlink()
    named = profile(tmp_path, '"scores.csv"', '"scores.csv.gz"') if name == "canonical" else name
    with pytest.raises(InputError) as caught:
        import_export(tmp_path / "export", named, tmp_path / "practice", tmp_path / "walk")
    assert len(caught.value.messages) == 1
    assert "unpacks to more than 200 times its size" in caught.value.messages[0]
    assert not (tmp_path / "practice").exists()
    assert not list((tmp_path / "walk").glob(".work-*"))


@pytest.mark.parametrize("path", ["../scores.csv", "{}/scores.csv", "link.csv", "links/scores.csv"])
def test_a_path_that_leads_out_of_the_export_is_refused(
    export: Path, tmp_path: Path, path: str
) -> None:
    (export / "scores.csv").rename(tmp_path / "scores.csv")
    (export / "link.csv").symlink_to(tmp_path / "scores.csv")
    (export / "links").symlink_to(tmp_path)
    named = profile(tmp_path, '"scores.csv"', f'"{path.format(tmp_path)}"')
    with pytest.raises(
        InputError, match=r"^file 'scores': .* leads out of export; expected a file"
    ):
        import_export(export, named, tmp_path / "practice")
    assert not (tmp_path / "practice").exists()


@pytest.mark.parametrize("name", ENTRANCES)
def test_a_link_that_leads_nowhere_is_refused_and_not_taken_for_a_missing_file(
    tmp_path: Path, name: str
) -> None:
    WRITERS[name](tmp_path / "export", small_practice())
    file = tmp_path / "export" / ENTRANCES[name]
    file.unlink()
    file.symlink_to(file)
    with pytest.raises(InputError, match="leads nowhere; expected"):
        import_export(tmp_path / "export", name, tmp_path / "practice", tmp_path / "walk")


def test_a_folder_in_the_place_of_a_file_is_refused(export: Path, tmp_path: Path) -> None:
    (export / "scores.csv").unlink()
    (export / "scores.csv").mkdir()
    with pytest.raises(InputError, match=r"file 'scores': scores.csv is a folder or leads nowhere"):
        import_export(export, "canonical", tmp_path / "practice")


def test_a_byte_of_another_encoding_costs_its_row_and_no_other(
    export: Path, tmp_path: Path
) -> None:
    (export / "scores.csv").write_bytes(SCORES.encode().replace(b",9\n", b",9\xff\n"))
    assert scores(export, tmp_path / "practice") == Account("scores", 2, 1, 1)


def test_a_cell_of_10_megabytes_costs_its_row_and_no_other(export: Path, tmp_path: Path) -> None:
    (export / "scores.csv").write_text(SCORES.replace(",9\n", f",{'9' * 10_000_000}\n"))
    assert scores(export, tmp_path / "practice") == Account("scores", 2, 1, 1)


def test_a_file_of_broken_lines_is_accounted_for_line_by_line(export: Path, tmp_path: Path) -> None:
    (export / "scores.csv").write_text(SCORES + "broken\n" * 50_000)
    assert scores(export, tmp_path / "practice") == Account("scores", 50_002, 2, 50_000)


def test_a_quote_that_never_closes_costs_its_line_and_no_other(
    export: Path, tmp_path: Path
) -> None:
    more = "a,phq_9,2025-03-24,unspecified,9\n" * 300
    (export / "scores.csv").write_text(SCORES + 'a,phq_9,2025-03-23,unspecified,"9\n' + more)
    assert scores(export, tmp_path / "practice") == Account("scores", 303, 302, 1)


def test_a_file_in_the_encoding_that_the_profile_names_comes_in(
    export: Path, tmp_path: Path
) -> None:
    (export / "scores.csv").write_bytes(SCORES.encode("utf-16"))
    named = profile(tmp_path, "[files.scores]\n", '[files.scores]\nencoding = "utf-16"\n')
    assert scores(export, tmp_path / "practice", named) == Account("scores", 2, 2)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "hex", "idna", "no-such-encoding"])
def test_a_file_in_another_encoding_than_the_profile_names_is_refused(
    export: Path, tmp_path: Path, encoding: str
) -> None:
    named = profile(tmp_path, "[files.scores]\n", f'[files.scores]\nencoding = "{encoding}"\n')
    with pytest.raises(InputError) as caught:
        import_export(export, named, tmp_path / "practice")
    assert caught.value.messages == (
        f"file 'scores': scores.csv can't be read as csv in {encoding}",
    )


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ('delimiter = "ab"', "profile.toml: key 'files.scores.delimiter' is 'ab'; "),
        ('format = "xlsx"', "file 'scores': scores.csv can't be read as xlsx"),
        ('format = "parquet"', "file 'scores': scores.csv can't be read as parquet"),
    ],
)
def test_a_file_that_is_not_as_the_profile_says_is_refused(
    export: Path, tmp_path: Path, key: str, message: str
) -> None:
    named = profile(tmp_path, "[files.scores]\n", f"[files.scores]\n{key}\n")
    with pytest.raises(InputError) as caught:
        import_export(export, named, tmp_path / "practice")
    assert caught.value.messages[0].startswith(message)


@pytest.mark.parametrize("form", ["%Q", "%", ""])
def test_a_date_format_that_is_none_is_refused(export: Path, tmp_path: Path, form: str) -> None:
    day = f'assessed_on = {{ column = "assessed_on", date_format = "{form}" }}'
    named = profile(
        tmp_path, "[tables.scores]\n", f"[tables.scores.columns]\n{day}\n[tables.scores]\n"
    )
    with pytest.raises(InputError, match=f"tables.scores: date_format is '{form}'"):
        import_export(export, named, tmp_path / "practice")


@pytest.mark.parametrize("name", ["two\nlines", "x" * 10_000, "a\u202eb"])
def test_an_instrument_that_is_no_code_is_not_repeated_in_the_message(
    export: Path, tmp_path: Path, name: str
) -> None:
    (export / "scores.csv").write_text(SCORES.replace("phq_9", f'"{name}"'))
    with pytest.raises(InputError) as caught:
        import_export(export, "canonical", tmp_path / "practice")
    (message,) = caught.value.messages
    assert message.startswith("scores: instrument is a longer text or one of several lines;")
    assert message.isprintable()


def test_of_many_unknown_instruments_ten_are_told(export: Path, tmp_path: Path) -> None:
    rows = "".join(f"a,unknown_{number},2025-03-01,unspecified,1\n" for number in range(25))
    (export / "scores.csv").write_text(SCORES + rows)
    with pytest.raises(InputError) as caught:
        import_export(export, "canonical", tmp_path / "practice")
    assert len(caught.value.messages) == 11
    assert caught.value.messages[-1] == "scores: 15 more instruments have no definition"


def test_a_header_that_is_no_header_is_not_repeated_in_the_message(
    export: Path, tmp_path: Path
) -> None:
    (export / "patients.csv").write_text("sexton,female,35-44\nb,male,90+\n")
    with pytest.raises(InputError) as caught:
        import_export(export, "canonical", tmp_path / "practice")
    assert "sexton" not in str(caught.value)
