"""Which rows that --since leaves out stand in earlier batches of their source, and which in none."""

from pathlib import Path

import duckdb
from duckdb import SQLExpression

from pipelines.definitions.schema import Table
from pipelines.intake import batches
from pipelines.intake.expressions import Expression, call, cell, coalesce, constant
from pipelines.intake.scratch import Scratch

EARLIER = "in earlier batches already"
NOT_TAKEN = "new or changed, but before --since or of days in earlier batches"
KEYS = {"patient_key": "patient_place", "visit_key": "visit"}


def tell_apart(
    scratch: Scratch, table: Table, rows: duckdb.DuckDBPyRelation, practice: Path, source: str
) -> duckdb.DuckDBPyRelation:
    """Return unit, item and fate of the rows; EARLIER is NOT_TAKEN where no earlier batch has the row.

    A row is had where all of its columns are equal: what was changed later is not.
    """
    early = rows.filter(cell("fate") == fate_code(EARLIER))
    others = rows.filter(cell("fate") != fate_code(EARLIER)).select("unit, item, fate")
    signed = early.select(cell("unit"), cell("item"), _sign(table, KEYS))
    known = _known(scratch, table, practice, source)
    if known is None:
        return others.union(signed.select(*_place(), fate_code(NOT_TAKEN).alias("fate")))
    there = signed.join(known, "sign", how="semi").select(
        *_place(), fate_code(EARLIER).alias("fate")
    )
    late = signed.join(known, "sign", how="anti").select(
        *_place(), fate_code(NOT_TAKEN).alias("fate")
    )
    return others.union(there).union(late)


def _known(
    scratch: Scratch, table: Table, practice: Path, source: str
) -> duckdb.DuckDBPyRelation | None:
    """Return the signs of the records that batches in force of a source hold; None without any."""
    files = [
        str(file)
        for batch in batches.in_force(practice)
        if batch.source == source
        for file in (practice / "records" / batch.folder).glob(f"{table.name}-*.parquet")
    ]
    if not files:
        return None
    records = scratch.connection.read_parquet(files)
    if "patient_key" in table.names:
        people = scratch.connection.table("door.keys").select("key as patient_key, place")
        records = records.join(people, "patient_key")
    if "visit_key" in table.names:
        visits = scratch.connection.table("door.visit_keys").select("key as visit_key, visit")
        records = records.join(visits, "visit_key")
    return records.select(_sign(table, {"patient_key": "place", "visit_key": "visit"}))


def _sign(table: Table, keys: dict[str, str]) -> Expression:
    """Return a text that two rows have alike where all columns are equal."""
    cells = [cell(keys.get(name, name)).cast("varchar") for name in table.names]
    return call(
        "concat_ws", constant("\x1f"), *[coalesce(text, constant("")) for text in cells]
    ).alias("sign")


def _place() -> list[Expression]:
    return [cell("unit"), cell("item")]


def fate_code(fate: str) -> Expression:
    """Return a fate as a code: a byte a row."""
    return SQLExpression(f"cast('{fate}' as code_fate)")
