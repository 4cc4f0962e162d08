"""Courses by steps of grouping: all headline conditions, then by one column more at each step."""

from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from pipelines.definitions import Definitions
from pipelines.estimates.result import Question

Key = Mapping[str, object]


def levels(
    courses: pl.DataFrame, question: Question, definitions: Definitions
) -> list[tuple[list[str], pl.DataFrame]]:
    """Return for each step the columns of its grouping and the courses that it counts.

    Without `category` among the columns only headline conditions are counted.
    """
    together = courses.filter(pl.col("category").is_in(definitions.headline))
    steps = [list(question.by[:depth]) for depth in range(len(question.by) + 1)]
    return [(by, courses if "category" in by else together) for by in steps]


def groups(rows: pl.DataFrame, by: Sequence[str]) -> Iterator[tuple[Key, pl.DataFrame]]:
    """Yield each group in order, as its values and its rows; without columns all rows, even none."""
    if not by:
        yield {}, rows
        return
    ordered = rows.sort(by, nulls_last=False, maintain_order=True)
    for values, group in ordered.group_by(by, maintain_order=True):
        yield dict(zip(by, values, strict=True)), group


def keyed(frame: pl.DataFrame, key: Key, rows: pl.DataFrame) -> pl.DataFrame:
    """Return a group's frame with the group's values, typed as in `rows`, before its columns."""
    values = [pl.lit(value, rows.schema[name]).alias(name) for name, value in key.items()]
    return frame.select(*values, pl.all())


def counts(
    rows: pl.DataFrame, by: Sequence[str], column: str, codes: Sequence[str]
) -> pl.DataFrame:
    """Return one row per group with the number of rows of each code; all rows without columns."""
    each = [(pl.col(column) == code).sum().cast(pl.Int64).alias(code) for code in codes]
    if not by:
        return rows.select(each)
    return rows.group_by(by).agg(each).sort(by, nulls_last=False)
