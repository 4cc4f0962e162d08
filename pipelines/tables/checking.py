"""What must hold of counted tables: their grain, no course lost, nothing empty without cause."""

from collections.abc import Iterator, Mapping, Sequence

import duckdb

from pipelines.definitions import InputError
from pipelines.tables.order import FOLDER, SqlTable

SPINE = (
    "core.course_infusions", "core.course_spans", "core.courses", "core.course_outcomes",
    "marts.response_courses",
)  # fmt: skip


def check(connection: duckdb.DuckDBPyConnection, steps: Sequence[SqlTable]) -> None:
    """Raise InputError where tables break their grain, lose courses, or are empty without cause.

    `steps` are the tables that are there; those that the headline is counted from are among them.
    """
    rows = {table.name: count(connection, table.name) for table in steps}
    problems = [message for table in steps for message in _broken(connection, table, rows)]
    problems += _lost_courses(connection)
    if problems:
        raise InputError(*problems)


def count(connection: duckdb.DuckDBPyConnection, name: str) -> int:
    """Return the number of rows of a table."""
    return _rows(connection.table(name))


def _broken(
    connection: duckdb.DuckDBPyConnection, table: SqlTable, rows: Mapping[str, int]
) -> Iterator[str]:
    distinct = connection.table(table.name).select(*table.grain).distinct()
    if _rows(distinct) != rows[table.name]:
        yield f"{table.name}: {rows[table.name]} rows, but {_rows(distinct)} by {', '.join(table.grain)}"
    if table.name == "core.infusions" and not rows[table.name] and rows["staging.infusions"]:
        yield (
            f"core.infusions: none of {rows['staging.infusions']} infusions counts; expected completed"
            f" visits with an agent and route of counted_treatments.csv"
        )
    if table.name in SPINE and not rows[table.name] and rows["core.infusions"]:
        yield f"{table.name}: no rows, though core.infusions has {rows['core.infusions']}"


def _lost_courses(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Return the measures and windows whose statuses do not add up to their courses."""
    lost = connection.sql((FOLDER / "checks" / "lost_courses.sql").read_text("utf8")).fetchall()
    return [
        f"core.course_outcomes: {counted} of {courses} courses of {category} for {measure} at {window}"
        for category, measure, window, courses, counted in lost
    ]


def _rows(relation: duckdb.DuckDBPyRelation) -> int:
    return int(relation.aggregate("count(*)").fetchall()[0][0])
