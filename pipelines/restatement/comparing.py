"""Two builds compared: the one that was current, and the one that is about to be."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, closing
from datetime import date

import duckdb
import polars as pl

from pipelines.definitions import InputError
from pipelines.restatement.changes import CHANGES, PUBLISHED, changes, published
from pipelines.restatement.rules import differing, fingerprints, needed
from pipelines.tables.order import FOLDER, SqlTable

RESTATED_FROM = pl.Schema(
    {
        "id": pl.String(), "made_at": pl.Datetime("us", "UTC"), "why_not": pl.String(),
        "rules_changed": pl.String(),
    }
)  # fmt: skip
COMPARED: dict[str, pl.Schema] = {
    "restated_from": RESTATED_FROM,
    "published": PUBLISHED,
    "restatements": CHANGES,
}
Connection = duckdb.DuckDBPyConnection
Opening = Callable[[], AbstractContextManager[Connection]]
Config = dict[str, str | bool | int | float | list[str]]


def logged(
    opening: Opening | None,
    after: Connection,
    definitions: Mapping[str, pl.DataFrame],
    steps: Sequence[SqlTable],
    config: Config,
) -> dict[str, pl.DataFrame]:
    """Return the tables of the restatement log of a new build, and counting_rules for the next one.

    `opening` opens the build that is current, None where there is none. restated_from: that build,
    `why_not` where the two can't be compared {first_build, unreadable, other_version, other_keys},
    and the rules that differ. published: its counts by category and month. restatements: see
    `changes`.
    """
    rules = fingerprints(definitions, steps)
    tables = _nothing()
    if opening:
        try:
            with opening() as before:
                tables = _compared(before, after, rules, steps, config)
        except InputError:
            tables = _nothing(why_not="unreadable")
    return tables | {"counting_rules": rules}


def _compared(
    before: Connection,
    after: Connection,
    rules: pl.DataFrame,
    steps: Sequence[SqlTable],
    config: Config,
) -> dict[str, pl.DataFrame]:
    """Return what a new build changes.

    Where rules differ, the earlier records are counted once more by the new rules, so that what
    rules changed (reason definitions_changed) and what data changed stand apart, each in a row. A
    build that can't be read so was made by another version of Abate.
    """
    identity = before.sql("select id, made_at from build.info").pl()
    try:
        old = _headline(before)
        changed = differing(before.table("build.counting_rules").pl(), rules)
        recounted = _recounted(before, after, steps, config) if changed else old
    except duckdb.Error:
        return _nothing(identity, "other_version")
    new = _headline(after)
    if not set(old["patient_key"]) & set(new["patient_key"]) and old.height:
        return _nothing(identity, "other_keys", changed)
    through = before.sql("select data_through from build.info").fetchall()[0][0]
    return _nothing(identity, None, changed) | {
        "published": published(old),
        "restatements": _steps(old, recounted, new, through),
    }


def _nothing(
    identity: pl.DataFrame | None = None,
    why_not: str | None = "first_build",
    rules: Sequence[str] = (),
) -> dict[str, pl.DataFrame]:
    """Return the tables of a comparison that found no change, or that could not be made."""
    row = {"id": None, "made_at": None} if identity is None else identity.row(0, named=True)
    row |= {"why_not": why_not, "rules_changed": ", ".join(rules)}
    empty = {name: pl.DataFrame(schema=schema) for name, schema in COMPARED.items()}
    return empty | {"restated_from": pl.DataFrame([row], schema=RESTATED_FROM)}


def _steps(
    old: pl.DataFrame, recounted: pl.DataFrame, new: pl.DataFrame, through: date | None
) -> pl.DataFrame:
    by_rules = changes(old, recounted, through, "definitions_changed")
    return pl.concat([by_rules, changes(recounted, new, through)])


def _headline(connection: Connection) -> pl.DataFrame:
    sql = (FOLDER / "restatement" / "headline_courses.sql").read_text("utf8")
    frame: pl.DataFrame = connection.sql(sql).pl()
    return frame


def _recounted(
    before: Connection,
    after: Connection,
    steps: Sequence[SqlTable],
    config: Config,
) -> pl.DataFrame:
    """Return the headline of the earlier records by the rules of the new build."""
    counting = needed(steps)
    parents = {name for table in counting for name in table.parents}
    with closing(duckdb.connect(config=config)) as connection:
        for schema in ("definitions", "staging", "core", "marts"):
            connection.execute(f"create schema {schema}")
        for name in sorted(parents):
            source = {"definitions": after, "staging": before}.get(name.split(".")[0])
            if source:
                connection.from_arrow(source.table(name).pl().to_arrow()).create(name)
        for table in counting:
            if not table.name.startswith("staging."):
                connection.execute(f"create table {table.name} as {table.sql}")
        return _headline(connection)
