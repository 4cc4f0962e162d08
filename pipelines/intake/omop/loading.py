"""Tables of an export brought into the working database: wanted columns and rows, numbered."""

from collections.abc import Sequence
from pathlib import Path

import duckdb
import polars as pl
from duckdb import ColumnExpression, ConstantExpression, Expression, SQLExpression

from pipelines.definitions import InputError
from pipelines.definitions.errors import listed
from pipelines.intake.omop.cdm import CdmTable
from pipelines.intake.omop.csv_files import NUMBER, Rows, count_rows, csv_file, read_rows
from pipelines.intake.omop.places import Place
from pipelines.intake.scratch import Scratch

BROKEN = "row_cannot_be_read"
RENUMBER = Path(__file__).parent / "sql" / "renumber.sql"
NOTHING: Expression = ConstantExpression(None).cast("VARCHAR")


def load_table(scratch: Scratch, table: CdmTable, place: Place) -> None:
    """Fill `omop.<table>` and count its unit; rows not kept and broken ones are accounted for.

    `source_row` counts from 1 without the header, over all parts of a table in the order of their
    names. Raises InputError for a file that can't be read or lacks a required column.
    """
    if place.csv:
        rows_in, good = _load_csv(scratch, table, place)
    else:
        rows_in = good = _load_typed(scratch, table, place)
    scratch.count_unit(place.unit, rows_in)
    kept = 0 if table.context else scratch.count(f"omop.{table.name}")
    scratch.leave_out(place.unit, table.why_not, good - kept)


def count_table(scratch: Scratch, place: Place) -> None:
    """Count the rows of a table that is not used; rows that can't be read count too."""
    rows = 0
    if place.csv:
        for path in place.files:
            if path.stat().st_size:
                file = csv_file(path, place.label, scratch.folder)
                found = read_rows(scratch.connection, file, scratch.folder, lambda _: None)
                rows += found.good + len(found.broken)
    else:
        rows = count_rows(_typed(scratch, place))
    scratch.count_unit(place.unit, rows)
    scratch.leave_out(place.unit, "table not used", rows)


def _load_csv(scratch: Scratch, table: CdmTable, place: Place) -> tuple[int, int]:
    """Return how many rows the files of a table have, and how many of them are good."""
    rows_in = good = last = 0
    for path in place.files:
        file = csv_file(path, place.label, scratch.folder)
        columns = _columns(table, place, file.columns, [f"c{n}" for n in range(len(file.columns))])

        def use(rows: duckdb.DuckDBPyRelation, columns: dict[str, str] = columns) -> None:
            scratch.connection.execute("drop table if exists omop.incoming")
            _wanted(scratch, table, rows, columns).create("omop.incoming")

        found = read_rows(scratch.connection, file, scratch.folder, use)
        if file.path != path:
            file.path.unlink()
        _add_numbered(scratch, table, place, found, last)
        rows_in, good = rows_in + found.good + len(found.broken), good + found.good
        last = max(rows_in, last + max(found.broken, default=0))
    return rows_in, good


def _add_numbered(scratch: Scratch, table: CdmTable, place: Place, found: Rows, last: int) -> None:
    """Add the incoming rows under their numbers in the table, and the broken ones to the refused."""
    incoming = scratch.connection.table("omop.incoming")
    if found.broken and not found.numbered:
        incoming = _renumbered(scratch, found.broken)
    number = (ColumnExpression("source_row") + ConstantExpression(last)).alias("source_row")
    incoming.select(*table.columns, "concept", number).insert_into(f"omop.{table.name}")
    refused = pl.DataFrame({"number": found.broken}, schema={"number": pl.Int64})
    item = ColumnExpression("number") + ConstantExpression(last)
    scratch.connection.from_arrow(refused.to_arrow()).select(
        ConstantExpression(place.unit), item, ConstantExpression(table.name), item, NOTHING,
        ConstantExpression(BROKEN),
    ).insert_into("mapped.refused")  # fmt: skip


def _renumbered(scratch: Scratch, broken: list[int]) -> duckdb.DuckDBPyRelation:
    """Return the incoming rows numbered as in the file, not as among the good rows.

    The i-th broken row has i - 1 broken ones before it, so as many good rows lie before it as its
    number less i. A good row's number is its number among the good, plus the broken rows that have
    fewer good ones before them.
    """
    before = {number - place: place for place, number in enumerate(broken, start=1)}
    shifts = pl.DataFrame(
        {"good_before": list(before), "shift": list(before.values())},
        schema={"good_before": pl.Int64, "shift": pl.Int64},
    )
    scratch.connection.execute("drop table if exists omop.shifts")
    scratch.store("omop.shifts", shifts)
    scratch.run(RENUMBER)
    return scratch.connection.table("omop.numbered")


def _load_typed(scratch: Scratch, table: CdmTable, place: Place) -> int:
    """Return how many rows a table of Parquet files or of a database has."""
    rows = _typed(scratch, place)
    columns = _columns(table, place, rows.columns, rows.columns)
    try:
        numbered = rows.select(
            *[ColumnExpression(column) for column in columns.values()], SQLExpression(NUMBER)
        )
        _wanted(scratch, table, numbered, columns).insert_into(f"omop.{table.name}")
        return count_rows(rows)
    except duckdb.Error:
        raise InputError(f"{place.label}: it can't be read") from None


def _typed(scratch: Scratch, place: Place) -> duckdb.DuckDBPyRelation:
    if place.attached:
        return scratch.connection.table(place.attached)
    try:
        return scratch.connection.read_parquet(
            [str(path) for path in place.files], union_by_name=True
        )
    except duckdb.Error:
        raise InputError(f"{place.label}: it can't be read as a Parquet file") from None


def _columns(
    table: CdmTable, place: Place, written: Sequence[str], names: Sequence[str]
) -> dict[str, str]:
    """Return the name in the relation of each wanted column, found in any case of letters.

    Messages hold no header of the export: what should be one may be a row of a patient.
    """
    lower = [name.lower() for name in written]
    repeated = [column for column in table.columns if lower.count(column) > 1]
    if repeated:
        raise InputError(f"{place.label}: it has column '{repeated[0]}' more than once")
    missing = [column for column in table.required if column not in lower]
    if missing:
        raise InputError(*[
            f"{place.label}: no column '{column}' among its {len(lower)};"
            f" needed are {listed(table.required)}"
            for column in missing
        ])  # fmt: skip
    return {name: names[lower.index(name)] for name in table.columns if name in lower}


def _wanted(
    scratch: Scratch, table: CdmTable, rows: duckdb.DuckDBPyRelation, columns: dict[str, str]
) -> duckdb.DuckDBPyRelation:
    """Return the wanted columns as text, the concept as a number, and only rows to be kept."""
    cells = [
        (ColumnExpression(columns[name]).cast("VARCHAR") if name in columns else NOTHING).alias(
            name
        )
        for name in table.columns
    ]
    text = rows.select(*cells, ColumnExpression("source_row"))
    concept = SQLExpression(f"try_cast({table.concept} as bigint)") if table.concept else NOTHING
    wanted = text.select(
        *table.columns, concept.cast("BIGINT").alias("concept"), ColumnExpression("source_row")
    )
    if not table.kept_in:
        return wanted
    return wanted.join(scratch.connection.table(table.kept_in), "concept", "semi")
