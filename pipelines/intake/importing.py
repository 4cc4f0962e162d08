"""An export brought in through a profile: read, judged, freed of identities, written as one batch."""

import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from pipelines.definitions import Definitions, InputError, load
from pipelines.definitions.errors import listed
from pipelines.intake import batches, crosswalk, fhir, held, keys, leaving, omop, tabular
from pipelines.intake.batches import Manifest, Slide
from pipelines.intake.doorway import Given, Request, give_keys, next_number
from pipelines.intake.judging import judge, unknown_instrument
from pipelines.intake.other_sources import refuse_brought_again
from pipelines.intake.profile import Profile, find
from pipelines.intake.scratch import Scratch, remove_leftovers, scratch
from pipelines.intake.screen import restrict_regions, screen
from pipelines.intake.tabular.reading import locate

READERS: dict[str, Callable[[Scratch, Path, Profile], None]] = {
    "tabular": tabular.read_export,
    "fhir": fhir.read,
    "omop": omop.read,
}


@dataclass(frozen=True)
class Imported:
    """What an import did: the batch, whether it is new, what it replaced and how many rows wait.

    starts: patients whose first infusion is another than the day that fixed their calendar, or where
    the data begin.
    """

    manifest: Manifest
    new: bool
    replaced: list[int]
    definitions_copied: bool
    held_back: int = 0
    starts: keys.Starts = keys.AS_BEFORE


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
    if since and since > date.today():
        raise InputError(f"--since: {since} is not yet; expected a day of the export")
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
    if asked.crosswalk is None:
        _refuse_birth_dates(asked.profile)
    in_force = batches.in_force(asked.practice)
    earlier = [batch for batch in in_force if batch.source == asked.profile.name]
    with ExitStack() as stack:
        # Where no earlier batch can be the same, files are hashed while they are read.
        pool = stack.enter_context(ThreadPoolExecutor(1))
        files = _files(asked.source, asked.profile)
        content = pool.submit(batches.digest, files, *_way(asked, definitions))
        same = next((b for b in earlier if b.content_hash == content.result()), None)
        if same:
            return Imported(same, new=False, replaced=[], definitions_copied=False)
        _refuse_other_calendar(asked, in_force)
        draft = stack.enter_context(batches.draft(asked.practice))
        work = stack.enter_context(scratch(place, definitions))
        try:
            manifest, waiting, starts = _brought(work, asked, definitions, content, draft)
        except (duckdb.IOException, duckdb.OutOfMemoryException):
            raise InputError(
                f"import of {asked.profile.name}: the working database failed; is the disk full?"
                " Nothing was brought in"
            ) from None
        if copied and asked.profile.folder:
            _copy_definitions(asked.profile.folder / "definitions", draft)
        draft.publish(manifest)
    full = manifest.mode == "full"
    replaced = [batch.batch for batch in earlier if full]
    return Imported(manifest, True, replaced, copied, waiting, starts)


def _remove_leftovers(asked: Request) -> Path:
    """Remove what killed imports left; return the folder that working databases lie in."""
    walk = asked.crosswalk
    place = walk.folder if walk else asked.practice / "records"
    remove_leftovers(place)
    batches.remove_leftovers(asked.practice)
    name = batches.known_id(asked.practice)
    if walk and name:
        published = batches.manifests(asked.practice)
        walk.drop_spans(name, [batch.batch for batch in published])
        for waiting in walk.held_here(name):
            if waiting.name not in [batch.folder for batch in published]:
                crosswalk.remove_folder(waiting)
    return place


def _copy_definitions(folder: Path, draft: batches.Draft) -> None:
    """Copy a profile's definitions into the practice folder, whole or not at all."""
    copy = draft.folder.with_name(f"{draft.folder.name}-definitions")
    shutil.copytree(folder, copy)
    copy.rename(draft.practice / "definitions")


