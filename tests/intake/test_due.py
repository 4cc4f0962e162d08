"""Who needs which questionnaire, by the clinic's own numbers and true days; whom it forgets."""

import shutil
import sqlite3
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from pipelines import warehouse
from pipelines.definitions import InputError
from pipelines.due import due
from pipelines.intake import batches, forgetting
from pipelines.intake.forgetting import drop_practice, forget
from pipelines.intake.importing import import_export

FIRST = date(2025, 3, 3)
HEADER = "patient_key,instrument,assessed_on,timing,score\n"


@pytest.fixture
def imported(tmp_path: Path) -> tuple[Path, Path]:
    """Import two patients infused on 3 March 2025, of whom only the first was asked again."""
    export = tmp_path / "export"
    export.mkdir()
    (export / "patients.csv").write_text(
        "patient_key,sex,age_band\nMRN1,female,1980-02-29\nMRN2,male,1934-01-01\n"
    )
    (export / "visits.csv").write_text(
        "visit_key,patient_key,clinic_key,visit_date,visit_kind,visit_status\n"
        "V1,MRN1,north,2025-03-03,infusion,completed\nV2,MRN2,north,2025-03-03,infusion,completed\n"
        "V3,MRN2,north,2025-04-30,follow_up,completed\n"
    )
    (export / "infusions.csv").write_text(
        "visit_key,agent,route,category,subtype\nV1,ketamine,iv,depression,mdd\n"
        "V2,ketamine,iv,depression,mdd\n"
    )
    (export / "scores.csv").write_text(
        HEADER + "MRN1,phq_9,2025-03-01,unspecified,20\nMRN2,phq_9,2025-03-01,unspecified,18\n"
        "MRN1,phq_9,2025-03-25,unspecified,9\n"
    )
    practice, walk = tmp_path / "practice", tmp_path / "walk"
    import_export(export, "canonical", practice, walk)
    return practice, walk


def test_a_window_without_a_score_is_due_until_its_best_day_and_then_overdue(
    imported: tuple[Path, Path],
) -> None:
    _, walk = imported
    after_induction = due(walk, date(2025, 3, 24), []).select(
        "state", "patient", "window", "best_day"
    )
    assert after_induction.rows() == [("due", "MRN2", "After induction", date(2025, 3, 25))]
    later = due(walk, date(2025, 3, 26), [])
    assert later.select("state", "patient", "clinic", "instrument", "opens", "closes").rows() == [
        ("overdue", "MRN2", "north", "PHQ-9", date(2025, 3, 17), date(2025, 4, 3)),
    ]


def test_week_8_is_listed_a_week_before_it_opens_for_both(imported: tuple[Path, Path]) -> None:
    _, walk = imported
    found = due(walk, date(2025, 4, 8), []).filter(window="Week 8")
    assert found.select("state", "patient", "opens").rows() == [
        ("due", "MRN1", date(2025, 4, 15)), ("due", "MRN2", date(2025, 4, 15)),
    ]  # fmt: skip


def test_a_forgotten_patient_is_in_no_list_and_no_record_and_stays_out(
    imported: tuple[Path, Path], tmp_path: Path
) -> None:
    practice, walk = imported
    erased, folders = forget("MRN2", walk, [])
    assert (erased, [folder.name for folder in folders]) == (5, ["practice"])
    assert due(walk, date(2025, 4, 8), [])["patient"].unique().to_list() == ["MRN1"]
    files = (practice / "records").rglob("patients-*.parquet")
    assert pl.concat([pl.read_parquet(file) for file in files]).height == 1
    assert b"MRN2" not in (walk / "crosswalk.sqlite").read_bytes()
    (tmp_path / "export" / "scores.csv").write_text(HEADER)
    again = import_export(tmp_path / "export", "canonical", practice, walk)
    account = {account.unit: account for account in again.manifest.accounts}
    assert account["patients"].left_out == {"of forgotten patients": 1}
    assert account["visits"].left_out == {"of forgotten patients": 2}


def test_a_patient_forgotten_twice_is_forgotten_already(imported: tuple[Path, Path]) -> None:
    _, walk = imported
    forget("MRN2", walk, [])
    assert forget("MRN2", walk, []) == (None, [])


def test_a_name_of_two_entries_needs_to_be_told_apart(imported: tuple[Path, Path]) -> None:
    practice, walk = imported
    with sqlite3.connect(walk / "crosswalk.sqlite") as database:
        database.execute("update patients set number = 'MRN2' where source_key = 'MRN1'")
    with pytest.raises(InputError, match="2 entries have this as key or number; expected --by key"):
        forget("MRN2", walk, [])
    assert forget("MRN2", walk, [], "key")[0] == 5
    (practice.parent / "export" / "scores.csv").write_text(HEADER)
    again = import_export(practice.parent / "export", "canonical", practice, walk)
    account = {account.unit: account for account in again.manifest.accounts}
    assert account["patients"].left_out == {"of forgotten patients": 1}
    assert forget("MRN2", walk, [], "number")[0] == 8


