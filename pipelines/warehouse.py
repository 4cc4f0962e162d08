"""Definitions, records and tables become a build; the build is checked, published, opened."""

import hashlib
import os
import secrets
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import polars as pl
from filelock import FileLock, Timeout

from pipelines.definitions import Definitions, InputError, load
from pipelines.definitions.catalog import TABLES as DEFINITION_TABLES
from pipelines.definitions.loading import OVERRIDES
from pipelines.intake import batches, contract
from pipelines.intake.batches import Manifest
from pipelines.tables.order import FOLDER, SqlTable, tables

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
    """One published build: its id, when it was made, which days its records span."""

    id: str
    made_at: datetime
    calendar: str
    data_from: date | None
    data_through: date | None
    path: Path


def build(practice: Path, progress: Progress | None = None) -> tuple[Build, bool]:
    """Return the build of a practice's records and definitions, and whether it was made just now.

    An equal build that is there already is made current again. Raises InputError, leaving the old
    build current, where records or definitions can't be used or a table breaks its checks.
    """
    found = batches.active(batches.manifests(practice)) if practice.is_dir() else []
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
    with opened(path) as connection:
        row = connection.sql("select * from build.info").pl().row(0, named=True)
    return Build(
        row["id"], row["made_at"], row["calendar"], row["data_from"], row["data_through"], path
    )


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


def course_values(path: Path, columns: list[str]) -> pl.DataFrame:
    """Return each combination of values that courses have in some columns, once."""
    with opened(path) as connection:
        courses = connection.table("marts.response_courses").select(*columns)
        frame: pl.DataFrame = courses.distinct().pl()
    return frame


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
    parts += [Path(__file__).read_text("utf8"), duckdb.__version__]
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
            _load_definitions(connection, definitions)
            _load_records(connection, practice, found)
            for number, table in enumerate(steps):
                if progress:
                    progress(table.name, number, len(steps))
                _create(connection, table)
            _check(connection, steps)
            connection.execute("drop schema records cascade")
            _describe(connection, name, found, steps)
        _sync(draft)
        draft.rename(final)
        _sync(final.parent)
    except duckdb.Error as error:
        raise InputError(f"build failed: {str(error).splitlines()[0]}") from None
    finally:
        draft.unlink(missing_ok=True)
        Path(f"{draft}.wal").unlink(missing_ok=True)


def _load_definitions(connection: duckdb.DuckDBPyConnection, definitions: Definitions) -> None:
    connection.execute("create schema definitions")
    for table in DEFINITION_TABLES:
        _store(connection, f"definitions.{table.name}", definitions[table.name])
    _store(connection, "definitions.overrides", definitions.overrides.cast(OVERRIDES))


def _store(connection: duckdb.DuckDBPyConnection, name: str, frame: pl.DataFrame) -> None:
    connection.from_arrow(frame.to_arrow()).create(name)


def _load_records(
    connection: duckdb.DuckDBPyConnection, practice: Path, found: list[Manifest]
) -> None:
    """Make records.* of the batches in force; a table that no batch holds is empty."""
    connection.execute("create schema records")
    for table in contract.TABLES:
        files = [
            str(file.resolve())
            for batch in found
            for file in sorted(
                (practice / "records" / batch.folder).glob(f"{table.name}-*.parquet")
            )
        ]
        if files:
            connection.execute("use records")
            connection.read_parquet(files).create_view(table.name)
            connection.execute("use main")
        else:
            _store(connection, f"records.{table.name}", table.empty())
    _store(connection, "records.calendar", _calendar(found))


def _calendar(found: list[Manifest]) -> pl.DataFrame:
    firsts = [date.fromisoformat(batch.data_from) for batch in found if batch.data_from]
    lasts = [date.fromisoformat(batch.data_through) for batch in found if batch.data_through]
    return pl.DataFrame(
        {
            "calendar": [found[0].calendar],
            "data_from": [min(firsts, default=None)],
            "data_through": [max(lasts, default=None)],
        },
        schema={"calendar": pl.String, "data_from": pl.Date, "data_through": pl.Date},
    )


def _create(connection: duckdb.DuckDBPyConnection, table: SqlTable) -> None:
    schema = table.name.split(".")[0]
    connection.execute(f"create schema if not exists {schema}")
    try:
        connection.execute(f"create table {table.name} as {table.sql}")
    except duckdb.Error as error:
        raise InputError(f"{table.name}: {str(error).splitlines()[0]}") from None


def _check(connection: duckdb.DuckDBPyConnection, steps: list[SqlTable]) -> None:
    """Refuse a build whose tables break their grain, lose courses, or are empty without cause."""
    rows = {table.name: _count(connection, table.name) for table in steps}
    problems = [message for table in steps for message in _broken(connection, table, rows)]
    problems += _lost_courses(connection)
    if problems:
        raise InputError(*problems)


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
    spine = ("core.course_infusions", "core.course_spans", "core.courses", "core.course_outcomes",
             "marts.response_courses")  # fmt: skip
    if table.name in spine and not rows[table.name] and rows["core.infusions"]:
        yield f"{table.name}: no rows, though core.infusions has {rows['core.infusions']}"


def _lost_courses(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Return the measures and windows whose statuses do not add up to their courses."""
    lost = connection.sql((FOLDER / "checks" / "lost_courses.sql").read_text("utf8")).fetchall()
    return [
        f"core.course_outcomes: {counted} of {courses} courses of {category} for {measure} at {window}"
        for category, measure, window, courses, counted in lost
    ]


def _count(connection: duckdb.DuckDBPyConnection, name: str) -> int:
    return _rows(connection.table(name))


def _rows(relation: duckdb.DuckDBPyRelation) -> int:
    return int(relation.aggregate("count(*)").fetchall()[0][0])


def _describe(
    connection: duckdb.DuckDBPyConnection, name: str, found: list[Manifest], steps: list[SqlTable]
) -> None:
    """Keep with the build what it is, which batches it holds and how many rows each table has."""
    connection.execute("create schema build")
    calendar = _calendar(found)
    info = calendar.with_columns(
        id=pl.lit(name),
        made_at=pl.lit(datetime.now(UTC)),
        duckdb_version=pl.lit(duckdb.__version__),
    )
    _store(connection, "build.info", info)
    counts = [(table.name, _count(connection, table.name)) for table in steps]
    _store(connection, "build.counts", pl.DataFrame(counts, schema=["name", "rows"], orient="row"))
    _store(
        connection,
        "build.batches",
        pl.DataFrame([(b.batch, b.source, b.content_hash) for b in found],
                     schema=["batch", "source", "content_hash"], orient="row"),
    )  # fmt: skip


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
