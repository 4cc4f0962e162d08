"""CSV files of declared tables: read as text, held against their columns, typed."""

from pathlib import Path

import polars as pl

from pipelines.definitions.errors import did_you_mean, listed
from pipelines.definitions.schema import Column, Table, parsed, trouble


def read_text(
    path: Path, table: Table, place: str, extra: tuple[str, ...] = (), *, whole: bool = True
) -> tuple[pl.DataFrame, list[str]]:
    """Return one file as text with columns `place` and `row`, and what is wrong with it.

    `extra` are columns that may stand in it besides. A file that is not `whole` may lack columns
    that need no value.
    """
    try:
        frame = pl.read_csv(path, infer_schema=False, encoding="utf8")
    except (pl.exceptions.PolarsError, OSError, UnicodeDecodeError):
        empty = pl.DataFrame(
            schema=dict.fromkeys([*table.names, *extra, "place", "row"], pl.String)
        )
        return empty, [f"{place}: it can't be read as a CSV file in UTF-8 with one header line"]
    problems = _wrong_header(frame.columns, table, place, extra, whole)
    missing = [name for name in (*table.names, *extra) if name not in frame.columns]
    frame = frame.with_columns([pl.lit(None, pl.String).alias(name) for name in missing])
    frame = frame.select(pl.col(*table.names, *extra).str.strip_chars().replace("", None))
    frame = frame.with_columns(
        pl.lit(place).alias("place"), pl.int_range(1, pl.len() + 1).cast(pl.String).alias("row")
    )
    if not problems:
        problems = _wrong_cells(frame, table, place) + _repeated_keys(frame, table, place)
    return frame, problems


def _wrong_header(
    found: list[str], table: Table, place: str, extra: tuple[str, ...], whole: bool
) -> list[str]:
    allowed = [*table.names, *extra]
    unknown = [
        f"{place}: column '{name}' is not known{did_you_mean(name, allowed)}; expected {listed(allowed, 30)}"
        for name in found
        if name not in allowed
    ]
    needed = [column.name for column in table.columns if whole or column.required]
    missing = [name for name in needed if name not in found]
    return unknown + ([f"{place}: column {listed(missing)} is missing"] if missing else [])


def _wrong_cells(frame: pl.DataFrame, table: Table, place: str) -> list[str]:
    removed = pl.col("active") == "no" if "active" in frame.columns else pl.lit(False)
    problems = []
    for column in table.columns:
        text = pl.col(column.name)
        rule = trouble(column, text, parsed(column, text))
        broken = frame.filter(~removed.fill_null(False)).filter(rule.is_not_null())
        for row, value in broken.select("row", column.name).iter_rows():
            problems.append(_cell(place, row, column, value))
    return problems


def _cell(place: str, row: str, column: Column, value: str | None) -> str:
    found = "is empty" if value is None else f"is {value}"
    close = did_you_mean(value, column.one_of) if value and column.one_of else ""
    return f"{place}, row {row}: {column.name} {found}; expected {column.allowed}{close}"


def _repeated_keys(frame: pl.DataFrame, table: Table, place: str) -> list[str]:
    keys = frame.select("row", key=row_key(table, frame))
    repeated = keys.filter(pl.col("key").is_duplicated() & ~pl.col("key").is_first_distinct())
    return [
        f"{place}, row {row}: {' + '.join(table.key)} is {key}, which an earlier row has; expected each once"
        for row, key in repeated.iter_rows()
    ]


def row_key(table: Table, frame: pl.DataFrame) -> pl.Series:
    """Return the key of each row as one text."""
    cells = pl.concat_str([pl.col(name).fill_null("") for name in table.key], separator=" / ")
    return frame.select(cells.str.strip_suffix(" / ").alias("key")).to_series()


def typed(table: Table, text: pl.DataFrame) -> pl.DataFrame:
    """Return checked text as the declared types."""
    return text.select(
        parsed(column, pl.col(column.name)).alias(column.name) for column in table.columns
    )
