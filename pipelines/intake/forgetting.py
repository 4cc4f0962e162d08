"""A patient forgotten: no entry, no record, and later imports leave the patient out."""

from pathlib import Path

import duckdb

from pipelines.definitions import InputError
from pipelines.definitions.errors import listed
from pipelines.intake import batches, crosswalk
from pipelines.intake.crosswalk import Crosswalk
from pipelines.intake.expressions import cell, constant
from pipelines.intake.importing import practice_id


def forget(named: str, crosswalk_folder: Path, practices: list[Path]) -> tuple[int, list[Path]]:
    """Erase a patient, named by source key or number; return the erased rows and the practices.

    The patient's rows leave every batch, undone ones too, and what was held back; builds that may
    hold them are removed, so that a new one must be made. The crosswalk keeps nothing but a
    one-way mark, made with its secret, by which later imports know whom to leave out. Killed half
    way, the same call again finishes. `practices` are folders that have moved since their import.

    Raises InputError for an unknown patient, a number that several have, and a practice folder
    that is not where it was.
    """
    with crosswalk.opened(crosswalk_folder, create=False) as walk:
        source_key, key, number = _found(walk, named)
        folders = _folders(walk, practices)
        walk.database.execute("insert or ignore into forgotten values (?)", [walk.mark(source_key)])
        walk.keep()
        rows = walk.database.execute("select visit_key from visits where patient = ?", [number])
        visits = [visit for (visit,) in rows]
        erased = sum(_erase_from_practice(folder, key, visits) for folder in folders)
        for file in sorted((walk.folder / "held").rglob("*.parquet")):
            erased += _erase_from_file(file, key, visits)
        walk.database.execute("delete from visits where patient = ?", [number])
        walk.database.execute("delete from patients where patient = ?", [number])
    _compact(crosswalk_folder)
    return erased, folders


def _found(walk: Crosswalk, named: str) -> tuple[str, str, int]:
    found = walk.database.execute(
        "select source_key, patient_key, patient from patients where source_key = ? or number = ?",
        [named, named],
    ).fetchall()
    if not found:
        raise InputError(
            "forget: this crosswalk knows no such patient; expected a patient number or key as the"
            " export has it"
        )
    if len(found) > 1:
        raise InputError(
            f"forget: {len(found)} patients have this number; expected the key that the export has"
        )
    return found[0][0], found[0][1], found[0][2]


def _folders(walk: Crosswalk, moved: list[Path]) -> list[Path]:
    """Return the practice folders that the crosswalk has served, those moved where they are now."""
    now = {practice_id(folder): folder for folder in moved if (folder / "records").is_dir()}
    known = walk.practices() | now
    gone = [str(f) for name, f in known.items() if not _is(f, name)]
    if gone:
        raise InputError(
            f"forget: practice folder {listed(gone)} is not there; expected --practice FOLDER with"
            " where it is now"
        )
    return list(known.values())


def _is(folder: Path, name: str) -> bool:
    file = folder / "records" / "practice_id"
    return file.is_file() and file.read_text("utf8").strip() == name


def _erase_from_practice(folder: Path, key: str, visits: list[str]) -> int:
    with batches.lock(folder):
        erased = 0
        for file in sorted((folder / "records").rglob("*.parquet")):
            erased += _erase_from_file(file, key, visits)
        if erased:
            for build in (folder / "builds").glob("*"):
                build.unlink()
        return erased


def _erase_from_file(file: Path, key: str, visits: list[str]) -> int:
    """Write a file anew without a patient's rows, in one rename; return how many there were."""
    with duckdb.connect() as connection:
        rows = connection.read_parquet(str(file))
        if "patient_key" in rows.columns:
            others = cell("patient_key") != constant(key)
        elif visits:
            others = cell("visit_key").isnotin(*[constant(visit) for visit in visits])
        else:
            return 0
        gone = int(rows.filter(~others).aggregate("count(*)").fetchall()[0][0])
        if gone:
            draft = file.with_name(f".{file.name}.draft")
            rows.filter(others).write_parquet(str(draft), compression="zstd")
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
