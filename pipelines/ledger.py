"""The ledger of releases: what left a practice, when, by whom, and which numbers others have seen.

`releases.ndjson` in the practice folder has one line per release. Each names the one before by its hash,
and `records/released` names the last one, so that a line that is lost or changed is seen, also where
all builds are thrown away.
"""

import getpass
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from pipelines.definitions import InputError
from pipelines.disclosure.disclose import through
from pipelines.disclosure.plan import plan
from pipelines.disclosure.policies import policy_row, smallest_shown
from pipelines.disclosure.release import Release, next_release, standing_release
from pipelines.disclosure.snapshot import Snapshot
from pipelines.disclosure.units import Row, Unit
from pipelines.estimates import Question
from pipelines.practice import Practice
from pipelines.warehouse import current

NAME = "releases.ndjson"
FIRST_POLICY = "cms11"  # of a practice that nothing has left yet
MARKER = "released"
WAIT_SECONDS = 30


@dataclass(frozen=True)
class Entry:
    """One release: `what` left, of which build under which policy; `renewed` counts rows let out anew."""

    at: str
    by: str
    what: str
    policy: str
    build: str
    renewed: int


@dataclass(frozen=True)
class Ledger:
    """What has left a practice so far, oldest first; `snapshots` has one for each build let out."""

    entries: tuple[Entry, ...]
    snapshots: tuple[Snapshot, ...]
    last: str


EMPTY = Ledger((), (), "")


def read(folder: Path) -> Ledger:
    """Return the ledger of a practice; an empty one where nothing has left it yet.

    Raises InputError for a ledger that is gone, cut short or changed.
    """
    place, marker = folder / NAME, _marker(folder)
    known = marker.read_text("utf8").strip() if marker.is_file() else ""
    if not place.is_file():
        if known:
            raise _broken("it is gone, but numbers have left this practice")
        return EMPTY
    entries, snapshots = [], list[Snapshot]()
    seen: dict[tuple[str, Row], Unit] = {}
    last = ""
    for number, line in enumerate(place.read_text("utf8").splitlines(), start=1):
        try:
            said = json.loads(line)
            if said["before"] != last:
                raise _broken(f"line {number} does not follow the one before it")
            entry = Entry(
                *(said[name] for name in ("at", "by", "what", "policy", "build", "renewed"))
            )
            if said["units"] is not None:
                snapshots.append(_snapshot(said, seen))
                seen.update(snapshots[-1].units)
        except (ValueError, KeyError, TypeError, AssertionError):
            raise _broken(f"line {number} can't be read") from None
        entries.append(entry)
        last = _hash(line)
    if known != last or not known:
        raise _broken("its last lines are not those that were written")
    return Ledger(tuple(entries), tuple(snapshots), last)


def leaving(folder: Path) -> str:
    """Return the policy under which numbers leave a practice: that of its earlier releases.

    Where the ledger can't be read it is the one of a practice that nothing has left yet; who then asks
    for a release is told.
    """
    try:
        entries = read(folder).entries
    except InputError:
        return FIRST_POLICY
    return entries[-1].policy if entries else FIRST_POLICY


def stamp(folder: Path) -> str:
    """Return what changes whenever the ledger does."""
    place = folder / NAME
    if not place.is_file():
        return f"none {_marker(folder).is_file()}"
    found = place.stat()
    return f"{found.st_mtime_ns} {found.st_size}"


def preview(practice: Practice, policy: str) -> Release:
    """Return what others would see of a practice's build if it were let out now.

    Raises InputError as `read` does, for an older build, and where earlier releases followed another
    policy.
    """
    return _next(practice, policy, read(practice.folder))[0]


def question_asked(what: str, question: Question) -> str:
    """Return what leaves in a line, by keys and codes, so that two questions never read alike."""
    ends = {"from": question.start_from, "to": question.start_to}
    said = [
        f"{what} by {','.join(question.by) or 'nothing'}",
        question.measure,
        question.window,
        *([] if question.population == "first_courses" else [question.population]),
        *[f"{column}={','.join(values)}" for column, values in sorted(question.where.items())],
        *[f"{end} {day:%Y-%m}" for end, day in ends.items() if day],
    ]
    return ", ".join(said)


def let_out(practice: Practice, policy: str, what: str) -> Release:
    """Return what others see of a practice's build from now on, and write down that it left.

    Raises InputError as `preview` does, and where the ledger can't be written.
    """
    folder = practice.folder
    try:
        with FileLock(folder / "builds" / ".releasing", timeout=WAIT_SECONDS):
            ledger = read(folder)
            release, new = _next(practice, policy, ledger)
            _append(folder, ledger, practice, policy, what, new)
    except Timeout:
        raise InputError(f"{folder.name}: another release of it is running") from None
    except OSError as error:
        raise InputError(
            f"{folder / NAME}: can't be written ({error.strerror}), and what is not written down does not"
            " leave the practice; ask with --policy internal, or make the folder writable"
        ) from None
    return release


