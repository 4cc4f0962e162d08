"""The crosswalk: source keys and their random keys, slides and held-back rows, on the secure side.

A folder that only its owner can enter (0700) with one SQLite file (0600), and Parquet for what has
many rows: the keys of visits, and held-back rows. It never lies in a practice folder, and nothing in
a practice folder says where it is.
"""

import hashlib
import hmac
import os
import secrets
import shutil
import sqlite3
import stat
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import NamedTuple

import duckdb
import numpy as np
import polars as pl
import pyarrow as pa
from filelock import FileLock, Timeout

from pipelines.definitions import InputError
from pipelines.intake.batches import Slide, synced

FILE, VISITS = "crosswalk.sqlite", "visits"
MOST_FILES = 30
ALPHABET = np.frombuffer(b"0123456789abcdefghijklmnopqrstuv", dtype=np.uint8)
LETTERS = 12
SCHEMA = """
create table if not exists settings (setting text primary key, value text not null);
create table if not exists patients (
    source_key text primary key, patient_key text not null, slide_days integer, first_seen text,
    anchor text, number text
) without rowid;
create table if not exists visit_files (file text primary key, source text not null);
create table if not exists clinics (source_key text primary key, key text not null unique);
create table if not exists clinicians (source_key text primary key, key text not null unique);
create table if not exists forgotten (mark text primary key);
create table if not exists practices (practice text primary key, folder text not null);
create table if not exists spans (
    practice text not null, source text not null, batch integer not null,
    first_day text not null, last_day text not null, crowded integer not null,
    primary key (practice, batch)
);
"""


class Span(NamedTuple):
    """The first and last true day that a batch covers, and whether many patients begin at the first."""

    first: date
    last: date
    crowded: bool


