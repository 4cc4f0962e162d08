"""Whether two builds counted the headline by the same rules."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence

import polars as pl

from pipelines.tables.order import SqlTable

HEADLINE = "marts.response_courses"
SQL = "counting SQL"
WORDS = ("source", "label", "title", "means", "unit")


def needed(steps: Sequence[SqlTable]) -> list[SqlTable]:
    """Return the tables that the headline is counted from, it included, in the order of `steps`."""
    wanted = {HEADLINE}
    for table in reversed(steps):
        if table.name in wanted:
            wanted.update(table.parents)
    return [table for table in steps if table.name in wanted]


def fingerprints(
    definitions: Mapping[str, pl.DataFrame], steps: Sequence[SqlTable]
) -> pl.DataFrame:
    """Return part and fingerprint: one row per definition file that counts, and one for the SQL.

    Words on a page, comments and the order of rows change no fingerprint.
    """
    counting = needed(steps)
    parents = {name for table in counting for name in table.parents}
    files = sorted(name for name in definitions if f"definitions.{name}" in parents)
    parts = [(f"{name}.csv", _of_rows(definitions[name])) for name in files]
    parts.append((SQL, _of_text(line for table in counting for line in _statements(table))))
    return pl.DataFrame(parts, schema={"part": pl.String, "fingerprint": pl.String}, orient="row")


def differing(before: pl.DataFrame, after: pl.DataFrame) -> list[str]:
    """Return the parts whose fingerprints differ, or that only one of two builds has."""
    both = before.join(after, on="part", how="full", coalesce=True, suffix="_after")
    changed = both.filter(pl.col("fingerprint").ne_missing(pl.col("fingerprint_after")))
    return sorted(changed["part"].to_list())


def _of_rows(frame: pl.DataFrame) -> str:
    counted = frame.drop(WORDS, strict=False).cast(pl.String)
    return _of_text(sorted(str(row) for row in counted.rows()))


def _statements(table: SqlTable) -> list[str]:
    lines = table.sql.splitlines()
    return [table.name, *(line for line in lines if not line.lstrip().startswith("--"))]


def _of_text(lines: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]
