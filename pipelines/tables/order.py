"""The SQL files as tables in their order, parents first, as the SQL itself says."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import sqlglot
from sqlglot import exp

from pipelines.definitions import InputError
from pipelines.definitions.errors import did_you_mean, listed

FOLDER = Path(__file__).parent
STAGES = ("staging", "core", "marts", "quality")
GRAIN = re.compile(r"^-- One row per (?P<columns>[a-z0-9_, ]+)\.$")


@dataclass(frozen=True)
class SqlTable:
    """One table: its schema-qualified name, its select statement, its grain and its parents."""

    name: str
    sql: str
    grain: tuple[str, ...]
    parents: tuple[str, ...]


def tables(folder: Path = FOLDER) -> list[SqlTable]:
    """Return every table under `folder`/staging, core, marts and quality, each after its parents.

    Raises InputError for SQL without a grain line or that can't be parsed, for a table that there
    is not, and for a cycle.
    """
    files = [file for stage in STAGES for file in sorted((folder / stage).glob("*.sql"))]
    found = {table.name: table for table in map(_table, files)}
    problems = [
        f"{table.name}.sql: table {parent} is not known{did_you_mean(parent, found)}"
        for table in found.values()
        for parent in table.parents
        if parent.split(".")[0] in STAGES and parent not in found
    ]
    if problems:
        raise InputError(*problems)
    return [found[name] for name in _ordered(found.values())]


def _table(file: Path) -> SqlTable:
    return _parsed(f"{file.parent.name}.{file.stem}", file.read_text("utf8"))


@lru_cache(maxsize=200)
def _parsed(name: str, sql: str) -> SqlTable:
    grain = GRAIN.match(sql.splitlines()[0])
    if grain is None:
        raise InputError(f"{name}.sql: its first line is not `-- One row per COLUMNS.`")
    try:
        statement = sqlglot.parse_one(sql, dialect="duckdb")
    except sqlglot.errors.ParseError as error:
        raise InputError(f"{name}.sql: {str(error).splitlines()[0]}") from None
    columns = tuple(column.strip() for column in grain["columns"].split(","))
    return SqlTable(name, sql, columns, _parents(name, statement))


def _parents(name: str, statement: exp.Expr) -> tuple[str, ...]:
    """Return the tables that a statement reads; without a schema a name must be one of its CTEs."""
    steps = {step.alias for step in statement.find_all(exp.CTE)}
    parents = set()
    for table in statement.find_all(exp.Table):
        if table.db:
            parents.add(f"{table.db}.{table.name}")
        elif table.name not in steps:
            raise InputError(
                f"{name}.sql: table {table.name} has no schema; expected as core.courses"
            )
    return tuple(sorted(parents))


def _ordered(found: Iterable[SqlTable]) -> list[str]:
    graph = {table.name: [p for p in table.parents if p.split(".")[0] in STAGES] for table in found}
    try:
        return list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        raise InputError(f"tables need each other in a circle: {listed(error.args[1])}") from None
