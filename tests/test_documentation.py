"""What the documents say is what the code does."""

import re
from pathlib import Path

import polars as pl
import pytest

from pipelines.intake.documentation import documented
from pipelines.intake.importing import import_export
from pipelines.intake.profile import File, Join, Keep, Profile, Source, Treatment, Value, shipped
from tests.drawn import drawn

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "data" / "README.md").read_text("utf8")


def examples() -> list[str]:
    return re.findall(r"```toml\n(.*?)```", README, flags=re.S)


def test_the_columns_in_the_readme_are_those_of_the_contract_and_the_definitions() -> None:
    assert documented(README) == README


def test_every_key_of_a_profile_is_explained() -> None:
    for part in (Profile, File, Source, Join, Keep, Value, Treatment):
        for name, field in part.model_fields.items():
            key = field.alias or name
            if key in ("folder", "files", "tables"):
                continue
            assert re.search(rf"`[^`]*\b{key}\b[^`]*`", README), key


def test_every_shipped_profile_is_named() -> None:
    assert all(f"`{name}`" in README for name in shipped())


def test_the_first_example_brings_its_export_in(tmp_path: Path) -> None:
    export = tmp_path / "export"
    export.mkdir()
    drawn("""
        id | consent | gender | age | treated_for
        1  | yes     | F      | 44  | TRD
        2  | yes     | M      | -9  | CRPS
        3  | no      | M      | 50  | CRPS
    """).write_csv(export / "patients.csv")
    drawn("""
        number | id | day        | status
        v1     | 1  | 03/01/2025 | done
        v2     | 2  | 03/02/2025 | done
    """).write_excel(export / "infusions.xlsx", worksheet="2025")
    (export / "phq.csv").write_text(
        "id;start;week0;week5\n1;2025-03-01;20;8\n2;2025-03-02;15;unbekannt\n", "latin-1"
    )
    (tmp_path / "our_clinic.toml").write_text(examples()[0])
    done = import_export(export, str(tmp_path / "our_clinic.toml"), tmp_path / "practice")
    assert [(a.unit, a.rows_in, a.accepted, a.quarantined) for a in done.manifest.accounts] == [
        ("patients", 3, 2, 0), ("visits", 2, 2, 0), ("infusions", 2, 2, 0), ("scores", 4, 3, 1),
    ]  # fmt: skip
    folder = tmp_path / "practice" / "records" / done.manifest.folder
    scores = pl.read_parquet(folder / "scores-0000.parquet")
    assert [str(day) for day in scores.filter(patient_key="1")["assessed_on"].sort()] == [
        "2025-03-01",
        "2025-04-05",
    ]


def test_the_second_example_brings_its_export_in(tmp_path: Path) -> None:
    (tmp_path / "scores.csv").write_text("id,visit,total\n1,baseline,30\n1,week3,10\n")
    (tmp_path / "our_trial.toml").write_text(examples()[1])
    done = import_export(
        tmp_path / "scores.csv", str(tmp_path / "our_trial.toml"), tmp_path / "practice"
    )
    assert {a.unit: a.accepted for a in done.manifest.accounts} == {
        "patients": 1, "visits": 1, "infusions": 1, "scores": 2,
    }  # fmt: skip


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"])
def test_files_that_the_documents_link_to_are_there(name: str) -> None:
    text = (ROOT / name).read_text("utf8")
    for target in re.findall(r"\]\(([^)#:]+)\)", text):
        assert (ROOT / target).exists(), target