@dataclass(frozen=True)
class Crosswalk:
    """An open crosswalk. Changes are kept when the block that opened it ends without an error.

    What it learns of patients is written beside what else goes on, and is there once kept.
    """

    folder: Path
    database: sqlite3.Connection
    beside: ThreadPoolExecutor
    learning: list[Future[None]] = field(default_factory=list)

    @property
    def slide(self) -> Slide | None:
        """Return how finely this crosswalk slides calendars; None before the first import."""
        found = self._setting("slide")
        return found if found in ("month", "quarter", "year") else None  # type: ignore[return-value]

    def settle_slide(self, asked: Slide | None) -> Slide:
        """Return the slide in force: fixed by the first import, `month` if it does not say.

        Raises InputError where another is asked for later: intervals of old and new rows would
        no longer agree.
        """
        settled = self.slide
        if settled and asked and asked != settled:
            raise InputError(
                f"--calendar {asked}: this crosswalk slides by {settled} since its first import;"
                f" expected {settled}, or another crosswalk and practice folder"
            )
        chosen = settled or asked or "month"
        self.database.execute("insert or ignore into settings values ('slide', ?)", [chosen])
        return chosen

    def secret(self) -> bytes:
        """Return the secret that marks and hashes are made with."""
        self.database.execute(
            "insert or ignore into settings values ('secret', ?)", [secrets.token_hex(32)]
        )
        return bytes.fromhex(str(self._setting("secret")))

    def _setting(self, name: str) -> str | None:
        row = self.database.execute(
            "select value from settings where setting = ?", [name]
        ).fetchone()
        return row[0] if row else None

    def frame(self, query: str, schema: dict[str, pl.DataType], *values: str) -> pl.DataFrame:
        """Return the rows of a query as a frame."""
        rows = self.database.execute(query, values).fetchall()
        return pl.DataFrame(rows, schema=schema, orient="row")

    def mark(self, name: str, kind: str = "") -> str:
        """Return the one-way mark by which a forgotten patient is known again.

        `kind` is key or number where the name marks only as that.
        """
        return hmac.new(self.secret(), f"{kind}\x1f{name}".encode(), hashlib.sha256).hexdigest()

    def fingerprint(self) -> str:
        """Return by what a batch knows its crosswalk again; it says nothing of what is in it."""
        return self.mark("crosswalk", "fingerprint")[:16]

    def forgotten(self) -> set[str]:
        """Return the marks of all patients who were forgotten."""
        return {row[0] for row in self.database.execute("select mark from forgotten")}

    def keep(self) -> None:
        """Make what was learned so far lasting: keys come before the records that use them."""
        self.learned()
        self.database.execute("commit")
        self.database.execute("begin immediate")

    def spans(self, practice: str, in_force: list[int]) -> dict[int, Span]:
        """Return which days the batches in force cover."""
        rows = self.database.execute(
            "select batch, first_day, last_day, crowded from spans where practice = ? order by batch",
            [practice],
        ).fetchall()
        return {
            batch: Span(date.fromisoformat(first), date.fromisoformat(last), bool(crowded))
            for batch, first, last, crowded in rows
            if batch in in_force
        }

    def note_span(self, practice: str, source: str, batch: int, span: Span) -> None:
        """Remember which days a batch covers."""
        days = (span.first.isoformat(), span.last.isoformat())
        self.database.execute(
            "insert or replace into spans values (?, ?, ?, ?, ?, ?)",
            [practice, source, batch, *days, int(span.crowded)],
        )

    def drop_spans(self, practice: str, published: list[int]) -> None:
        """Forget the days of imports that were killed before their batch was published."""
        rows = self.database.execute("select batch from spans where practice = ?", [practice])
        gone = [(practice, batch) for (batch,) in rows.fetchall() if batch not in published]
        self.database.executemany("delete from spans where practice = ? and batch = ?", gone)

    def learn_patients(self, patients: pl.DataFrame) -> None:
        """Remember patients: source_key, patient_key, slide_days, first_seen, anchor, number.

        What is known of slide and days stays; a number that is given replaces the one before.
        """
        self.learning.append(self.beside.submit(_learn, self.database, patients))

    def learned(self) -> None:
        """Wait until all that is to be learned is written."""
        while self.learning:
            self.learning.pop().result()

    def note_practice(self, practice: str, folder: Path) -> None:
        """Remember where a practice folder lies; another that lay there before is no more."""
        place = str(folder.resolve())
        for name, known in self.practices().items():
            if str(known) == place and name != practice:
                self.drop_practice(name)
        self.database.execute("insert or replace into practices values (?, ?)", [practice, place])

    def drop_practice(self, practice: str) -> None:
        """Forget a practice folder that is no more, and what waited for it."""
        for table in ("practices", "spans"):
            self.database.execute(f"delete from {table} where practice = ?", [practice])
        remove_folder(self.folder / "held" / practice)

    def practices(self) -> dict[str, Path]:
        """Return the practice folders that this crosswalk has served, by their names."""
        rows = self.database.execute("select practice, folder from practices").fetchall()
        return {name: Path(folder) for name, folder in rows}

    def visit_files(self, source: str | None = None) -> list[Path]:
        """Return the Parquet files of known visits (source_key, visit_key, patient_key).

        Raises InputError where one of them is missing.
        """
        rows = self.database.execute(
            "select file from visit_files where source = ? or ? is null order by rowid",
            [source, source],
        ).fetchall()
        files = [self.folder / VISITS / name for (name,) in rows]
        if not all(file.is_file() for file in files):
            raise InputError(
                f"crosswalk '{self.folder.name}': a file of known visits is missing in {VISITS};"
                " expected the whole folder as it was kept"
            )
        return files

    def add_visits(
        self, connection: duckdb.DuckDBPyConnection, source: str, new: duckdb.DuckDBPyRelation
    ) -> None:
        """Remember visits of a source: rows of source_key, visit_key, patient_key.

        They become a file of their own, or one with all of their source where there are many files.
        A file counts once the crosswalk's changes are kept; without that it is removed later.
        """
        known = [str(file) for file in self.visit_files(source)]
        if len(known) >= MOST_FILES:
            new = connection.read_parquet(known).union(new)
            self.database.execute("delete from visit_files where source = ?", [source])
        file = self.folder / VISITS / f"{secrets.token_hex(8)}.parquet"
        file.parent.mkdir(mode=0o700, exist_ok=True)
        new.write_parquet(str(file), compression="zstd")
        file.chmod(0o600)
        synced(file)
        synced(file.parent)
        self.database.execute("insert into visit_files values (?, ?)", [file.name, source])

    def remove_leftovers(self) -> None:
        """Remove files of visits that no kept change names."""
        named = set(self.visit_files())
        for file in (self.folder / VISITS).glob("*"):
            if file not in named and file.is_file():
                file.unlink()

    def held(self, practice: str, batch: str) -> Path:
        """Return the folder of the rows that an import held back."""
        return self.folder / "held" / practice / batch

    def held_here(self, practice: str) -> list[Path]:
        """Return the folders of held-back rows of a practice, by batch."""
        return sorted((self.folder / "held" / practice).glob("[0-9]*"))


