"""Batches of records in a practice folder: written whole or not at all, never changed."""

import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Literal

import polars as pl
from filelock import FileLock, Timeout

from pipelines.definitions import InputError
from pipelines.definitions.schema import Table
from pipelines.intake import contract

Calendar = Literal["dates", "relative"]
COMPRESSION_LEVEL = 9
QUARANTINE = "quarantine.csv"


@dataclass(frozen=True)
class Account:
    """What became of the rows of one table: rows_in is the sum of the others."""

    table: str
    rows_in: int
    accepted: int
    quarantined: int
    filtered: int
    blank: int
    repeated: int

    @property
    def exact(self) -> bool:
        """Return whether every row is accounted for."""
        left = self.filtered + self.blank + self.repeated
        return self.rows_in == self.accepted + self.quarantined + left


@dataclass(frozen=True)
class Manifest:
    """What a batch is: number, source, hash of what came in, calendar, days, account.

    `data_from` and `data_through` are ISO dates, null for a study in relative days. A later batch
    of the same source replaces an earlier one, whose rows stay in their folder.
    """

    batch: int
    source: str
    content_hash: str
    calendar: Calendar
    data_from: str | None
    data_through: str | None
    accounts: list[Account]

    @property
    def folder(self) -> str:
        """Return the name of the batch's folder."""
        return f"{self.batch:04d}-{self.source}"

    def written(self) -> str:
        """Return the manifest as JSON."""
        return json.dumps(asdict(self), indent=2) + "\n"


def manifests(practice: Path) -> list[Manifest]:
    """Return the manifests of all batches in their order."""
    found = []
    for file in sorted((practice / "records").glob("[0-9]*/manifest.json")):
        try:
            content = json.loads(file.read_text("utf8"))
            accounts = [Account(**account) for account in content.pop("accounts")]
            found.append(Manifest(**content, accounts=accounts))
        except (ValueError, TypeError, KeyError):
            raise InputError(
                f"records/{file.parent.name}/manifest.json: it can't be read"
            ) from None
    return found


def active(batches: Iterable[Manifest]) -> list[Manifest]:
    """Return the batches in force: the last of each source."""
    latest = {batch.source: batch for batch in batches}
    return sorted(latest.values(), key=lambda batch: batch.batch)


def digest(paths: Iterable[Path], *texts: str) -> str:
    """Return a hash of files and texts."""
    total = hashlib.sha256("\x1f".join(texts).encode())
    for path in paths:
        with path.open("rb") as file:
            total.update(hashlib.file_digest(file, "sha256").digest())
    return total.hexdigest()


@contextmanager
def lock(practice: Path) -> Iterator[None]:
    """Hold the practice folder for one import; a second one is refused."""
    practice.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(practice / ".import.lock", timeout=0):
            yield
    except Timeout:
        raise InputError(f"{practice.name}: another import into this folder is running") from None


class Writer:
    """Writes one batch under a temporary name; `publish` makes it part of the records."""

    def __init__(self, practice: Path) -> None:
        """Start a draft, removing what a killed import left."""
        self.practice = practice
        self.records = practice / "records"
        self.draft = self.records / f".draft-{os.getpid()}"
        self.records.mkdir(parents=True, exist_ok=True)
        for leftover in self.records.glob(".draft-*"):
            shutil.rmtree(leftover)
        self.draft.mkdir()
        self.parts = 0

    def add(self, accepted: Mapping[str, pl.DataFrame], quarantined: pl.DataFrame) -> None:
        """Write accepted rows as one more part of each table, and keep what is quarantined."""
        for table in contract.TABLES:
            frame = accepted[table.name]
            if frame.height:
                file = self.draft / f"{table.name}-{self.parts:04d}.parquet"
                _sorted(table, frame).write_parquet(
                    file, compression="zstd", compression_level=COMPRESSION_LEVEL
                )
        with (self.draft / QUARANTINE).open("a", encoding="utf8") as quarantine:
            quarantine.write(quarantined.write_csv(include_header=not self.parts))
        self.parts += 1

    def publish(self, manifest: Manifest) -> None:
        """Make the batch part of the records: quarantine first, then the batch in one rename."""
        (self.draft / "manifest.json").write_text(manifest.written(), "utf8")
        quarantine = self.practice / "quarantine"
        quarantine.mkdir(exist_ok=True)
        (self.draft / QUARANTINE).rename(quarantine / f"{manifest.folder}.csv")
        for file in self.draft.iterdir():
            _synced(file)
        self.draft.rename(self.records / manifest.folder)
        _synced(self.records)

    def discard(self) -> None:
        """Remove the draft."""
        shutil.rmtree(self.draft, ignore_errors=True)


def _sorted(table: Table, frame: pl.DataFrame) -> pl.DataFrame:
    return frame.sort([name for name in table.names if frame.schema[name] != pl.Boolean])


def _synced(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def days(accepted: Mapping[str, pl.DataFrame]) -> tuple[date, date] | None:
    """Return the first and last day on which anything happened; None without any."""
    columns = [accepted["visits"]["visit_date"], accepted["scores"]["assessed_on"]]
    found = pl.concat([column.alias("day") for column in columns]).drop_nulls()
    if not found.len():
        return None
    first, last = found.min(), found.max()
    assert isinstance(first, date)
    assert isinstance(last, date)
    return first, last
