"""Batches of records in a practice folder: written whole or not at all, never changed."""

import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import takewhile
from pathlib import Path
from typing import Literal

import polars as pl
from filelock import FileLock, Timeout

from pipelines.definitions import InputError
from pipelines.definitions.errors import listed
from pipelines.intake.account import Account

Calendar = Literal["dates", "relative"]
Slide = Literal["month", "quarter", "year"]
Mode = Literal["full", "since"]
DRAFT = ".draft-"
UNDONE = ".undone"


@dataclass(frozen=True)
class Manifest:
    """What a batch is: number, source, hash of what came in, calendar, days, account.

    `data_from` and `data_through` are ISO dates of the records' own calendar, null for a study in
    relative days. `slide` says how finely the calendar was slid, null where it was not.
    `crosswalk` is the fingerprint of the crosswalk that gave the keys, null where they passed. `mode`:
    a full batch replaces the earlier ones of its source, one that is `since` adds to them.
    """

    batch: int
    source: str
    content_hash: str
    calendar: Calendar
    data_from: str | None
    data_through: str | None
    accounts: list[Account]
    slide: Slide | None = None
    crosswalk: str | None = None
    mode: Mode = "full"

    @property
    def folder(self) -> str:
        """Return the name of the batch's folder."""
        return f"{self.batch:04d}-{self.source}"

    def written(self) -> str:
        """Return the manifest as JSON."""
        return json.dumps(asdict(self), indent=2) + "\n"


def manifests(practice: Path) -> list[Manifest]:
    """Return the manifests of all batches in their order, those undone included."""
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


def undone(practice: Path) -> set[int]:
    """Return the numbers of the batches that were taken back."""
    return {int(file.name[:4]) for file in (practice / "records").glob(f"[0-9]*{UNDONE}")}


def standing(practice: Path) -> list[Manifest]:
    """Return the batches that were not taken back, in their order."""
    gone = undone(practice)
    return [batch for batch in manifests(practice) if batch.batch not in gone]


def active(batches: Iterable[Manifest]) -> list[Manifest]:
    """Return those in force of standing batches: of each source its last full one and what adds to it."""
    by_source: dict[str, list[Manifest]] = {}
    for batch in batches:
        chain = by_source.setdefault(batch.source, [])
        if batch.mode == "full":
            chain.clear()
        chain.append(batch)
    found = [batch for chain in by_source.values() for batch in chain]
    return sorted(found, key=lambda batch: batch.batch)


def in_force(practice: Path) -> list[Manifest]:
    """Return the batches in force of a practice folder."""
    return active(standing(practice)) if practice.is_dir() else []


def named(practice: Path, wanted: Iterable[tuple[int, str, str]]) -> list[Manifest]:
    """Return batches by number, source and content hash, those taken back or replaced included.

    Raises InputError for one that is not there any more.
    """
    there = {(b.batch, b.source, b.content_hash): b for b in manifests(practice)}
    asked = sorted(wanted)
    gone = [f"{batch[0]:04d}-{batch[1]}" for batch in asked if batch not in there]
    if gone:
        raise InputError(f"{practice}: batch {listed(gone, 20)} is not there any more as it was")
    return [there[batch] for batch in asked]


def undo(practice: Path, number: int) -> list[Manifest]:
    """Take a batch back by a tombstone beside its folder, which stays.

    What later imports added to it is taken back with it: they left out what it held. Returns the
    manifests of all that were taken back. Raises InputError where there is no such batch or it was
    taken back already.
    """
    if not practice.is_dir():
        raise InputError(f"practice '{practice}': no such folder")
    with lock(practice):
        found = {batch.batch: batch for batch in manifests(practice)}
        if number not in found:
            raise InputError(
                f"batch {number}: there is none in {practice}; expected one of {listed(map(str, found), 20) or 'none'}"
            )
        if number in undone(practice):
            raise InputError(f"batch {number}: it was taken back already")
        gone = [found[number], *_added_later(standing(practice), found[number])]
        for batch in reversed(gone):
            stone = practice / "records" / f"{batch.folder}{UNDONE}"
            stone.write_text(
                json.dumps({"undone_at": datetime.now(UTC).isoformat()}) + "\n", "utf8"
            )
            synced(stone)
            synced(stone.parent)
        return gone


def _added_later(found: list[Manifest], batch: Manifest) -> list[Manifest]:
    """Return what was added after a batch of its source, up to the next full one."""
    later = [b for b in found if b.source == batch.source and b.batch > batch.batch]
    return list(takewhile(lambda b: b.mode == "since", later))


def hold(practice: Path, table: str) -> bool:
    """Return whether the batches in force hold a record of a canonical table."""
    records = practice / "records"
    return any(any((records / b.folder).glob(f"{table}-*.parquet")) for b in in_force(practice))


def rows(practice: Path, batch: Manifest) -> int:
    """Return how many records a batch holds now."""
    files = sorted((practice / "records" / batch.folder).glob("*.parquet"))
    return sum(pl.scan_parquet(file).select(pl.len()).collect().item() for file in files)


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


@dataclass(frozen=True)
class Draft:
    """A batch being written: a folder under a temporary name; `publish` makes it part of the records."""

    practice: Path
    folder: Path

    @property
    def quarantine(self) -> Path:
        """Return the file for quarantined rows."""
        return self.folder / "quarantine.csv"

    def publish(self, manifest: Manifest) -> None:
        """Make the batch part of the records: quarantine first, then the batch in one rename."""
        (self.folder / "manifest.json").write_text(manifest.written(), "utf8")
        for file in self.folder.iterdir():
            synced(file)
        kept = self.practice / "quarantine"
        kept.mkdir(exist_ok=True)
        self.quarantine.rename(kept / f"{manifest.folder}.csv")
        synced(kept)
        self.folder.rename(self.practice / "records" / manifest.folder)
        synced(self.practice / "records")


@contextmanager
def draft(practice: Path) -> Iterator[Draft]:
    """Open a draft, removing what a killed import left; what is not published is gone at the end."""
    records = practice / "records"
    records.mkdir(parents=True, exist_ok=True)
    remove_leftovers(practice)
    folder = records / f"{DRAFT}{secrets.token_hex(4)}"
    folder.mkdir()
    try:
        yield Draft(practice, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def remove_leftovers(practice: Path) -> None:
    """Remove what killed imports left: drafts, and quarantined rows of no batch."""
    for leftover in (practice / "records").glob(f"{DRAFT}*"):
        shutil.rmtree(leftover)
    published = {batch.folder for batch in manifests(practice)}
    for file in (practice / "quarantine").glob("[0-9]*.csv"):
        if file.stem not in published:
            file.unlink()


def synced(path: Path) -> None:
    """Force a file or folder to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def known_id(practice: Path) -> str | None:
    """Return the random name by which a crosswalk knows a practice folder, None where it has none."""
    file = practice / "records" / "practice_id"
    return file.read_text("utf8").strip() if file.is_file() else None


def practice_id(practice: Path) -> str:
    """Return the random name of a practice folder, giving it one if it has none."""
    known = known_id(practice)
    if known:
        return known
    file = practice / "records" / "practice_id"
    new, name = file.with_name(".practice_id"), secrets.token_hex(8)
    new.write_text(f"{name}\n", "utf8")
    synced(new)
    new.rename(file)
    return name