def _brought(
    work: Scratch,
    asked: Request,
    definitions: Definitions,
    content: Future[str],
    draft: batches.Draft,
) -> tuple[Manifest, int, keys.Starts]:
    """Bring the export through the door into a draft.

    Returns its manifest, the rows that wait and the patients whose first infusion is another.
    """
    today, walk = date.today(), asked.crosswalk
    keys.load_known(work, walk, asked.profile.name, today)
    READERS[asked.profile.format](work, asked.source, asked.profile)
    if asked.since and walk:
        held.join_in(work, walk, asked.practice, asked.profile.name)
    work.connection.execute("set preserve_insertion_order = false")  # places are told by now
    birth_dates = walk is not None or asked.profile.format != "tabular"
    if birth_dates:
        keys.take_births(work)
    judge(work, definitions, None if asked.profile.calendar == "relative" else today, walk is None)
    if walk:
        restrict_regions(work)
    screen(work, definitions, anonymized=walk is None)
    _refuse_nobody(work)
    keys.note_days(work)
    if birth_dates:
        keys.tell_ages(work)
    given = give_keys(work, asked, definitions)
    leaving.pass_door(work, given.door)
    leaving.write_accepted(work, draft.folder)
    refuse_brought_again(
        work.connection, draft.folder, asked.practice, asked.profile.name, definitions
    )
    manifest = _manifest(work, asked, given, content, draft)
    leaving.write_quarantine(work, draft.quarantine)
    waiting = 0
    if walk:
        walk.note_practice(batches.practice_id(asked.practice), asked.practice)
        folder = walk.held(batches.practice_id(asked.practice), manifest.folder)
        crosswalk.remove_folder(folder)
        waiting = leaving.write_held(work, folder)
        walk.keep()
    return manifest, waiting, given.starts


def _manifest(
    work: Scratch, asked: Request, given: Given, content: Future[str], draft: batches.Draft
) -> Manifest:
    """Return what is told of the batch that a draft will be."""
    first, last = given.first, given.last
    if given.door.edges:
        last = given.door.edges.last
        first = min(leaving.first_seen(work, draft.folder) or last, last)
    dated = asked.profile.calendar == "dates"
    added_to = (asked.practice, asked.profile.name) if asked.since else None
    return Manifest(
        batch=next_number(asked.practice),
        source=asked.profile.name,
        content_hash=content.result(),
        calendar=asked.profile.calendar,
        data_from=first.isoformat() if first and dated else None,
        data_through=last.isoformat() if last and dated else None,
        accounts=leaving.accounts(work, added_to),
        slide=asked.slide,
        crosswalk=asked.crosswalk.fingerprint() if asked.crosswalk else None,
        mode="since" if asked.since else "full",
    )


def _way(asked: Request, definitions: Definitions) -> list[str]:
    """Return profile, definitions and way of import: with others, rows of the same files may differ."""
    secret = asked.crosswalk.secret().hex() if asked.crosswalk else ""
    return [
        secret,
        asked.profile.model_dump_json(),
        str(asked.slide),
        str(asked.since),
        *[frame.write_csv() for frame in definitions.tables.values()],
    ]


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


def _refuse_birth_dates(profile: Profile) -> None:
    """Refuse a profile that reads birth dates of records that are said to hold no identifiers."""
    values = [source.columns.get("age_band") for _, source in profile.sources()]
    if any(value is not None and value.birth_date for value in values):
        raise InputError(
            f"profile {profile.name}: age_band is made of a birth date, but --anonymized says that"
            " the records hold no identifiers; expected --crosswalk, or age_in_years or a band"
        )


def _refuse_other_calendar(asked: Request, in_force: list[Manifest]) -> None:
    """Refuse rows whose calendar or keys would not fit those that stay in force beside them."""
    profile = asked.profile
    others = [b for b in in_force if asked.since or b.source != profile.name]
    wrong = [batch.folder for batch in others if batch.calendar != profile.calendar]
    if wrong:
        raise InputError(
            f"profile {profile.name}: calendar is {profile.calendar}, but the folder holds"
            f" {listed(wrong)} with the other; expected one calendar in a practice folder"
        )
    other = [b.folder for b in others if b.calendar == "dates" and b.slide != asked.slide]
    if other:
        raise InputError(
            f"profile {profile.name}: days are slid by {asked.slide or 'nothing'}, but the folder"
            f" holds {listed(other)} slid otherwise; expected one way in a practice folder"
        )
    own = asked.crosswalk.fingerprint() if asked.crosswalk else None
    elsewhere = [b.folder for b in others if b.crosswalk != own]
    if elsewhere:
        raise InputError(
            f"profile {profile.name}: the keys of {listed(elsewhere)} are not of this crosswalk;"
            " expected the same one in a practice folder, so that its patients keep their keys and days"
        )


def _refuse_nobody(work: Scratch) -> None:
    good = work.connection.sql(
        "select count(*) from judged.patients where broken is null"
    ).fetchall()
    if not good[0][0]:
        rules = work.connection.sql(
            "select distinct broken from judged.patients where broken is not null"
            " union select distinct concat_ws(':', \"column\", rule) from mapped.refused order by 1"
        ).fetchall()
        told = listed(rule for (rule,) in rules) or "none"
        raise InputError(f"patients: no row was accepted; columns and the rules they break: {told}")
