"""Whether an import would count again what another source of the practice brought already."""

from itertools import groupby
from pathlib import Path

import duckdb

from pipelines.definitions import Definitions, InputError
from pipelines.definitions.errors import listed
from pipelines.intake import batches
from pipelines.intake.batches import Manifest
from pipelines.intake.expressions import cell

SAME = {
    "visits": ("patient_key", "visit_date"),
    "infusions": ("patient_key", "visit_date"),
    "scores": ("patient_key", "assessed_on", "instrument"),
    "adverse_events": ("patient_key", "visit_date", "term"),
}
"""Rows of these tables would count twice where these columns are equal."""


def refuse_brought_again(
    connection: duckdb.DuckDBPyConnection,
    draft: Path,
    practice: Path,
    source: str,
    definitions: Definitions,
) -> None:
    """Refuse a draft of records that another source in force has brought already.

    Rows are the same where patient and day are, of scores and adverse events also instrument and
    term: values may have been read in two ways. Raises InputError where they are a larger share of
    a table than setting brought_again_max_percent.
    """
    allowed = definitions.setting("brought_again_max_percent")
    found = [batch for batch in batches.in_force(practice) if batch.source != source]
    for other, its in groupby(sorted(found, key=_by_source), key=_by_source):
        chain = list(its)
        folders = [practice / "records" / batch.folder for batch in chain]
        told = []
        for table in SAME:
            same, rows = _same_rows(connection, table, draft, folders)
            if 100 * same > allowed * rows:
                told.append(f"{same:,} of {rows:,} {table.replace('_', ' ')}")
        if told:
            raise InputError(
                f"profile {source}: {listed(told)} are of patients and days that source {other} has"
                f" brought already, and would count twice; expected at most {allowed} %. Nothing was"
                f" brought in. If this is the same export, let the profile's name be {other}, so that"
                f" it replaces, or take the other back: abate batches undo {chain[0].batch} {practice};"
                " if it is of another system, leave out of one profile what the other brings"
            )


def _by_source(batch: Manifest) -> str:
    return batch.source


def _same_rows(
    connection: duckdb.DuckDBPyConnection, table: str, draft: Path, others: list[Path]
) -> tuple[int, int]:
    """Return how many rows of a draft's table other folders hold too, and how many it has."""
    own, known = _rows(connection, table, [draft]), _rows(connection, table, others)
    if own is None or known is None:
        return 0, 0
    return _count(own.join(known, ", ".join(SAME[table]), how="semi")), _count(own)


def _rows(
    connection: duckdb.DuckDBPyConnection, table: str, folders: list[Path]
) -> duckdb.DuckDBPyRelation | None:
    """Return the columns of a table by which rows are the same, of all folders; None without rows."""
    rows = _read(connection, table, folders)
    visits = _read(connection, "visits", folders)
    if rows is None or (visits is None and "visit_date" in SAME[table]):
        return None
    if visits is not None and "visit_date" in SAME[table] and table != "visits":
        rows = rows.join(visits, "visit_key")
    return rows.select(*[cell(name) for name in SAME[table]])


def _read(
    connection: duckdb.DuckDBPyConnection, table: str, folders: list[Path]
) -> duckdb.DuckDBPyRelation | None:
    files = [str(file) for folder in folders for file in folder.glob(f"{table}-*.parquet")]
    return connection.read_parquet(files) if files else None


def _count(rows: duckdb.DuckDBPyRelation) -> int:
    return int(rows.aggregate("count(*)").fetchall()[0][0])