@contextmanager
def opened(folder: Path, practice: Path | None = None, create: bool = True) -> Iterator[Crosswalk]:
    """Open a crosswalk for one command at a time, making it where there is none.

    Raises InputError for a folder inside a practice folder, one that others can enter, one in use,
    and without `create` where there is none.
    """
    place = folder.resolve()
    _refuse_inside_practice(place, practice)
    if not create and not (place / FILE).is_file():
        raise InputError(
            f"crosswalk '{folder}': there is none; an import with --crosswalk makes it"
        )
    if not place.exists():
        place.mkdir(mode=0o700, parents=True)
    _refuse_open_to_others(folder, place)
    try:
        with FileLock(place / ".lock", timeout=0, mode=0o600):
            _make_private_file(place / FILE)
            _refuse_open_to_others(folder, place / FILE)
            yield from _connected(place)
    except Timeout:
        raise InputError(f"crosswalk '{folder}': another command is using it") from None


def _connected(place: Path) -> Iterator[Crosswalk]:
    try:
        database = sqlite3.connect(place / FILE, isolation_level=None, check_same_thread=False)
        database.executescript("pragma synchronous = full; pragma cache_size = -64000;" + SCHEMA)
    except sqlite3.Error:
        raise InputError(f"crosswalk '{place.name}': {FILE} can't be read as a crosswalk") from None
    beside = ThreadPoolExecutor(1)
    try:
        database.execute("begin immediate")
        walk = Crosswalk(place, database, beside)
        walk.remove_leftovers()
        yield walk
        walk.learned()
        database.execute("commit")
    except BaseException:
        beside.shutdown()
        if database.in_transaction:
            database.execute("rollback")
        raise
    finally:
        beside.shutdown()
        database.close()


def _learn(database: sqlite3.Connection, patients: pl.DataFrame) -> None:
    database.executemany(
        "insert into patients (source_key, patient_key, slide_days, first_seen, anchor, number)"
        " values (?, ?, ?, ?, ?, ?) on conflict (source_key) do update set"
        " slide_days = coalesce(slide_days, excluded.slide_days),"
        " first_seen = coalesce(first_seen, excluded.first_seen),"
        " anchor = coalesce(anchor, excluded.anchor),"
        " number = coalesce(excluded.number, number)",
        patients.iter_rows(),
    )


def _make_private_file(file: Path) -> None:
    if not file.exists():
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


def _refuse_open_to_others(named: Path, place: Path) -> None:
    mode = stat.S_IMODE(place.stat().st_mode)
    if not place.is_dir() and not place.is_file():
        raise InputError(f"crosswalk '{named}': it is neither a folder nor a file")
    if mode & 0o077:
        expected = "0700" if place.is_dir() else "0600"
        raise InputError(
            f"crosswalk '{named}': others can read it (mode {mode:04o} of"
            f" {place.name if place.is_file() else 'the folder'}); expected {expected}"
        )


def _refuse_inside_practice(place: Path, practice: Path | None) -> None:
    target = practice.resolve() if practice else None
    for folder in (place, *place.parents):
        if folder == target or any((folder / "records").glob("[0-9]*/manifest.json")):
            raise InputError(
                "crosswalk: it lies inside a practice folder; expected a place of its own, that"
                " people who see the records can't enter"
            )
    if target and place in target.parents:
        raise InputError(
            "practice folder: it lies inside the crosswalk; expected a place of its own"
        )


def random_keys(letter: str, count: int) -> pl.Series:
    """Return so many random keys of 60 bits, as `p3k7q0a9f2m1c`, from the system's own source."""
    drawn = np.frombuffer(os.urandom(count * LETTERS), dtype=np.uint8).reshape(count, LETTERS)
    written = np.full((count, LETTERS + 1), ord(letter), dtype=np.uint8)
    written[:, 1:] = ALPHABET[drawn & 31]
    places = np.arange(count + 1, dtype=np.int64) * (LETTERS + 1)
    text = pa.LargeStringArray.from_buffers(
        count, pa.py_buffer(places.tobytes()), pa.py_buffer(written.tobytes())
    )
    return pl.Series("key", text)


def remove_folder(folder: Path) -> None:
    """Remove a folder of held-back rows, if it is there."""
    shutil.rmtree(folder, ignore_errors=True)
