"""An export brought in through a profile: read, judged, freed of identities, written as one batch."""

import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb

from pipelines.definitions import Definitions, InputError, load
from pipelines.definitions.errors import listed
from pipelines.intake import batches, crosswalk, fhir, held, keys, leaving, omop, tabular
from pipelines.intake.batches import Manifest, Slide
from pipelines.intake.crosswalk import Crosswalk
from pipelines.intake.judging import judge, unknown_instrument
from pipelines.intake.leaving import Door
from pipelines.intake.profile import Profile, find
from pipelines.intake.scratch import Scratch, remove_leftovers, scratch
from pipelines.intake.screen import restrict_regions, screen
from pipelines.intake.sliding import MARGINS, SQL, edges
from pipelines.intake.tabular.reading import locate

READERS: dict[str, Callable[[Scratch, Path, Profile], None]] = {
    "tabular": tabular.read_export,
    "fhir": fhir.read,
    "omop": omop.read,
}


@dataclass(frozen=True)
class Imported:
    """What an import did: the batch, and whether it is new."""

    manifest: Manifest
    new: bool
    replaced: list[int]
    definitions_copied: bool
    held_back: int = 0


@dataclass(frozen=True)
class Request:
    """What is asked for: an export, how it is read, where it goes, and how it is freed of identities.

    Without a crosswalk the records are said to hold no identifiers.
    """

    source: Path
    profile: Profile
    practice: Path
    crosswalk: Crosswalk | None
    slide: Slide | None
    since: date | None

    @property
    def sliding(self) -> bool:
        """Return whether days are slid: a study in relative days has none that identify."""
        return self.crosswalk is not None and self.profile.calendar == "dates"


def import_export(
    source: Path,
    profile_name: str,
    practice: Path,
    crosswalk_folder: Path | None = None,
    slide: Slide | None = None,
    since: date | None = None,
) -> Imported:
    """Bring an export into a practice folder as one new batch.

    With a crosswalk the export may hold identifiers: keys become random, days are slid, and what
    lies too near the end of the data waits on the crosswalk side. Without, the records are said to
    hold none. The same files in the same way a second time change nothing. With `since` rows from
    that day on are added to the earlier batches of the source; without, it replaces them.

    Raises InputError, with nothing changed in the practice folder, for a source, profile,
    definition or crosswalk that can't be used.
    """
    if not source.exists():
        raise InputError(f"source '{source}': no such file or folder")
    if practice.exists() and not practice.is_dir():
        raise InputError(f"practice '{practice}': it is a file; expected a folder")
    profile = find(profile_name)
    with ExitStack() as stack:
        walk = None
        if crosswalk_folder is not None:
            walk = stack.enter_context(crosswalk.opened(crosswalk_folder, practice))
        stack.enter_context(_folder(practice))
        settled = walk.settle_slide(slide) if walk and profile.calendar == "dates" else None
        return _import(Request(source, profile, practice, walk, settled, since))


@contextmanager
def _folder(practice: Path) -> Iterator[None]:
    """Hold the practice folder; one that the import made and left empty is gone afterwards."""
    new = not practice.exists()
    try:
        with batches.lock(practice):
            yield
    finally:
        if new and not any((practice / "records").glob("[0-9]*/manifest.json")):
            shutil.rmtree(practice, ignore_errors=True)


def _import(asked: Request) -> Imported:
    place = _remove_leftovers(asked)
    definitions, copied = _definitions(asked.profile, asked.practice)
    _refuse_unknown_constants(asked.profile, definitions)
    content = _content_hash(asked, definitions)
    in_force = batches.in_force(asked.practice)
    same = next((batch for batch in in_force if batch.content_hash == content), None)
    if same:
        return Imported(same, new=False, replaced=[], definitions_copied=False)
    _refuse_other_calendar(asked, in_force)
    with ExitStack() as stack:
        draft = stack.enter_context(batches.draft(asked.practice))
        work = stack.enter_context(scratch(place, definitions))
        try:
            manifest, waiting = _brought(work, asked, definitions, content, draft)
        except (duckdb.IOException, duckdb.OutOfMemoryException):
            raise InputError(
                f"import of {asked.profile.name}: the working database failed; is the disk full?"
                " Nothing was brought in"
            ) from None
        if copied and asked.profile.folder:
            _copy_definitions(asked.profile.folder / "definitions", draft)
        draft.publish(manifest)
    full = manifest.mode == "full"
    replaced = [b.batch for b in in_force if b.source == manifest.source and full]
    return Imported(manifest, True, replaced, copied, waiting)


