"""A patient forgotten: no entry, no record, and later imports leave the patient out."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import duckdb
import polars as pl
from filelock import FileLock, Timeout

from pipelines.definitions import InputError
from pipelines.definitions.errors import listed
from pipelines.intake import batches, crosswalk
from pipelines.intake.crosswalk import Crosswalk
from pipelines.intake.expressions import Expression, cell, constant

By = Literal["key", "number", "both"]


def forget(
    named: str, crosswalk_folder: Path, practices: list[Path], by: By | None = None
) -> tuple[int | None, list[Path]]:
    """Erase a patient, named by source key or number; return the erased rows and the practices.

    The patient's rows leave every batch, undone ones too, and what was held back; builds that may
    hold them are removed, so that a new one must be made. The crosswalk keeps nothing but one-way
    marks of key and number, made with its secret, by which later imports of any format know whom
    to leave out. Killed half way, the same call again finishes; a patient who was forgotten before
    gives None for the rows. `practices` are folders that have moved since their import. `by` says
    what `named` is where it is one patient's key and another's number: with `both` the entries are
    of one person.

    Raises InputError for an unknown patient, a name of several patients without `by`, and a
    practice folder that is not where it was.
    """
    with crosswalk.opened(crosswalk_folder, create=False) as walk:
        entries = _found(walk, named, by)
        folders = _folders(walk, practices) if entries else []
        marks = {mark for entry in entries for mark in _marks(walk, entry, named, by)}
        walk.database.executemany(
            "insert or ignore into forgotten values (?)", [(mark,) for mark in sorted(marks)]
        )
        walk.keep()
        erased = sum(_erase(walk, entry, folders) for entry in entries)
    _compact(crosswalk_folder)
    return erased if entries else None, folders


def drop_practice(folder: Path, crosswalk_folder: Path) -> None:
    """Drop a practice folder that was deleted from a crosswalk, with the rows that waited for it.

    Raises InputError for a folder that is there, and for one that the crosswalk has not served.
    """
    with crosswalk.opened(crosswalk_folder, create=False) as walk:
        names = [n for n, known in walk.practices().items() if known == folder.resolve()]
        if not names:
            raise InputError(f"forget: this crosswalk has not served a practice folder {folder}")
        if any(_is(folder, name) for name in names):
            raise InputError(
                f"forget: practice folder {folder} is there; expected one that is gone"
            )
        for name in names:
            walk.drop_practice(name)


@dataclass(frozen=True)
class _Entry:
    """A patient as the crosswalk knows one."""

    source_key: str
    patient_key: str
    number: str | None


def _found(walk: Crosswalk, named: str, by: By | None) -> list[_Entry]:
    """Return the entries meant; none for a patient who was forgotten before."""
    rows = walk.database.execute(
        "select source_key, patient_key, number from patients where source_key = ? or number = ?",
        [named, named],
    ).fetchall()
    found = [_Entry(*row) for row in rows]
    if by == "key":
        found = [entry for entry in found if entry.source_key == named]
    elif by == "number":
        found = [entry for entry in found if entry.number == named]
    marks = {walk.mark(named), walk.mark(named, "key"), walk.mark(named, "number")}
    if not found and marks.isdisjoint(walk.forgotten()):
        raise InputError(
            "forget: this crosswalk knows no such patient; expected a patient number or key as the"
            " export has it"
        )
    if len(found) > 1 and by is None:
        raise InputError(
            f"forget: {len(found)} entries have this as key or number; expected --by key or --by"
            " number for one of two persons, or --by both if it is one"
        )
    return found


def _marks(walk: Crosswalk, entry: _Entry, named: str, by: By | None) -> Iterator[str]:
    """Yield the marks of key and number: as either, but as only itself what another entry has too.

    `both` says that who has `named` as key and who has it as number are one person.
    """
    for kind, name in (("key", entry.source_key), ("number", entry.number)):
        if name is None:
            continue
        others = walk.database.execute(
            "select count(*) from patients where source_key <> ? and (source_key = ? or number = ?)",
            [entry.source_key, name, name],
        ).fetchone()
        shared = others[0] and not (by == "both" and name == named)
        yield walk.mark(name, kind if shared else "")


def _erase(walk: Crosswalk, entry: _Entry, folders: list[Path]) -> int:
    """Erase what the records and held-back rows have of an entry, then the entry; count the rows."""
    key = entry.patient_key
    erased = sum(_erase_from_practice(folder, key) for folder in folders)
    waiting = sorted((walk.folder / "held").glob("*/*"))
    erased += sum(_erase_from_batch(folder, key) for folder in waiting)
    for file in walk.visit_files():
        _erase_from_file(file, cell("patient_key") == constant(key))
    walk.database.execute("delete from patients where source_key = ?", [entry.source_key])
    return erased


def _folders(walk: Crosswalk, moved: list[Path]) -> list[Path]:
    """Return the practice folders that the crosswalk has served, those moved where they are now."""
    now = {batches.practice_id(folder): folder for folder in moved if (folder / "records").is_dir()}
    known = walk.practices() | now
    gone = [str(f) for name, f in known.items() if not _is(f, name)]
    if gone:
        raise InputError(
            f"forget: practice folder {listed(gone)} is not there; expected --practice FOLDER with"
            " where it is now, or --gone FOLDER if it was deleted"
        )
    return list(known.values())


def _is(folder: Path, name: str) -> bool:
    return batches.known_id(folder) == name


def _erase_from_practice(folder: Path, key: str) -> int:
    """Remove the builds, which may hold the patient, then the patient's rows from every batch."""
    with batches.lock(folder):
        _remove_builds(folder / "builds")
        records = sorted((folder / "records").glob("[0-9]*/"))
        return sum(_erase_from_batch(batch, key) for batch in records)


