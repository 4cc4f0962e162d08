"""Definitions and the records in force as tables: definitions.* and records.*."""

from datetime import UTC, date, datetime
from functools import reduce
from pathlib import Path

import duckdb
import polars as pl

from pipelines.definitions import Definitions
from pipelines.definitions.catalog import TABLES as DEFINITION_TABLES
from pipelines.definitions.loading import OVERRIDES
from pipelines.definitions.schema import Table
from pipelines.intake import contract
from pipelines.intake.batches import Manifest

QUARANTINE = {
    "table": "table_name", "file": "file", "source_row": "source_row", "column": "column_name",
    "rule": "rule",
}  # fmt: skip


def load_definitions(connection: duckdb.DuckDBPyConnection, definitions: Definitions) -> None:
    """Make definitions.* of the definitions."""
    connection.execute("create schema definitions")
    for table in DEFINITION_TABLES:
        store(connection, f"definitions.{table.name}", definitions[table.name])
    store(connection, "definitions.overrides", definitions.overrides.cast(OVERRIDES))


def store(connection: duckdb.DuckDBPyConnection, name: str, frame: pl.DataFrame) -> None:
    """Make a table of a frame."""
    connection.from_arrow(frame.to_arrow()).create(name)


def load_records(
    connection: duckdb.DuckDBPyConnection, practice: Path, found: list[Manifest]
) -> None:
    """Make records.* of the batches in force; a table that no batch holds is empty."""
    connection.execute("create schema records")
    for table in contract.TABLES:
        parts = [
            part for batch in found if (part := _part(connection, practice, found, batch, table))
        ]
        if parts:
            together = reduce(lambda one, other: one.union(other), parts)
            connection.execute("use records")
            together.create_view(table.name)
            connection.execute("use main")
        else:
            empty = table.empty().with_columns(batch=pl.lit(None, pl.Int32))
            store(connection, f"records.{table.name}", empty)
    store(connection, "records.calendar", calendar_of(practice, found))
    store(connection, "records.batches", _batches(found))
    store(connection, "records.accounts", _accounts(found))
    _load_quarantine(connection, practice, found)


def _part(
    connection: duckdb.DuckDBPyConnection,
    practice: Path,
    found: list[Manifest],
    batch: Manifest,
    table: Table,
) -> duckdb.DuckDBPyRelation | None:
    """Return one batch's rows of a table with the batch's number, or None if it has none.

    Visits that a later batch of the same source holds again, and what hangs on them, are its.
    """
    files = _files(practice, batch, table.name)
    if not files:
        return None
    rows = connection.read_parquet(files)
    if "visit_key" in table.names:
        for later in found:
            visits = _files(practice, later, "visits")
            if later.source == batch.source and later.batch > batch.batch and visits:
                again = connection.read_parquet(visits).select("visit_key")
                rows = rows.join(again, "visit_key", how="anti")
    number = duckdb.ConstantExpression(batch.batch).cast("INTEGER").alias("batch")
    return rows.select(*[duckdb.ColumnExpression(name) for name in table.names], number)


def _files(practice: Path, batch: Manifest, table: str) -> list[str]:
    folder = practice / "records" / batch.folder
    return [str(file.resolve()) for file in sorted(folder.glob(f"{table}-*.parquet"))]


def _load_quarantine(
    connection: duckdb.DuckDBPyConnection, practice: Path, found: list[Manifest]
) -> None:
    """Make records.quarantine: batch, table_name, file, source_row, column_name, rule, as text."""
    files = [(batch, practice / "quarantine" / f"{batch.folder}.csv") for batch in found]
    parts = [
        connection.read_csv(str(file.resolve()), header=True, all_varchar=True).select(
            duckdb.ConstantExpression(batch.batch).alias("batch"),
            *[duckdb.ColumnExpression(old).alias(new) for old, new in QUARANTINE.items()],
        )
        for batch, file in files
        if file.is_file() and file.stat().st_size
    ]
    if not parts:
        schema = {"batch": pl.Int64} | dict.fromkeys(QUARANTINE.values(), pl.String)
        store(connection, "records.quarantine", pl.DataFrame(schema=schema))
        return
    reduce(lambda one, other: one.union(other), parts).create("records.quarantine")


def _accounts(found: list[Manifest]) -> pl.DataFrame:
    """Return what became of each unit of the batches in force: accepted and quarantined things."""
    rows = [(b.batch, a.unit, a.accepted, a.quarantined) for b in found for a in b.accounts]
    schema = {"batch": pl.Int64, "unit": pl.String, "accepted": pl.Int64, "quarantined": pl.Int64}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _batches(found: list[Manifest]) -> pl.DataFrame:
    """Return the batches in force, with the last day of each and the day of this build."""
    rows = [
        (b.batch, b.source, date.fromisoformat(b.data_through) if b.data_through else None)
        for b in found
    ]
    schema = {"batch": pl.Int64, "source": pl.String, "data_through": pl.Date}
    return pl.DataFrame(rows, schema=schema, orient="row").with_columns(
        built_on=pl.lit(datetime.now(UTC).date())
    )


def calendar_of(practice: Path, found: list[Manifest]) -> pl.DataFrame:
    """Return one row: the calendar of the batches in force, how it was slid, its days.

    data_from is the first day of the sources that tell of infusions, data_through the last day of
    those that tell of scores: nobody is without an outcome because a source of visits goes further.
    """
    firsts = [b.data_from for b in telling(practice, found, "infusions") if b.data_from]
    lasts = [b.data_through for b in telling(practice, found, "scores") if b.data_through]
    row = {
        "calendar": found[0].calendar,
        "slide": found[0].slide,
        "data_from": date.fromisoformat(min(firsts)) if firsts else None,
        "data_through": date.fromisoformat(max(lasts)) if lasts else None,
    }
    schema = {
        "calendar": pl.String, "slide": pl.String, "data_from": pl.Date, "data_through": pl.Date,
    }  # fmt: skip
    return pl.DataFrame([row], schema=schema)


def telling(practice: Path, found: list[Manifest], table: str) -> list[Manifest]:
    """Return the batches of the sources that hold rows of a table; all, where none does."""
    sources = {batch.source for batch in found if _files(practice, batch, table)}
    return [batch for batch in found if batch.source in sources] or found
