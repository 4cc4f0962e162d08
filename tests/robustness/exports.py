"""A small practice as an export in three formats, and how many records a damaged one still holds."""

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from functools import cache
from pathlib import Path

import polars as pl

from pipelines.intake import contract
from tests.formats.canonical import write_canonical
from tests.formats.fhir import write_fhir
from tests.formats.handmade import birth_dates, handmade
from tests.formats.omop import write_omop
from tests.formats.truth import Truth

SHIFTS = {"h1": 0, "h2": -700, "h3": 260, "h4": 500, "h5": -300}
FIRST_NUMBERS = {"patient_key": 7_710_001, "visit_key": 8_800_001, "clinic_key": 5_500_001}
LAST_NAMES = ["Quillfeather", "Brzezinski", "Okonkwo", "Vandersteen", "Featherstonehaugh"]
BLANK = " \t\r\n\u00a0"
LONGEST = 20_000_000


def write_anonymized(folder: Path, truth: Truth) -> None:
    """Write the canonical tables as they are, with age bands, into a new folder."""
    folder.mkdir()
    for name, frame in truth.tables.items():
        frame.write_csv(folder / f"{name}.csv")


WRITERS: dict[str, Callable[[Path, Truth], None]] = {
    "canonical": write_canonical,
    "anonymized": write_anonymized,
    "fhir": write_fhir,
    "omop": write_omop,
}


@cache
def small_practice() -> Truth:
    """Return five patients over three years; all of them have birth dates and names."""
    tables = {name: _shifted(frame) for name, frame in handmade().items()}
    numbers = {name: _numbers(tables, name) for name in FIRST_NUMBERS}
    born = birth_dates().with_columns(pl.col("birth_date").fill_null(pl.date(1971, 5, 17)))
    people = _numbered(born, numbers).with_columns(
        first=pl.lit("Orlaith"),
        last=pl.Series(LAST_NAMES),
        mrn=pl.format("MRN-{}", 880_001 + pl.int_range(pl.len())),
        phone=pl.lit("303-555-0147"),
    )
    return Truth({name: _numbered(frame, numbers) for name, frame in tables.items()}, people)


def _shifted(frame: pl.DataFrame) -> pl.DataFrame:
    """Return rows with their days moved, by patient."""
    days = [name for name, kind in frame.schema.items() if kind == pl.Date]
    if not days:
        return frame
    shift = pl.col("patient_key").replace_strict(
        {key: timedelta(days=days) for key, days in SHIFTS.items()}, return_dtype=pl.Duration
    )
    return frame.with_columns(pl.col(days) + shift)


def _numbers(tables: dict[str, pl.DataFrame], key: str) -> dict[str, str]:
    table = "patients" if key == "patient_key" else "visits"
    names = tables[table][key].unique().sort()
    return {name: str(number) for number, name in enumerate(names, FIRST_NUMBERS[key])}


def _numbered(frame: pl.DataFrame, numbers: dict[str, dict[str, str]]) -> pl.DataFrame:
    return frame.with_columns(
        pl.col(key).replace_strict(known, return_dtype=pl.String)
        for key, known in numbers.items()
        if key in frame.columns
    )


@cache
def identifying() -> frozenset[str]:
    """Return what no message and no quarantine may hold: keys, names, numbers, days."""
    truth = small_practice()
    days = {
        str(day)
        for frame in [truth.people, *truth.tables.values()]
        for name, kind in frame.schema.items()
        if kind == pl.Date
        for day in frame[name]
    }
    keys = {*truth["patients"]["patient_key"], *truth["visits"]["visit_key"]}
    told = {*truth.people["last"], *truth.people["mrn"], *truth.people["phone"], "Orlaith"}
    return frozenset(days | keys | told)


def csv_records(content: bytes, *, blank_ones: bool) -> int | None:
    """Return how many records a CSV file holds; None where that is a matter of opinion.

    A matter of opinion are records in another encoding than UTF-8, with NUL, with a quote that
    never closes or goes on after it, of a file that is no longer divided by commas, and blank
    lines where there is but one column.
    `blank_ones`: a record counts although all cells of the canonical columns are blank.
    """
    try:
        rows = _rows(content.decode("utf-8-sig"))
    except (UnicodeDecodeError, csv.Error):
        return None
    if not rows or not rows[0] or b"\0" in content or _divided_otherwise(rows[0]):
        return None
    if len(rows[0]) == 1 and [] in rows:
        return None
    header, records = rows[0], [row for row in rows[1:] if row]
    wanted = [place for place, name in enumerate(header) if name.strip() in _canonical()]
    return sum(
        blank_ones
        or len(row) != len(header)
        or any(row[place].strip(BLANK) for place in wanted)
        for row in records
    )  # fmt: skip


def _rows(text: str) -> list[list[str]]:
    csv.field_size_limit(LONGEST)
    return list(csv.reader(io.StringIO(text, newline=""), strict=True))


def _divided_otherwise(header: list[str]) -> bool:
    return any(mark in name for name in header for mark in "\t;|")


@cache
def _canonical() -> frozenset[str]:
    return frozenset(name for table in contract.TABLES for name in table.names)


def ndjson_records(content: bytes) -> int | None:
    """Return how many resources an NDJSON file holds: its lines that are not blank.

    None for Bundles, which hold more, for several documents in a line, and for lone carriage
    returns, which may or may not end a line.
    """
    if b"Bundle" in content or b"}{" in content or b"\r" in content.replace(b"\r\n", b""):
        return None
    return sum(bool(line.strip()) for line in content.split(b"\n"))
