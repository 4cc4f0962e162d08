"""The records of one build counted by given definitions, in memory, without a new build."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from functools import partial

import duckdb
import polars as pl

from pipelines.restatement.rules import needed
from pipelines.tables.order import FOLDER, SqlTable

Connection = duckdb.DuckDBPyConnection
Config = dict[str, str | bool | int | float | list[str]]
Load = Callable[[Connection], None]


@contextmanager
def counted(
    load: Load, definitions: Mapping[str, pl.DataFrame], steps: Sequence[SqlTable], config: Config
) -> Iterator[Connection]:
    """Give a database in memory with marts.response_courses and all that it is counted from.

    `load` brings in the records: as records.*, or as the staging.* that a build keeps of them; see
    `kept_records`. What it does not bring in is made by the SQL of `steps`. Nothing is written.
    """
    counting = needed(steps)
    parents = {name for table in counting for name in table.parents}
    with closing(duckdb.connect(config=config)) as connection:
        for schema in ("definitions", "staging", "core", "marts"):
            connection.execute(f"create schema {schema}")
        for name, frame in definitions.items():
            if f"definitions.{name}" in parents:
                connection.from_arrow(frame.to_arrow()).create(f"definitions.{name}")
        load(connection)
        there = _tables(connection)
        for table in counting:
            if table.name not in there:
                connection.execute(f"create table {table.name} as {table.sql}")
        yield connection


def kept_records(build: Connection, steps: Sequence[SqlTable]) -> Load:
    """Return what brings in the records as a build keeps them: its staging tables."""
    names = [table.name for table in needed(steps) if table.name.startswith("staging.")]
    return partial(_copied, build, names)


def _copied(build: Connection, names: Sequence[str], connection: Connection) -> None:
    for name in names:
        connection.from_arrow(build.table(name).pl().to_arrow()).create(name)


def _tables(connection: Connection) -> set[str]:
    sql = "select table_schema || '.' || table_name from information_schema.tables"
    return {str(name) for (name,) in connection.sql(sql).fetchall()}


def headline(connection: Connection) -> pl.DataFrame:
    """Return what the headline says of each course that was counted: rows of headline_courses.sql."""
    sql = (FOLDER / "restatement" / "headline_courses.sql").read_text("utf8")
    frame: pl.DataFrame = connection.sql(sql).pl()
    return frame
