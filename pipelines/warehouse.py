"""Definitions, records and tables become a build; the build is checked, published, opened."""

import hashlib
import os
import secrets
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

import duckdb
import polars as pl
from filelock import FileLock, Timeout

from pipelines import records
from pipelines.definitions import Definitions, InputError, load
from pipelines.definitions.catalog import TABLES as DEFINITION_TABLES
from pipelines.definitions.errors import did_you_mean, listed
from pipelines.intake import batches
from pipelines.intake.batches import Manifest
from pipelines.records import load_definitions, load_records, store
from pipelines.restatement import COMPARED, counted, logged, proposed
from pipelines.restatement.rules import HEADLINE, needed
from pipelines.tables.checking import check, count
from pipelines.tables.order import FOLDER, STAGES, SqlTable, tables

MEMORY_LIMIT = os.environ.get("ABATE_MEMORY", "4GB")
SAFE: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "memory_limit": MEMORY_LIMIT,
    "temp_directory": str(Path(tempfile.gettempdir()) / "abate-spill"),
}
_OPENING = threading.Lock()
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Build:
    """One published build: its id, when it was made, which days its records span.

    `slide` says how finely the records' calendar stays true: month, quarter or year; None where
    it was not slid.
    """

    id: str
    made_at: datetime
    calendar: str
    data_from: date | None
    data_through: date | None
    path: Path
    slide: str | None = None


def build(practice: Path, progress: Progress | None = None) -> tuple[Build, bool]:
    """Return the build of a practice's records and definitions, and whether it was made just now.

    An equal build that is there already is made current again. Raises InputError, leaving the old
    build current, where records or definitions can't be used or a table breaks its checks. Where
    all batches were taken back no build is current any more.
    """
    found = batches.in_force(practice)
    if not found and practice.is_dir() and batches.manifests(practice):
        (practice / "builds" / "current").unlink(missing_ok=True)
        raise InputError(
            f"{practice}: all batches were taken back, so no build is current any more; bring"
            " records in with `abate import`"
        )
    if not found:
        raise InputError(
            f"{practice}: no records there; bring some in with `abate import` or `abate simulate`"
        )
    definitions = load(practice / "definitions")
    builds = practice / "builds"
    builds.mkdir(exist_ok=True)
    try:
        with FileLock(builds / ".lock", timeout=0):
            name = _id(found, definitions)
            final = builds / f"{name}.duckdb"
            made = not final.is_file()
            if made:
                _remove_leftovers(builds)
                _make(practice, found, definitions, name, final, progress)
            _point(builds, name)
            _remove_old(builds, definitions.setting("builds_kept"), name)
    except Timeout:
        raise InputError(f"{practice.name}: another build of it is running") from None
    return current(practice), made


def current(practice: Path) -> Build:
    """Return the build that a practice's pointer names."""
    pointer = practice / "builds" / "current"
    if not pointer.is_file():
        raise InputError(f"{practice}: no build there; make one with `abate build {practice}`")
    path = pointer.parent / f"{pointer.read_text('utf8').strip()}.duckdb"
    if not path.is_file():
        raise InputError(
            f"{practice}: its current build {path.name} is gone; make it again with `abate build`"
        )
    return _described(path)


def kept(practice: Path, build_id: str) -> Build:
    """Return an older build that is still kept, by its id; raises InputError with those there."""
    files = sorted((practice / "builds").glob("*.duckdb"))
    there = [file.stem for file in files if not file.name.startswith(".")]
    if build_id not in there:
        raise InputError(
            f"{practice}: no build '{build_id}' is kept{did_you_mean(build_id, there)};"
            f" expected one of {listed(there, 20) or 'none'}"
        )
    return _described(practice / "builds" / f"{build_id}.duckdb")


def _described(path: Path) -> Build:
    with opened(path) as connection:
        row = connection.sql("select * from build.info").pl().row(0, named=True)
    return Build(
        row["id"], row["made_at"], row["calendar"], row["data_from"], row["data_through"], path,
        row["slide"],
    )  # fmt: skip


