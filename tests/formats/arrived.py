"""What an import brought in, under the keys of the export again, and how two imports differ."""

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipelines.intake import contract
from pipelines.intake.crosswalk import FILE
from tests.known_visits import known_visits

KEYS = {
    "patient_key": "select patient_key, source_key from patients",
    "clinic_key": "select key, source_key from clinics",
    "clinician_key": "select key, source_key from clinicians",
}
SHOWN = 3


@dataclass(frozen=True)
class Arrived:
    """The rows of an import under source keys: in records, with slid days, and held back, with true.

    `patients`: patient_key of the records, source_key, slide_days.
    """

    records: Mapping[str, pl.DataFrame]
    held: Mapping[str, pl.DataFrame]
    patients: pl.DataFrame

    def in_true_days(self) -> dict[str, pl.DataFrame]:
        """Return all rows, those of the records with their days slid back."""
        slides = self.patients.select("slide_days", patient_key="source_key")
        return {
            name: pl.concat([_slid_back(frame, slides), self.held[name]])
            for name, frame in self.records.items()
        }


def arrived(folder: str, practice: Path, crosswalk: Path) -> Arrived:
    """Return the rows of a batch under the source keys that the crosswalk gives."""
    with closing(sqlite3.connect(crosswalk / FILE)) as database:
        keys = {name: dict(database.execute(query).fetchall()) for name, query in KEYS.items()}
        visits = known_visits(crosswalk).select("visit_key", "source_key")
        keys["visit_key"] = dict(visits.iter_rows())
        patients = database.execute("select patient_key, source_key, slide_days from patients")
        known = {"patient_key": pl.String, "source_key": pl.String, "slide_days": pl.Int64}
        slides = pl.DataFrame(patients.fetchall(), schema=known, orient="row")
    (held,) = (crosswalk / "held").glob(f"*/{folder}")
    return Arrived(_tables(practice / "records" / folder, keys), _tables(held, keys), slides)


def _slid_back(frame: pl.DataFrame, slides: pl.DataFrame) -> pl.DataFrame:
    days = [name for name, kind in frame.schema.items() if kind == pl.Date]
    if not days:
        return frame
    back = pl.col(days) - pl.duration(days="slide_days")
    return frame.join(slides, on="patient_key").with_columns(back).select(frame.columns)


def _tables(folder: Path, keys: Mapping[str, Mapping[str, str]]) -> dict[str, pl.DataFrame]:
    """Return each canonical table of a folder, with no rows where it has no file."""
    found = {}
    for table in contract.TABLES:
        files = sorted(folder.glob(f"{table.name}*.parquet"))
        frame = pl.concat([table.empty(), *map(pl.read_parquet, files)])
        found[table.name] = frame.with_columns(
            _named(name, keys) for name in keys if name in frame.columns
        )
    return found


def _named(name: str, keys: Mapping[str, Mapping[str, str]]) -> pl.Expr:
    """Return the source key; of a visit only its own part, where the patient's stands before it."""
    source = pl.col(name).replace_strict(keys[name], return_dtype=pl.String)
    return source.str.split("|").list.last() if name == "visit_key" else source


def differences(
    expected: Mapping[str, pl.DataFrame],
    found: Mapping[str, pl.DataFrame],
    without: Sequence[tuple[str, str]] = (),
) -> list[str]:
    """Return in words what differs, table by table and column by column, as multisets of rows.

    `without`: table and column that are not compared.
    """
    told = []
    for name in expected:
        left = [column for table, column in without if table == name]
        told += _difference(name, expected[name].drop(left), found[name].drop(left))
    return told


def _difference(name: str, expected: pl.DataFrame, found: pl.DataFrame) -> list[str]:
    missing, extra = _beyond(expected, found), _beyond(found, expected)
    if missing.is_empty() and extra.is_empty():
        return []
    told = [f"{name}: {missing.height} rows are missing, {extra.height} are too many"]
    for column in expected.columns:
        lost = _beyond(missing.select(column), extra.select(column))[column].value_counts(sort=True)
        new = _beyond(extra.select(column), missing.select(column))[column].value_counts(sort=True)
        if not lost.is_empty() or not new.is_empty():
            told.append(f"{name}.{column}: expected {_some(lost)}; found {_some(new)}")
    return told


def _some(counts: pl.DataFrame) -> str:
    rows = [f"{value} ({count} times)" for value, count in counts.head(SHOWN).iter_rows()]
    return ", ".join(rows) + (" ..." if counts.height > SHOWN else "") if rows else "nothing else"


def _beyond(one: pl.DataFrame, other: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of one frame that the other does not have, or not so often."""
    columns, place = one.columns, pl.int_range(pl.len()).over(one.columns)
    return (
        one.with_columns(again=place)
        .join(other.with_columns(again=place), on=[*columns, "again"], how="anti", nulls_equal=True)
        .drop("again")
    )