def _remove_leftovers(asked: Request) -> Path:
    """Remove what killed imports left; return the folder that working databases lie in."""
    walk = asked.crosswalk
    place = walk.folder if walk else asked.practice / "records"
    remove_leftovers(place)
    batches.remove_leftovers(asked.practice)
    if walk and (asked.practice / "records" / "practice_id").is_file():
        published = {batch.folder for batch in batches.manifests(asked.practice)}
        for waiting in walk.held_here(practice_id(asked.practice)):
            if waiting.name not in published:
                crosswalk.remove_folder(waiting)
    return place


def _copy_definitions(folder: Path, draft: batches.Draft) -> None:
    """Copy a profile's definitions into the practice folder, whole or not at all."""
    copy = draft.folder.with_name(f"{draft.folder.name}-definitions")
    shutil.copytree(folder, copy)
    copy.rename(draft.practice / "definitions")


def _brought(
    work: Scratch, asked: Request, definitions: Definitions, content: str, draft: batches.Draft
) -> tuple[Manifest, int]:
    """Bring the export through the door into a draft; return its manifest and the rows that wait."""
    today, walk = date.today(), asked.crosswalk
    keys.load_known(work, walk, asked.profile.name, today)
    READERS[asked.profile.format](work, asked.source, asked.profile)
    if asked.since and walk:
        held.join_in(work, walk, asked.practice, asked.profile.name)
    if walk or asked.profile.format != "tabular":
        keys.ages(work)
    judge(work, definitions, None if asked.profile.calendar == "relative" else today, walk is None)
    if walk:
        restrict_regions(work)
    screen(work, definitions, anonymized=walk is None)
    _refuse_nobody(work)
    manifest = _manifest(work, asked, definitions, content)
    leaving.write_accepted(work, draft.folder)
    leaving.write_quarantine(work, draft.quarantine)
    waiting = 0
    if walk:
        folder = walk.held(practice_id(asked.practice), manifest.folder)
        crosswalk.remove_folder(folder)
        waiting = leaving.write_held(work, folder)
        walk.keep()
    return manifest, waiting


def _manifest(work: Scratch, asked: Request, definitions: Definitions, content: str) -> Manifest:
    """Return the manifest, after all rows have been given their keys, days and fate."""
    first, last, door = _door(work, asked, definitions)
    leaving.pass_door(work, door)
    if door.edges:
        first = leaving.first_seen(work)
        last = door.edges.last
        first = min(first or last, last)
    dated = asked.profile.calendar == "dates"
    return Manifest(
        batch=_number(asked.practice),
        source=asked.profile.name,
        content_hash=content,
        calendar=asked.profile.calendar,
        data_from=first.isoformat() if first and dated else None,
        data_through=last.isoformat() if last and dated else None,
        accounts=leaving.accounts(work),
        slide=asked.slide,
        mode="since" if asked.since else "full",
    )


def _door(
    work: Scratch, asked: Request, definitions: Definitions
) -> tuple[date | None, date | None, Door]:
    """Give keys and slides; return the true first and last day and what decides who passes."""
    margin = MARGINS[asked.slide] if asked.slide else 0
    work.connection.execute("create table door.asked_margin as select ? as days", [margin])
    work.run(SQL / "span.sql")
    first, last, beginners = work.connection.table("door.span").fetchall()[0]
    walk = asked.crosswalk
    if walk is None:
        keys.keep_keys(work)
        return first, last, Door(since=asked.since)
    if not asked.slide or not last:
        keys.replace_keys(work, walk, asked.profile.name, None, None, definitions)
        return first, last, Door(since=asked.since)
    place = (practice_id(asked.practice), asked.profile.name)
    crowded = beginners >= definitions.setting("crowded_start_patients")
    shown = _shown(asked)
    if asked.since and shown:
        in_force = [batch.batch for batch in batches.in_force(asked.practice)]
        first, last = walk.widened(*place, in_force, first, last)
    elif asked.since:
        first, crowded = min(asked.since, last), True
    walk.note_span(*place, _number(asked.practice), (first, last), asked.practice)
    seen = edges(asked.slide, first, last, crowded)
    keys.replace_keys(work, walk, asked.profile.name, asked.slide, seen, definitions)
    surely = asked.since + timedelta(days=margin) if asked.since else None
    return first, last, Door(seen, asked.since, shown, surely)


