"""Batches: full ones replace, others add, tombstones take back; a kill leaves nothing half done."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from pipelines.definitions import InputError
from pipelines.intake import batches
from pipelines.intake.importing import Imported, import_export
from pipelines.warehouse import build, current, opened

PATIENTS = "patient_key,sex,age_band\na,female,35-44\nb,male,90+\n"
VISITS = "visit_key,patient_key,clinic_key,visit_date,visit_kind,visit_status\n"
JANUARY = "a1,a,north,2025-01-02,infusion,completed\nb1,b,north,2025-01-20,infusion,completed\n"
MARCH = "b2,b,north,2025-03-20,infusion,completed\n"


@pytest.fixture
def export(tmp_path: Path) -> Path:
    folder = tmp_path / "export"
    folder.mkdir()
    (folder / "patients.csv").write_text(PATIENTS)
    write(folder, JANUARY, "a1,a1", "a,2025-01-02,20\n")
    return folder


def write(folder: Path, visits: str, infused: str, scores: str) -> None:
    (folder / "visits.csv").write_text(VISITS + visits)
    keys = [line.split(",")[0] for line in visits.splitlines()]
    (folder / "infusions.csv").write_text(
        "visit_key,agent,route\n" + "".join(f"{key},ketamine,iv\n" for key in keys)
    )
    rows = [line.split(",") for line in scores.splitlines()]
    (folder / "scores.csv").write_text(
        "patient_key,instrument,assessed_on,timing,score\n"
        + "".join(f"{who},phq_9,{day},unspecified,{score}\n" for who, day, score in rows)
    )


def table(practice: Path, name: str) -> pl.DataFrame:
    found, _ = build(practice)
    with opened(found.path) as connection:
        frame: pl.DataFrame = connection.table(name).pl()
    return frame


def since_march(export: Path, practice: Path) -> Imported:
    write(export, JANUARY + MARCH, "", "a,2025-01-02,20\nb,2025-03-20,15\n")
    return import_export(export, "canonical", practice, since=date(2025, 3, 1))


def test_rows_from_a_day_on_are_added_and_the_others_are_counted(
    export: Path, tmp_path: Path
) -> None:
    practice = tmp_path / "practice"
    import_export(export, "canonical", practice)
    done = since_march(export, practice)
    account = {account.unit: account for account in done.manifest.accounts}
    assert (account["visits"].accepted, account["visits"].left_out) == (
        1,
        {"in earlier batches already": 2},
    )
    assert account["infusions"].left_out == {"in earlier batches already": 2}
    assert [batch.batch for batch in batches.in_force(practice)] == [1, 2]
    assert table(practice, "staging.visits")["visit_key"].sort().to_list() == ["a1", "b1", "b2"]
    assert table(practice, "staging.patients")["patient_key"].sort().to_list() == ["a", "b"]
    assert table(practice, "staging.scores").height == 2


def test_rows_that_came_late_are_told_from_those_that_are_there(
    export: Path, tmp_path: Path
) -> None:
    practice = tmp_path / "practice"
    import_export(export, "canonical", practice)
    late = "a2,a,north,2025-01-10,infusion,completed\n"
    moved = JANUARY.replace("a1,a,north", "a1,a,south")
    write(export, moved + late + MARCH, "", "a,2025-01-02,20\na,2025-01-10,18\nb,2025-03-20,15\n")
    done = import_export(export, "canonical", practice, since=date(2025, 3, 1))
    told = "new or changed, but before --since or of days in earlier batches"
    left = {account.unit: account.left_out for account in done.manifest.accounts}
    assert left["visits"] == {"in earlier batches already": 1, told: 2}
    assert left["infusions"] == {"in earlier batches already": 2, told: 1}
    assert left["scores"] == {"in earlier batches already": 1, told: 1}
    assert table(practice, "staging.visits")["visit_key"].sort().to_list() == ["a1", "b1", "b2"]


def test_a_visit_that_comes_again_counts_as_it_is_now(export: Path, tmp_path: Path) -> None:
    practice = tmp_path / "practice"
    import_export(export, "canonical", practice)
    write(export, JANUARY.replace("a1,a,north", "a1,a,south"), "", "a,2025-01-02,20\n")
    import_export(export, "canonical", practice, since=date(2025, 1, 1))
    visits = table(practice, "staging.visits").sort("visit_key")
    assert visits.select("visit_key", "clinic_key").rows() == [("a1", "south"), ("b1", "north")]
    assert table(practice, "staging.infusions").height == 2


def test_a_batch_taken_back_leaves_what_was_before_it_and_its_rows_stay(
    export: Path, tmp_path: Path
) -> None:
    practice = tmp_path / "practice"
    import_export(export, "canonical", practice)
    since_march(export, practice)
    before = sorted(path.name for path in (practice / "records" / "0002-canonical").iterdir())
    assert [batch.batch for batch in batches.undo(practice, 2)] == [2]
    assert [batch.batch for batch in batches.in_force(practice)] == [1]
    assert sorted(p.name for p in (practice / "records" / "0002-canonical").iterdir()) == before
    assert since_march(export, practice).manifest.batch == 3


def test_a_full_export_replaces_all_that_was_added(export: Path, tmp_path: Path) -> None:
    practice = tmp_path / "practice"
    import_export(export, "canonical", practice)
    since_march(export, practice)
    done = import_export(export, "canonical", practice)
    assert (done.manifest.batch, done.replaced) == (3, [1, 2])


@pytest.mark.parametrize(
    ("number", "message"),
    [(7, "batch 7: there is none in .*; expected one of 1"), (1, "batch 1: it was taken back already")],
)  # fmt: skip
def test_a_batch_that_is_not_there_or_gone_can_not_be_taken_back(
    export: Path, tmp_path: Path, number: int, message: str
) -> None:
    practice = tmp_path / "practice"
    import_export(export, "canonical", practice)
    batches.undo(practice, 1)
    with pytest.raises(InputError, match=message):
        batches.undo(practice, number)


def test_a_practice_without_a_batch_in_force_has_no_current_build(
    export: Path, tmp_path: Path
) -> None:
    practice = tmp_path / "practice"
    import_export(export, "canonical", practice)
    build(practice)
    batches.undo(practice, 1)
    with pytest.raises(InputError, match="all batches were taken back, so no build is current"):
        build(practice)
    with pytest.raises(InputError, match="no build there"):
        current(practice)


def test_a_second_import_at_the_same_time_is_refused(export: Path, tmp_path: Path) -> None:
    practice = tmp_path / "practice"
    with batches.lock(practice), pytest.raises(InputError, match=r"another import .* is running"):
        import_export(export, "canonical", practice)
