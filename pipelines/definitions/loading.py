"""Definition files read, overridden by a practice's own, and checked."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import polars as pl

from pipelines.definitions.catalog import SETTINGS, TABLES
from pipelines.definitions.checked_csv import read_text, row_key, typed
from pipelines.definitions.consistency import inconsistencies
from pipelines.definitions.errors import InputError, did_you_mean, listed
from pipelines.definitions.schema import Table

SHIPPED = Path(__file__).parent
OVERRIDE_COLUMNS = ("new", "active")
OVERRIDES = pl.Schema(
    {"file": pl.String, "key": pl.String, "action": pl.String, "source": pl.String}
)


@dataclass(frozen=True)
class Definitions:
    """What is meant: one checked frame per definition file, and what a practice overrode.

    `overrides` has one row per overridden row: file, key, action {replaced, removed, added}, source.
    """

    tables: Mapping[str, pl.DataFrame]
    overrides: pl.DataFrame

    def __getitem__(self, name: str) -> pl.DataFrame:
        """Return the frame of one definition file."""
        return self.tables[name]

    def setting(self, name: str) -> int:
        """Return a number of settings.csv."""
        return int(self["settings"].filter(pl.col("setting") == name)["value"].item())

    def codes(self, table: str, column: str) -> list[str]:
        """Return the codes of one column, each once, in file order."""
        return self[table][column].drop_nulls().unique(maintain_order=True).to_list()

    @property
    def headline(self) -> list[str]:
        """Return the categories that count in the row of all together."""
        return self["categories"].filter("headline")["category"].to_list()

    @property
    def reasons(self) -> dict[str, str]:
        """Return why a number is not given, a sentence by its code in estimate_refusals."""
        return dict(self["estimate_refusals"].select("reason", "sentence").rows())

    def labels(self, table: str, code: str) -> dict[str, str]:
        """Return label by code for a table that has both."""
        frame = self[table]
        return dict(zip(frame[code].to_list(), frame["label"].to_list(), strict=True))


def load(practice_definitions: Path | None = None) -> Definitions:
    """Return the shipped definitions with a practice's overrides applied.

    Raises InputError with one message per wrong cell, naming file, row (data rows from 1), column,
    what was found and what is allowed.
    """
    if practice_definitions is None or not practice_definitions.is_dir():
        return _as_shipped()
    _refuse_unknown_files(practice_definitions)
    return _in_force(practice_definitions)


@lru_cache(maxsize=1)
def _as_shipped() -> Definitions:
    """Return the shipped definitions, which do not change while we run."""
    return _in_force(None)


def _in_force(folder: Path | None) -> Definitions:
    problems: list[str] = []
    frames: dict[str, pl.DataFrame] = {}
    changes: list[pl.DataFrame] = []
    for table in TABLES:
        text, changed, found = _merged(table, folder)
        problems += found
        changes.append(changed)
        frames[table.name] = text
    if problems:
        raise InputError(*problems)
    in_force = {table.name: typed(table, frames[table.name]) for table in TABLES}
    problems = _broken_references(frames) + _wrong_settings(frames)
    problems = problems or inconsistencies(in_force, frames)
    if problems:
        raise InputError(*problems)
    return Definitions(in_force, pl.concat(changes))


def _merged(table: Table, folder: Path | None) -> tuple[pl.DataFrame, pl.DataFrame, list[str]]:
    """Return the rows in force as text with their place, the changes, and the problems."""
    file = f"{table.name}.csv"
    rows, problems = _shipped(table)
    none = pl.DataFrame(schema=OVERRIDES)
    if folder is None or not (folder / file).is_file() or problems:
        return rows, none, problems
    place = f"definitions/{file}"
    own, problems = read_text(folder / file, table, place, OVERRIDE_COLUMNS)
    if problems:
        return rows, none, problems
    own = own.with_columns(row_key(table, own).alias("key"))
    rows = rows.with_columns(row_key(table, rows).alias("key"))
    known = set(rows["key"].to_list())
    problems = [
        message
        for row in own.iter_rows(named=True)
        if (message := _wrong_override(table, row, place, known))
    ]
    active = own["active"].fill_null("yes") == "yes"
    changed = own.select(
        file=pl.lit(file),
        key=pl.col("key"),
        action=pl.when(pl.col("active").fill_null("yes") != "yes")
        .then(pl.lit("removed"))
        .when(pl.col("key").is_in(list(known)))
        .then(pl.lit("replaced"))
        .otherwise(pl.lit("added")),
        source=pl.col("source"),
    )
    kept = rows.join(own.select("key"), on="key", how="anti").drop("key")
    return pl.concat([kept, own.filter(active).select(kept.columns)]), changed, problems


@lru_cache(maxsize=100)
def _shipped(table: Table) -> tuple[pl.DataFrame, list[str]]:
    """Return a shipped file, which does not change while we run, and what is wrong with it."""
    file = f"{table.name}.csv"
    return read_text(SHIPPED / file, table, file)


def _wrong_override(
    table: Table, row: dict[str, str | None], place: str, known: set[str]
) -> str | None:
    key, start = str(row["key"]), f"{place}, row {row['row']}: "
    for name in OVERRIDE_COLUMNS:
        if row[name] not in (None, "yes", "no"):
            return f"{start}{name} is {row[name]}; expected yes or no"
    if row["active"] == "no" and key not in known:
        return f"{start}{' + '.join(table.key)} is {key}, which there is not to remove{did_you_mean(key, known)}"
    if key not in known and row["new"] != "yes":
        return (
            f"{start}{' + '.join(table.key)} is {key}, which Abate does not know{did_you_mean(key, known)};"
            f" expected a known one, or `yes` in column new"
        )
    if key in known and row["new"] == "yes":
        return f"{start}{' + '.join(table.key)} is {key} with new = yes, but it is known already"
    return None


def _broken_references(frames: Mapping[str, pl.DataFrame]) -> list[str]:
    problems = []
    for table in TABLES:
        for column in table.columns:
            if column.refers_to is None:
                continue
            other, name = column.refers_to
            allowed = frames[other][name].to_list()
            wrong = frames[table.name].filter(
                pl.col(column.name).is_not_null() & ~pl.col(column.name).is_in(allowed)
            )
            problems += [
                f"{place}, row {row}: {column.name} is {value}; expected {column.allowed}.csv"
                f"{did_you_mean(value, allowed)}"
                for place, row, value in wrong.select("place", "row", column.name).iter_rows()
            ]
    return problems


def _wrong_settings(frames: Mapping[str, pl.DataFrame]) -> list[str]:
    """Return which settings are not those that Abate ships: none may be missing or new."""
    settings, expected = frames["settings"], _shipped(SETTINGS)[0]["setting"].to_list()
    problems = [
        f"{place}, row {row}: setting is {name}; expected one of {listed(expected, 40)}"
        f"{did_you_mean(name, expected)}"
        for place, row, name in settings.select("place", "row", "setting").iter_rows()
        if name not in expected
    ]
    missing = [name for name in expected if name not in settings["setting"].to_list()]
    return problems + [
        f"settings.csv: setting {name} was removed; a build needs it" for name in missing
    ]


def _refuse_unknown_files(folder: Path) -> None:
    allowed = [f"{table.name}.csv" for table in TABLES]
    problems = [
        f"definitions/{path.name}: no such definition file{did_you_mean(path.name, allowed)};"
        f" expected one of {listed(allowed, 20)}"
        for path in sorted(folder.iterdir())
        if path.name not in allowed and not path.name.startswith(".")
    ]
    if problems:
        raise InputError(*problems)