def _number(practice: Path) -> int:
    """Return the number of the next batch."""
    return max((batch.batch for batch in batches.manifests(practice)), default=0) + 1


def _shown(asked: Request) -> date | None:
    """Return the last slid day that earlier batches of the source in force may show."""
    found = batches.in_force(asked.practice)
    days = [b.data_through for b in found if b.source == asked.profile.name and b.data_through]
    return date.fromisoformat(max(days)) if days else None


def practice_id(practice: Path) -> str:
    """Return the random name by which a crosswalk knows a practice folder, giving it one if it has none."""
    file = practice / "records" / "practice_id"
    if not file.is_file():
        new = file.with_name(".practice_id")
        new.write_text(f"{secrets.token_hex(8)}\n", "utf8")
        batches.synced(new)
        new.rename(file)
    return file.read_text("utf8").strip()


def _content_hash(asked: Request, definitions: Definitions) -> str:
    """Return a hash of files, profile, definitions and way of import: with others, rows may differ."""
    secret = asked.crosswalk.secret().hex() if asked.crosswalk else ""
    return batches.digest(
        _files(asked.source, asked.profile),
        secret,
        asked.profile.model_dump_json(),
        str(asked.slide),
        str(asked.since),
        *[frame.write_csv() for frame in definitions.tables.values()],
    )


def _files(source: Path, profile: Profile) -> list[Path]:
    if profile.format == "tabular":
        found = [locate(source, name, file) for name, file in profile.files.items()]
        return [path for path in found if path]
    return [source] if source.is_file() else sorted(p for p in source.rglob("*") if p.is_file())


def _definitions(profile: Profile, practice: Path) -> tuple[Definitions, bool]:
    """Return the definitions that hold, and whether the profile's own are to be copied."""
    own = profile.folder / "definitions" if profile.folder else None
    copy = own is not None and own.is_dir() and not (practice / "definitions").is_dir()
    return load(own if copy else practice / "definitions"), copy


def _refuse_unknown_constants(profile: Profile, definitions: Definitions) -> None:
    known = definitions.codes("instruments", "instrument")
    problems = []
    for table, source in profile.sources():
        if table != "scores":
            continue
        for values in (source.columns, *source.each):
            value = values.get("instrument")
            named = [] if value is None else [value.constant, *(value.values or {}).values()]
            problems += [
                f"profile {profile.name}: {unknown_instrument(str(name), known)}"
                for name in named
                if name is not None and name not in known
            ]
    if problems:
        raise InputError(*dict.fromkeys(problems))


def _refuse_other_calendar(asked: Request, in_force: list[Manifest]) -> None:
    profile = asked.profile
    others = [batch for batch in in_force if batch.source != profile.name]
    wrong = [batch.folder for batch in others if batch.calendar != profile.calendar]
    if wrong:
        raise InputError(
            f"profile {profile.name}: calendar is {profile.calendar}, but the folder holds"
            f" {listed(wrong)} with the other; expected one calendar in a practice folder"
        )
    slid = [b.folder for b in others if b.calendar == "dates" and b.slide != asked.slide]
    if slid and profile.calendar == "dates":
        raise InputError(
            f"profile {profile.name}: days are slid by {asked.slide or 'nothing'}, but the folder"
            f" holds {listed(slid)} slid otherwise; expected one way in a practice folder"
        )


def _refuse_nobody(work: Scratch) -> None:
    good = work.connection.sql(
        "select count(*) from judged.patients where broken is null"
    ).fetchall()
    if not good[0][0]:
        rules = work.connection.sql(
            "select distinct split_part(broken, ':', 2) as rule from judged.patients"
            " where broken is not null union select distinct rule from mapped.refused order by rule"
        ).fetchall()
        raise InputError(
            f"patients: no row was accepted; rules broken: {listed(rule for (rule,) in rules) or 'none'}"
        )
