"""Two builds compared: the one that was current, and the one that is about to be."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date

import duckdb
import polars as pl

from pipelines.definitions import InputError
from pipelines.restatement.changes import CHANGES, PUBLISHED, changes, published
from pipelines.restatement.recounting import Config, Connection, counted, headline, kept_records
from pipelines.restatement.rules import differing, fingerprints
from pipelines.tables.order import SqlTable

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
Opening = Callable[[], AbstractContextManager[Connection]]


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
                tables = _compared(before, after, definitions, rules, steps, config)
        except InputError:
            tables = _nothing(why_not="unreadable")
    return tables | {"counting_rules": rules}


def _compared(
    before: Connection,
    after: Connection,
    definitions: Mapping[str, pl.DataFrame],
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
        old = headline(before)
        changed = differing(before.table("build.counting_rules").pl(), rules)
        by_new_rules = _recounted(before, definitions, steps, config) if changed else old
    except duckdb.Error:
        return _nothing(identity, "other_version")
    new = headline(after)
    if not set(old["patient_key"]) & set(new["patient_key"]) and old.height:
        return _nothing(identity, "other_keys", changed)
    through = before.sql("select data_through from build.info").fetchall()[0][0]
    return _nothing(identity, None, changed) | {
        "published": published(old),
        "restatements": _steps(old, by_new_rules, new, through),
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
    old: pl.DataFrame, by_new_rules: pl.DataFrame, new: pl.DataFrame, through: date | None
) -> pl.DataFrame:
    by_rules = changes(old, by_new_rules, through, "definitions_changed")
    return pl.concat([by_rules, changes(by_new_rules, new, through)])


def _recounted(
    before: Connection,
    definitions: Mapping[str, pl.DataFrame],
    steps: Sequence[SqlTable],
    config: Config,
) -> pl.DataFrame:
    with counted(kept_records(before, steps), definitions, steps, config) as connection:
        return headline(connection)
