"""Definition files read, overridden by a practice's own, and checked."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import polars as pl

from pipelines.definitions.catalog import EXPECTED_SETTINGS, TABLES
from pipelines.definitions.consistency import inconsistencies
from pipelines.definitions.errors import InputError, did_you_mean, listed
from pipelines.definitions.schema import Column, Table, parsed, trouble

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

    def labels(self, table: str, code: str) -> dict[str, str]:
        """Return label by code for a table that has both."""
        frame = self[table]
        return dict(zip(frame[code].to_list(), frame["label"].to_list(), strict=True))


def load(practice_definitions: Path | None = None) -> Definitions:
    """Return the shipped definitions with a practice's overrides applied.

    Raises InputError with one message per wrong cell, naming file, row (data rows from 1), column,
    what was found and what is allowed.
    """
    folder = (
        practice_definitions if practice_definitions and practice_definitions.is_dir() else None
    )
    if folder:
        _refuse_unknown_files(folder)
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
    typed = {table.name: _typed(table, frames[table.name]) for table in TABLES}
    problems = _broken_references(frames) + _wrong_settings(frames)
    problems = problems or inconsistencies(typed, frames)
    if problems:
        raise InputError(*problems)
    return Definitions(typed, pl.concat(changes))


def _merged(table: Table, folder: Path | None) -> tuple[pl.DataFrame, pl.DataFrame, list[str]]:
    """Return the rows in force as text with their place, the changes, and the problems."""
    file = f"{table.name}.csv"
    rows, problems = _shipped(table)
    none = pl.DataFrame(schema=OVERRIDES)
    if folder is None or not (folder / file).is_file() or problems:
        return rows, none, problems
    place = f"definitions/{file}"
    own, problems = _read(folder / file, table, place, OVERRIDE_COLUMNS)
    if problems:
        return rows, none, problems
    own = own.with_columns(_key(table, own).alias("key"))
    rows = rows.with_columns(_key(table, rows).alias("key"))
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
    return _read(SHIPPED / file, table, file)


def _read(
    path: Path, table: Table, place: str, extra: tuple[str, ...] = ()
) -> tuple[pl.DataFrame, list[str]]:
    """Return one file as text with columns `place` and `row`, and what is wrong with it."""
    try:
        frame = pl.read_csv(path, infer_schema=False, encoding="utf8")
    except (pl.exceptions.PolarsError, OSError, UnicodeDecodeError):
        empty = pl.DataFrame(
            schema=dict.fromkeys([*table.names, *extra, "place", "row"], pl.String)
        )
        return empty, [f"{place}: it can't be read as a CSV file in UTF-8 with one header line"]
    problems = _wrong_header(frame.columns, table, place, extra)
    missing = [name for name in (*table.names, *extra) if name not in frame.columns]
    frame = frame.with_columns([pl.lit(None, pl.String).alias(name) for name in missing])
    frame = frame.select(pl.col(*table.names, *extra).str.strip_chars().replace("", None))
    frame = frame.with_columns(
        pl.lit(place).alias("place"), pl.int_range(1, pl.len() + 1).cast(pl.String).alias("row")
    )
    if not problems:
        problems = _wrong_cells(frame, table, place) + _repeated_keys(frame, table, place)
    return frame, problems


def _wrong_header(found: list[str], table: Table, place: str, extra: tuple[str, ...]) -> list[str]:
    allowed = [*table.names, *extra]
    unknown = [
        f"{place}: column '{name}' is not known{did_you_mean(name, allowed)}; expected {listed(allowed, 30)}"
        for name in found
        if name not in allowed
    ]
    missing = [name for name in table.names if name not in found]
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
    keys = frame.select("row", key=_key(table, frame))
    repeated = keys.filter(pl.col("key").is_duplicated() & ~pl.col("key").is_first_distinct())
    return [
        f"{place}, row {row}: {' + '.join(table.key)} is {key}, which an earlier row has; expected each once"
        for row, key in repeated.iter_rows()
    ]


def _key(table: Table, frame: pl.DataFrame) -> pl.Series:
    cells = pl.concat_str([pl.col(name).fill_null("") for name in table.key], separator=" / ")
    return frame.select(cells.str.strip_suffix(" / ").alias("key")).to_series()


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


def _typed(table: Table, text: pl.DataFrame) -> pl.DataFrame:
    return text.select(
        parsed(column, pl.col(column.name)).alias(column.name) for column in table.columns
    )


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
    settings = frames["settings"]
    problems = [
        f"{place}, row {row}: setting is {name}; expected one of {listed(EXPECTED_SETTINGS, 20)}"
        f"{did_you_mean(name, EXPECTED_SETTINGS)}"
        for place, row, name in settings.select("place", "row", "setting").iter_rows()
        if name not in EXPECTED_SETTINGS
    ]
    missing = [name for name in EXPECTED_SETTINGS if name not in settings["setting"].to_list()]
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