def test_a_number_forgotten_in_one_format_stays_out_as_the_key_of_another(
    imported: tuple[Path, Path],
) -> None:
    practice, walk = imported
    with sqlite3.connect(walk / "crosswalk.sqlite") as database:
        database.execute(
            "update patients set number = 'MRN2', source_key = 'fhir-2' where source_key = 'MRN2'"
        )
    forget("fhir-2", walk, [])
    (practice.parent / "export" / "scores.csv").write_text(HEADER)
    again = import_export(practice.parent / "export", "canonical", practice, walk)
    account = {account.unit: account for account in again.manifest.accounts}
    assert account["patients"].left_out == {"of forgotten patients": 1}


def test_a_number_that_is_the_key_of_another_patient_forgets_nobody_else(
    imported: tuple[Path, Path],
) -> None:
    practice, walk = imported
    with sqlite3.connect(walk / "crosswalk.sqlite") as database:
        database.execute("update patients set number = 'MRN2' where source_key = 'MRN1'")
    forget("MRN1", walk, [])
    (practice.parent / "export" / "scores.csv").write_text(HEADER)
    again = import_export(practice.parent / "export", "canonical", practice, walk)
    account = {account.unit: account for account in again.manifest.accounts}
    assert account["patients"].left_out == {"of forgotten patients": 1}
    assert due(walk, date(2025, 4, 8), []).is_empty()
    assert forget("MRN2", walk, [], "key")[0] is not None


def test_a_forgetting_killed_half_way_leaves_no_build_with_the_patient(
    imported: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    practice, walk = imported
    first, _ = warehouse.build(practice)
    with monkeypatch.context() as broken:
        broken.setattr(forgetting, "_erase_from_batch", _killed)
        with pytest.raises(KeyboardInterrupt):
            forget("MRN2", walk, [])
    assert not first.path.exists()
    assert forget("MRN2", walk, [])[0] == 5


def _killed(*_: object) -> None:
    raise KeyboardInterrupt


def test_a_visit_that_went_to_another_patient_is_erased_with_that_one(
    imported: tuple[Path, Path],
) -> None:
    practice, walk = imported
    visits = practice.parent / "export" / "visits.csv"
    visits.write_text(visits.read_text().replace("V1,MRN1", "V1,MRN2"))
    import_export(practice.parent / "export", "canonical", practice, walk)
    forget("MRN2", walk, [])
    folder = practice / "records" / "0002-canonical"
    assert pl.read_parquet(folder / "infusions-0000.parquet").is_empty()
    assert (
        pl.read_parquet(practice / "records" / "0001-canonical" / "infusions-0000.parquet").height
        == 1
    )


def test_a_practice_made_anew_at_the_same_place_takes_it_over(imported: tuple[Path, Path]) -> None:
    practice, walk = imported
    shutil.rmtree(practice)
    import_export(practice.parent / "export", "canonical", practice, walk)
    assert due(walk, date(2025, 3, 26), []).height == 1
    assert forget("MRN2", walk, [])[0] == 5


def test_a_practice_that_moved_is_found_by_its_name(imported: tuple[Path, Path]) -> None:
    practice, walk = imported
    moved = practice.rename(practice.with_name("moved"))
    assert due(walk, date(2025, 3, 26), [moved]).height == 1


def test_a_practice_that_was_deleted_is_left_out_and_can_be_dropped(
    imported: tuple[Path, Path],
) -> None:
    practice, walk = imported
    with pytest.raises(InputError, match="is there; expected one that is gone"):
        drop_practice(practice, walk)
    shutil.rmtree(practice)
    missing: list[Path] = []
    assert due(walk, date(2025, 4, 8), [], missing.append).is_empty()
    assert missing == [practice]
    with pytest.raises(InputError, match=r"expected --practice FOLDER .* or --gone"):
        forget("MRN2", walk, [])
    drop_practice(practice, walk)
    assert not list((walk / "held").rglob("*.parquet"))
    assert forget("MRN2", walk, []) == (0, [])


def test_a_practice_whose_batches_were_taken_back_has_nobody_due(
    imported: tuple[Path, Path],
) -> None:
    practice, walk = imported
    batches.undo(practice, 1)
    assert due(walk, date(2025, 4, 8), []).is_empty()


def test_an_unknown_patient_can_not_be_forgotten(imported: tuple[Path, Path]) -> None:
    with pytest.raises(InputError, match="this crosswalk knows no such patient"):
        forget("MRN3", imported[1], [])


def test_a_crosswalk_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is none; an import with --crosswalk makes it"):
        due(tmp_path / "nowhere", FIRST, [])