@contextmanager
def opened(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a build read-only, shut off from files, network and extensions."""
    try:
        with _OPENING:
            connection = duckdb.connect(str(path), read_only=True, config=SAFE)
            if not connection.sql("select current_setting('lock_configuration')").fetchall()[0][0]:
                connection.execute("set enable_external_access = false")
                connection.execute("set lock_configuration = true")
    except duckdb.Error:
        raise InputError(
            f"{path.name}: this build can't be read; make it again with `abate build`"
        ) from None
    try:
        yield connection
    finally:
        with _OPENING:
            connection.close()


def window_courses(path: Path, window: str) -> pl.DataFrame:
    """Return marts.response_courses of one window: one row per course and measure."""
    asked = duckdb.ColumnExpression("window") == duckdb.ConstantExpression(window)
    with opened(path) as connection:
        frame: pl.DataFrame = connection.table("marts.response_courses").filter(asked).pl()
    return frame


def distinct(path: Path, name: str, columns: list[str]) -> pl.DataFrame:
    """Return each combination of values that a table of a build has in some columns, once."""
    with opened(path) as connection:
        frame: pl.DataFrame = connection.table(name).select(*columns).distinct().pl()
    return frame


def whole_table(path: Path, name: str) -> pl.DataFrame:
    """Return one table of a build, as quality.rule_results."""
    with opened(path) as connection:
        frame: pl.DataFrame = connection.table(name).pl()
    return frame


def restatement_tables(path: Path) -> dict[str, pl.DataFrame]:
    """Return what a build changed in the rates of the one before it; see `restatement.logged`.

    Raises InputError for a build of a version of Abate that kept no such log.
    """
    try:
        return {name: whole_table(path, f"build.{name}") for name in COMPARED}
    except duckdb.CatalogException:
        raise InputError(
            f"{path.name}: this build keeps no log of restatements; make it again with `abate build`"
        ) from None


def proposed_courses(path: Path, definitions: Definitions) -> tuple[pl.DataFrame, list[str]]:
    """Return the courses of a build beside what other definitions make of them; see `proposed`.

    Nothing is written. Raises InputError where they can't be counted.
    """
    with opened(path) as connection:
        own = definitions_of(connection).tables
        return proposed(connection, own, definitions.tables, tables(), SAFE)


def recomputed(practice: Path, build: Build) -> pl.DataFrame:
    """Return marts.response_courses counted again from the records of a build's batches.

    It is counted by the definitions that the build keeps and the SQL of this version, whatever
    batches and overrides came, or were taken back, since. Nothing is written. Raises InputError
    where the records are no longer those that the build was made of.
    """
    with opened(build.path) as connection:
        own = definitions_of(connection).tables
        rows = dict(connection.table("build.counts").fetchall())
        made_of = connection.table("build.batches").select("batch", "source", "content_hash")
        found = batches.named(practice, made_of.fetchall())
    steps = tables()
    staged = [table.name for table in needed(steps) if table.name.startswith("staging.")]
    load = partial(load_records, practice=practice, found=found)
    try:
        with counted(load, own, steps, SAFE) as again:
            if any(count(again, name) != rows.get(name) for name in staged):
                raise InputError(
                    f"build {build.id}: the records of its batches, or how they are read, have"
                    " changed since it was made"
                )
            courses: pl.DataFrame = again.table(HEADLINE).pl()
    except duckdb.Error as error:
        raise InputError(
            f"build {build.id}: it can't be counted again: {str(error).splitlines()[0]}"
        ) from None
    return courses


def refuse_other_version(path: Path, columns: Mapping[str, Sequence[str]]) -> None:
    """Raise InputError for a build without a table that this version makes, or one of some columns."""
    asked: dict[str, Sequence[str]] = {
        f"{stage}.{file.stem}": () for stage in STAGES for file in (FOLDER / stage).glob("*.sql")
    }
    asked |= {f"definitions.{table.name}": table.names for table in DEFINITION_TABLES}
    with opened(path) as connection:
        held = connection.sql(
            "select table_schema || '.' || table_name as name, column_name from information_schema.columns"
        ).pl()
    found = dict(held.group_by("name").agg("column_name").rows())
    needed = {**asked, **columns}
    if any(
        table not in found or not {*names} <= {*found[table]} for table, names in needed.items()
    ):
        raise InputError(
            f"{path.name}: this build was made by another version of Abate; make it again with"
            " `abate build`"
        )


def definitions_of(connection: duckdb.DuckDBPyConnection) -> Definitions:
    """Return the definitions that a build was made with."""
    frames = {
        table.name: connection.table(f"definitions.{table.name}").pl()
        for table in DEFINITION_TABLES
    }
    return Definitions(frames, connection.table("definitions.overrides").pl())


def _id(found: list[Manifest], definitions: Definitions) -> str:
    """Return a name that changes with records, definitions, SQL or the library that runs it."""
    parts = [manifest.written() for manifest in found]
    parts += [frame.write_csv() for frame in definitions.tables.values()]
    parts += [file.read_text("utf8") for file in sorted(FOLDER.rglob("*.sql"))]
    parts += [Path(file).read_text("utf8") for file in (__file__, records.__file__)]
    parts += [duckdb.__version__]
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:12]


def _make(
    practice: Path,
    found: list[Manifest],
    definitions: Definitions,
    name: str,
    final: Path,
    progress: Progress | None,
) -> None:
    """Make a build under a temporary name; only a checked and synced one gets its own."""
    draft = final.parent / f".draft-{name}-{secrets.token_hex(4)}.duckdb"
    steps = tables()
    try:
        with closing(duckdb.connect(str(draft), config=SAFE)) as connection:
            load_definitions(connection, definitions)
            load_records(connection, practice, found)
            for number, table in enumerate(steps):
                if progress:
                    progress(table.name, number, len(steps))
                _create(connection, table)
            check(connection, steps)
            connection.execute("drop schema records cascade")
            _describe(connection, name, found, steps)
            _log_restatements(connection, final.parent, definitions, steps)
        _sync(draft)
        draft.rename(final)
        _sync(final.parent)
    except duckdb.Error as error:
        raise InputError(f"build failed: {str(error).splitlines()[0]}") from None
    finally:
        draft.unlink(missing_ok=True)
        Path(f"{draft}.wal").unlink(missing_ok=True)


def make_tables(connection: duckdb.DuckDBPyConnection, wanted: Iterable[str]) -> None:
    """Make some tables and all that they are made from; records and definitions must be there."""
    steps = tables()
    needed = set(wanted)
    for table in reversed(steps):
        if table.name in needed:
            needed |= set(table.parents)
    for table in steps:
        if table.name in needed:
            _create(connection, table)


def _create(connection: duckdb.DuckDBPyConnection, table: SqlTable) -> None:
    schema = table.name.split(".")[0]
    connection.execute(f"create schema if not exists {schema}")
    try:
        connection.execute(f"create table {table.name} as {table.sql}")
    except duckdb.Error as error:
        raise InputError(f"{table.name}: {str(error).splitlines()[0]}") from None


def _describe(
    connection: duckdb.DuckDBPyConnection, name: str, found: list[Manifest], steps: list[SqlTable]
) -> None:
    """Keep with the build what it is, which batches it holds and how many rows each table has."""
    connection.execute("create schema build")
    calendar = connection.table("staging.calendar").select(
        "calendar", "slide", "data_from", "data_through"
    )
    info = calendar.pl().with_columns(
        id=pl.lit(name),
        made_at=pl.lit(datetime.now(UTC)),
        duckdb_version=pl.lit(duckdb.__version__),
    )
    store(connection, "build.info", info)
    counts = [(table.name, count(connection, table.name)) for table in steps]
    store(connection, "build.counts", pl.DataFrame(counts, schema=["name", "rows"], orient="row"))
    store(
        connection,
        "build.batches",
        pl.DataFrame([(b.batch, b.source, b.content_hash) for b in found],
                     schema=["batch", "source", "content_hash"], orient="row"),
    )  # fmt: skip


def _log_restatements(
    connection: duckdb.DuckDBPyConnection,
    builds: Path,
    definitions: Definitions,
    steps: list[SqlTable],
) -> None:
    """Keep with the build what it changes in the headline rates of the build that is current."""
    pointer = builds / "current"
    path = builds / f"{pointer.read_text('utf8').strip()}.duckdb" if pointer.is_file() else None
    opening = partial(opened, path) if path and path.is_file() else None
    for name, frame in logged(opening, connection, definitions.tables, steps, SAFE).items():
        store(connection, f"build.{name}", frame)


def _point(builds: Path, name: str) -> None:
    draft = builds / f".current-{secrets.token_hex(4)}"
    draft.write_text(f"{name}\n", "utf8")
    _sync(draft)
    draft.rename(builds / "current")
    _sync(builds)


def _remove_leftovers(builds: Path) -> None:
    for file in [*builds.glob(".draft-*"), *builds.glob(".current-*"), *builds.glob("*.wal")]:
        file.unlink(missing_ok=True)


def _remove_old(builds: Path, kept: int, name: str) -> None:
    others = [file for file in builds.glob("*.duckdb") if file.stem != name]
    others.sort(key=lambda file: file.stat().st_mtime, reverse=True)
    for file in others[max(kept - 1, 0) :]:
        file.unlink()


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
