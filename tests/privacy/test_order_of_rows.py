"""The order of the written rows tells nothing of the export's: it is that of the random keys."""

from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from pipelines.intake.importing import Imported, import_export

PEOPLE = 400
FIRST = date(2024, 1, 10)
SCORED = ("2024-08-01", "2025-03-01")


def export(folder: Path) -> Path:
    """Write an export in the order of its source keys: 400 patients, each with 6 visits and 2 scores."""
    folder.mkdir()
    people = [f"{number:04d}" for number in range(PEOPLE)]
    visits = [
        (f"{who}-{visit}", who, FIRST + timedelta(int(who) % 90 + 4 * visit))
        for who in people
        for visit in range(6)
    ]
    tables = {
        "patients": ["patient_key,sex,age_band", *[f"{who},female,1980-05-17" for who in people]],
        "visits": [
            "visit_key,patient_key,clinic_key,visit_date,visit_kind,visit_status",
            *[f"{key},{who},north,{day},infusion,completed" for key, who, day in visits],
        ],
        "infusions": ["visit_key,agent,route", *[f"{key},ketamine,iv" for key, _, _ in visits]],
        "scores": [
            "patient_key,instrument,assessed_on,timing,score",
            *[f"{who},phq_9,{day},unspecified,12" for day in SCORED for who in people],
        ],
        "adverse_events": [
            "visit_key,term,grade,serious",
            *[f"{key},nausea,1,no" for key, _, _ in visits[::7]],
        ],
    }
    for name, lines in tables.items():
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n")
    return folder


@pytest.fixture(scope="module")
def batch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("order")
    done: Imported = import_export(
        export(home / "export"), "canonical", home / "practice", home / "walk"
    )
    return home / "practice" / "records" / done.manifest.folder


@pytest.mark.parametrize("table", ["patients", "visits", "scores", "infusions", "adverse_events"])
def test_rows_are_written_in_the_order_of_their_patients_random_keys(
    batch: Path, table: str
) -> None:
    rows = pl.read_parquet(batch / f"{table}-0000.parquet")
    if "patient_key" not in rows.columns:
        visits = pl.read_parquet(batch / "visits-0000.parquet")
        rows = rows.join(visits, on="visit_key", maintain_order="left")
    assert rows.height > 200
    assert rows["patient_key"].is_sorted()


def test_a_patient_written_twice_with_a_birth_date_is_one_patient(tmp_path: Path) -> None:
    source = export(tmp_path / "export")
    with (source / "patients.csv").open("a") as patients:
        patients.write("0000,female,1931-05-17\n0001,female,1980-05-17\n")
    done = import_export(source, "canonical", tmp_path / "practice", tmp_path / "walk")
    folder = tmp_path / "practice" / "records" / done.manifest.folder
    people = pl.read_parquet(folder / "patients-0000.parquet")
    assert people["patient_key"].n_unique() == people.height
    account = next(a for a in done.manifest.accounts if a.unit == "patients")
    assert (account.rows_in, account.quarantined) == (PEOPLE + 2, 2)
