"""Synthea's synthetic patients come in without their names, numbers, addresses and days."""

import re
import sqlite3
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest

from pipelines.intake import batches
from tests.privacy.commands import abate
from tests.privacy.searching import behind_the_door, found_in

IDENTIFYING = ("Id", "SSN", "DRIVERS", "PASSPORT", "FIRST", "LAST", "MAIDEN", "ADDRESS", "CITY", "COUNTY",
               "LAT", "LON", "BIRTHPLACE")  # fmt: skip
DATED = {"encounters": "START", "observations": "DATE", "conditions": "START"}
KEPT = {"visits": "visit_date", "scores": "assessed_on", "diagnoses": "recorded_on"}
CODES = {"44261-6": "phq_9", "70274-6": "gad_7", "72514-3": "nrs_now"}
COMMANDS = (
    ("rates",), ("rates", "--policy", "internal", "--format", "json"), ("check", "--policy", "internal"),
    ("check", "--privacy", "--policy", "internal"), ("batches",), ("restatements",),
)  # fmt: skip


@dataclass(frozen=True)
class Synthea:
    """The export, the practice it came into, its crosswalk, and all that was printed."""

    export: Path
    practice: Path
    walk: Path
    printed: dict[str, str]

    def column(self, name: str) -> list[str]:
        """Return the values of a column of patients.csv."""
        return pl.read_csv(self.export / "patients.csv", infer_schema=False)[name].drop_nulls().to_list()  # fmt: skip

    def keys(self) -> dict[str, str]:
        """Return the source key of each patient by the random one."""
        with sqlite3.connect(self.walk / "crosswalk.sqlite") as database:
            return dict(database.execute("select patient_key, source_key from patients").fetchall())

    def slides(self) -> dict[str, int]:
        """Return by how many days each patient's days are slid, by the random key."""
        with sqlite3.connect(self.walk / "crosswalk.sqlite") as database:
            return dict(database.execute("select patient_key, slide_days from patients").fetchall())

    def rows(self, folder: Path, table: str) -> pl.DataFrame:
        """Return the rows of a table in a folder of Parquet files and those below it."""
        files = sorted(folder.rglob(f"{table}*.parquet"))
        return pl.concat([pl.read_parquet(file) for file in files])


@pytest.fixture(scope="module")
def synthea(studies: Path, tmp_path_factory: pytest.TempPathFactory) -> Synthea:
    folder = tmp_path_factory.mktemp("synthea")
    export, practice, walk = studies / "synthea_csv", folder / "practice", folder / "walk"
    code, text = abate(
        "import", str(export), "--profile", "synthea_csv", "--into", str(practice),
        "--crosswalk", str(walk),
    )  # fmt: skip
    assert code == 0, text
    printed = {"import": text, "build": abate("build", str(practice))[1]}
    for words in COMMANDS:
        code, text = abate(words[0], str(practice), *words[1:])
        assert code == 0, text
        printed[" ".join(words)] = text
    return Synthea(export, practice, walk, printed)


def test_no_value_of_an_identifying_column_is_behind_the_door_or_printed(synthea: Synthea) -> None:
    values = {value.lower() for name in IDENTIFYING for value in synthea.column(name)}
    needles = {value for value in values if len(value) >= 5}
    assert len(needles) > 250
    texts = behind_the_door(synthea.practice) | synthea.printed
    assert found_in(texts, needles) == []


def test_no_zip_code_stands_in_a_cell_of_the_records(synthea: Synthea) -> None:
    """Five digits are found in bytes and in days by chance; as a number by itself there is none."""
    cells = [
        text
        for place, text in behind_the_door(synthea.practice).items()
        if place.endswith((", decoded", ".csv", ".json")) or ", staging." in place
    ]
    codes = synthea.column("ZIP")
    assert len(cells) > 10
    assert len(codes) > 10
    told = {word for text in cells for word in re.findall(r"(?<!\d)\d{5}(?!\d)", text)}
    assert told & set(codes) == set()


def test_no_record_bears_a_true_day_of_its_patient(synthea: Synthea) -> None:
    """Only a slide of nothing leaves a day as it is.

    A slid day can be the true day of something else by chance: one visit here, slid by a week, falls
    on the day on which its patient died a week before it.
    """
    true: dict[str, set[str]] = {}
    for file, column in DATED.items():
        frame = pl.read_csv(synthea.export / f"{file}.csv", infer_schema=False)
        for patient, day in frame.select("PATIENT", pl.col(column).str.head(10)).unique().rows():
            true.setdefault(patient, set()).add(day)
    slides, keys, looked_at = synthea.slides(), synthea.keys(), 0
    for table, column in KEPT.items():
        rows = synthea.rows(synthea.practice / "records", table).select("patient_key", column)
        for patient, day in rows.unique().rows():
            own = day - timedelta(days=slides[patient])
            assert own.isoformat() in true[keys[patient]]
            assert own != day or slides[patient] == 0
            looked_at += 1
    assert looked_at > 400
    assert list(slides.values()).count(0) <= 2


def test_the_scores_arrive_and_those_that_wait_are_counted(synthea: Synthea) -> None:
    """PHQ-9 1, GAD-7 8, pain 27; of PHQ-2 15 are counted as not used."""
    shown = synthea.rows(synthea.practice / "records", "scores")
    waiting = synthea.rows(synthea.walk / "held", "scores")
    every = pl.concat([shown, waiting])
    assert dict(every.group_by("instrument").len().rows()) == {
        "phq_9": 1,
        "gad_7": 8,
        "nrs_now": 27,
    }
    (manifest,) = batches.manifests(synthea.practice)
    (scores,) = [account for account in manifest.accounts if account.unit == "scores"]
    assert scores.left_out["55758-7: not used"] == 15
    assert (scores.rows_in, scores.quarantined) == (990, 0)
    assert (scores.accepted, scores.held_back) == (shown.height, waiting.height)
    assert scores.exact
