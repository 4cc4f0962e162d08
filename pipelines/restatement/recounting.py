"""The headline of one build's records counted by given definitions, without a new build."""

from collections.abc import Mapping, Sequence
from contextlib import closing

import duckdb
import polars as pl

from pipelines.restatement.rules import needed
from pipelines.tables.order import FOLDER, SqlTable

Connection = duckdb.DuckDBPyConnection
Config = dict[str, str | bool | int | float | list[str]]


def headline(connection: Connection) -> pl.DataFrame:
    """Return what the headline says of each course of a build: the rows of headline_courses.sql."""
    sql = (FOLDER / "restatement" / "headline_courses.sql").read_text("utf8")
    frame: pl.DataFrame = connection.sql(sql).pl()
    return frame


def recounted(
    records: Connection,
    definitions: Mapping[str, pl.DataFrame],
    steps: Sequence[SqlTable],
    config: Config,
) -> pl.DataFrame:
    """Return the headline of the records of a build by other definitions; nothing is written."""
    counting = needed(steps)
    parents = {name for table in counting for name in table.parents}
    with closing(duckdb.connect(config=config)) as connection:
        for schema in ("definitions", "staging", "core", "marts"):
            connection.execute(f"create schema {schema}")
        for name in sorted(parents):
            schema, _, table_name = name.partition(".")
            if schema == "definitions":
                connection.from_arrow(definitions[table_name].to_arrow()).create(name)
            elif schema == "staging":
                connection.from_arrow(records.table(name).pl().to_arrow()).create(name)
        for table in counting:
            if not table.name.startswith("staging."):
                connection.execute(f"create table {table.name} as {table.sql}")
        return headline(connection)
