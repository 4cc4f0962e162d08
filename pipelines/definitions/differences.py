"""Where two sets of definitions differ, cell by cell."""

from collections.abc import Mapping

import polars as pl

from pipelines.definitions.catalog import TABLES
from pipelines.definitions.schema import Table

DIFFERENCES = pl.Schema(
    {
        "file": pl.String(), "key": pl.String(), "column": pl.String(),
        "before": pl.String(), "after": pl.String(),
    }
)  # fmt: skip


def differences(
    before: Mapping[str, pl.DataFrame], after: Mapping[str, pl.DataFrame]
) -> pl.DataFrame:
    """Return one row per cell that differs: file, key, column, before, after, as text.

    A row that only one of them has stands with each of its cells, null on the other side, and
    with `there` in a column `row`; the source of a row is not compared.
    """
    found = [_of_table(table, before[table.name], after[table.name]) for table in TABLES]
    return pl.concat([pl.DataFrame(schema=DIFFERENCES), *found])


def _of_table(table: Table, before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    both = _cells(table, before, "before").join(
        _cells(table, after, "after"), on=["key", "column"], how="full", coalesce=True
    )
    return (
        both.filter(pl.col("before").ne_missing(pl.col("after")))
        .with_columns(file=pl.lit(f"{table.name}.csv"))
        .select(DIFFERENCES.names())
        .sort("key", "column")
    )


def _cells(table: Table, frame: pl.DataFrame, side: str) -> pl.DataFrame:
    key = pl.concat_str(
        [pl.col(name).cast(pl.String).fill_null("") for name in table.key], separator=" / "
    ).str.strip_suffix(" / ")
    others = [name for name in table.names if name not in (*table.key, "source")]
    written = frame.select(
        key.alias("key"), pl.lit("there").alias("row"), pl.col(others).cast(pl.String)
    )
    cells = written.unpivot(index="key", variable_name="column", value_name=side)
    return cells.filter(pl.col(side).is_not_null())