def begin_anew(folder: Path) -> Path | None:
    """Set a ledger aside, so that the next release is the first again; return where it lies now."""
    place = folder / NAME
    aside = None
    if place.is_file():
        aside = folder / f"releases-until-{datetime.now(UTC):%Y%m%dT%H%M%S}.ndjson"
        place.rename(aside)
    _marker(folder).unlink(missing_ok=True)
    return aside


def _marker(folder: Path) -> Path:
    return folder / "records" / MARKER


def _next(practice: Practice, policy: str, ledger: Ledger) -> tuple[Release, Snapshot | None]:
    """Return the release of the current build, and what is new in it; None where it was let out before."""
    if practice.build.id != current(practice.folder).id:
        raise InputError(
            f"policy {policy}: an older build can't be released, because it could be subtracted from the"
            " current one; ask with --policy internal"
        )
    row = policy_row(practice.definitions, policy)
    others = {entry.policy for entry in ledger.entries} - {policy}
    if others:
        raise InputError(
            f"policy {policy}: earlier releases of this practice followed {', '.join(sorted(others))};"
            " numbers under two policies could be held against each other, so expected the same one"
        )
    smallest = smallest_shown(row)
    made, earlier = plan(practice.basis, smallest), ledger.snapshots
    if earlier and earlier[-1].build == practice.build.id:
        return standing_release(made, earlier), None
    day = through(practice.provenance)
    return next_release(made, earlier, practice.build.id, day, smallest)


def _append(
    folder: Path,
    ledger: Ledger,
    practice: Practice,
    policy: str,
    what: str,
    new: Snapshot | None,
) -> None:
    line = json.dumps(
        {
            "at": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
            "by": getpass.getuser(),
            "what": what,
            "policy": policy,
            "build": practice.build.id,
            "through": through(practice.provenance),
            "renewed": len({row for _, row in new.units}) if new else 0,
            "units": None if new is None else _written(new, ledger),
            "listed": None if new is None or new.listed is None else sorted(new.listed, key=str),
            "before": ledger.last,
        },
        ensure_ascii=False,
    )
    with (folder / NAME).open("a", encoding="utf8") as file:
        file.write(line + "\n")
        file.flush()
        os.fsync(file.fileno())
    _marker(folder).write_text(_hash(line), "utf8")


def _written(new: Snapshot, ledger: Ledger) -> dict[str, object]:
    """Return units by rung: parts, and for each row its blocks, or null where they have not moved, how
    many of what is counted one person has at most, and how many more of it there are than persons.
    """
    seen: dict[tuple[str, Row], Unit] = {}
    for snapshot in ledger.snapshots:
        seen.update(snapshot.units)
    rungs: dict[str, dict[str, object]] = {}
    for (rung, row), unit in new.units.items():
        told = rungs.setdefault(rung, {"parts": list(unit.parts), "rows": []})
        rows = told["rows"]
        assert isinstance(rows, list)
        counts = None if seen.get((rung, row)) == unit else dict(unit.counts)
        rows.append([list(row), counts, unit.most, unit.again])
    return dict(rungs)


def _snapshot(said: Mapping[str, object], seen: Mapping[tuple[str, Row], Unit]) -> Snapshot:
    units: dict[tuple[str, Row], Unit] = {}
    rungs = said["units"]
    assert isinstance(rungs, dict)
    for rung, told in rungs.items():
        for row, counts, most, *again in told["rows"]:
            key = rung, tuple(row)
            unit = Unit(counts or {}, tuple(told["parts"]), most, again[0] if again else None)
            units[key] = seen[key] if counts is None else unit
    day, pages = said["through"], said.get("listed")
    assert day is None or date.fromisoformat(str(day))
    assert pages is None or isinstance(pages, list)
    listed = None if pages is None else frozenset((tuple(row), value) for row, value in pages)
    return Snapshot(str(said["build"]), None if day is None else str(day), units, listed)


def _hash(line: str) -> str:
    return hashlib.sha256(line.encode("utf8")).hexdigest()


def _broken(why: str) -> InputError:
    return InputError(
        f"{NAME}: {why}; nothing is let out without knowing what was before. Put the file back from a"
        " backup; or, where nobody has any of the earlier numbers, begin anew with"
        " `abate releases --begin-anew`"
    )