def _remove_builds(builds: Path) -> None:
    if not builds.is_dir():
        return
    try:
        with FileLock(builds / ".lock", timeout=0):
            for file in builds.iterdir():
                if file.name != ".lock":
                    file.unlink()
    except Timeout:
        raise InputError(f"{builds.parent.name}: a build of it is running") from None


def _erase_from_batch(folder: Path, key: str) -> int:
    """Erase a patient from the files of a batch; the visits, which tell what is whose, come last."""
    files = sorted(folder.glob("*.parquet"), key=lambda file: file.name.startswith("visits"))
    own = cell("patient_key") == constant(key)
    visits = [visit for file in files[::-1] for visit in _visits(file, own)]
    erased = 0
    for file in files:
        if "patient_key" in pl.read_parquet_schema(file):
            erased += _erase_from_file(file, own)
        elif visits:
            of_visits = cell("visit_key").isin(*[constant(visit) for visit in visits])
            erased += _erase_from_file(file, of_visits)
    return erased


def _visits(file: Path, own: Expression) -> list[str]:
    if not file.name.startswith("visits"):
        return []
    with duckdb.connect() as connection:
        rows = connection.read_parquet(str(file)).filter(own).select("visit_key")
        return [visit for (visit,) in rows.fetchall()]


def _erase_from_file(file: Path, own: Expression) -> int:
    """Write a file anew without a patient's rows, in one rename; return how many there were."""
    with duckdb.connect() as connection:
        rows = connection.read_parquet(str(file))
        gone = int(rows.filter(own).aggregate("count(*)").fetchall()[0][0])
        if gone:
            draft = file.with_name(f".{file.name}.draft")
            rows.filter(~own).write_parquet(str(draft), compression="zstd")
            draft.chmod(file.stat().st_mode)
            batches.synced(draft)
            draft.rename(file)
            batches.synced(file.parent)
    return gone


def _compact(crosswalk_folder: Path) -> None:
    """Write the crosswalk anew, so that no page of it still holds the deleted entry."""
    with crosswalk.opened(crosswalk_folder, create=False) as walk:
        walk.database.execute("commit")
        walk.database.execute("vacuum")
        walk.database.execute("begin")
