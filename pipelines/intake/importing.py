"""An export brought in through a profile: read, mapped, split, written as one batch."""

import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from pipelines.definitions import Definitions, InputError, load
from pipelines.definitions.errors import listed
from pipelines.intake import batches, contract
from pipelines.intake.batches import Account, Manifest
from pipelines.intake.mapping import Mapped, mapped
from pipelines.intake.profile import Profile, find
from pipelines.intake.reading import columns_used, locate, read
from pipelines.intake.splitting import Split, split, unknown_instrument


@dataclass(frozen=True)
class Imported:
    """What an import did: the batch, and whether it is new."""

    manifest: Manifest
    new: bool
    replaced: int | None
    definitions_copied: bool


def import_export(source: Path, profile_name: str, practice: Path) -> Imported:
    """Bring already anonymized records into a practice folder as one new batch.

    The same files through the same profile a second time change nothing. Raises InputError, with
    nothing changed on disk, for a source, profile or definition that can't be used.
    """
    if not source.exists():
        raise InputError(f"source '{source}': no such file or folder")
    if practice.exists() and not practice.is_dir():
        raise InputError(f"practice '{practice}': it is a file; expected a folder")
    profile = find(profile_name)
    definitions, copied = _definitions(profile, practice)
    _refuse_unknown_constants(profile, definitions)
    paths = {name: locate(source, name, file) for name, file in profile.files.items()}
    content = batches.digest(
        [path for path in paths.values() if path],
        profile.model_dump_json(),
        *_in_words(definitions),
    )
    earlier = batches.manifests(practice) if practice.is_dir() else []
    same = next((batch for batch in batches.active(earlier) if batch.content_hash == content), None)
    if same:
        return Imported(same, new=False, replaced=None, definitions_copied=False)
    _refuse_other_calendar(profile, earlier)
    found = _mapped(profile, paths)
    last_day = None if profile.calendar == "relative" else date.today()
    parted = split(_by_table(found), definitions, last_day)
    manifest = _manifest(profile, content, earlier, found, parted)
    with batches.lock(practice):
        _write(practice, profile, manifest, parted, copied)
    replaced = next((b.batch for b in batches.active(earlier) if b.source == profile.name), None)
    return Imported(manifest, new=True, replaced=replaced, definitions_copied=copied)


def _in_words(definitions: Definitions) -> list[str]:
    """Return the definitions as text: with others, the same rows may be accepted that were not."""
    return [frame.write_csv() for frame in definitions.tables.values()]


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


def _refuse_other_calendar(profile: Profile, earlier: list[Manifest]) -> None:
    others = [batch for batch in batches.active(earlier) if batch.source != profile.name]
    wrong = [batch.folder for batch in others if batch.calendar != profile.calendar]
    if wrong:
        raise InputError(
            f"profile {profile.name}: calendar is {profile.calendar}, but the folder holds"
            f" {listed(wrong)} with the other; expected one calendar in a practice folder"
        )


def _mapped(profile: Profile, paths: dict[str, Path | None]) -> list[Mapped]:
    used = columns_used(profile)
    files = {
        name: read(path, name, profile.files[name], used[name])
        for name, path in paths.items()
        if path is not None
    }
    relative = profile.calendar == "relative"
    return [
        mapped(contract.BY_NAME[table], source, files, relative)
        for table, source in profile.sources()
        if source.from_ in files
    ]


def _by_table(found: list[Mapped]) -> dict[str, pl.DataFrame]:
    names = dict.fromkeys(part.table for part in found)
    return {name: pl.concat([part.frame for part in found if part.table == name]) for name in names}


def _manifest(
    profile: Profile, content: str, earlier: list[Manifest], found: list[Mapped], parted: Split
) -> Manifest:
    accounts = [_account(table.name, found, parted) for table in contract.TABLES]
    if not parted.accepted["patients"].height:
        rules = parted.quarantined.filter(table="patients")["rule"].unique().sort()
        raise InputError(f"patients: no row was accepted; rules broken: {listed(rules) or 'none'}")
    span = None if profile.calendar == "relative" else batches.days(parted.accepted)
    return Manifest(
        batch=max((batch.batch for batch in earlier), default=0) + 1,
        source=profile.name,
        content_hash=content,
        calendar=profile.calendar,
        data_from=span[0].isoformat() if span else None,
        data_through=span[1].isoformat() if span else None,
        accounts=[account for account in accounts if account.rows_in],
    )


def _account(table: str, found: list[Mapped], parted: Split) -> Account:
    parts = [part for part in found if part.table == table]
    account = Account(
        table=table,
        rows_in=sum(part.rows_in for part in parts),
        accepted=parted.accepted[table].height,
        quarantined=parted.quarantined.filter(table=table).height,
        filtered=sum(part.filtered for part in parts),
        blank=sum(part.blank for part in parts),
        repeated=sum(part.repeated for part in parts),
    )
    assert account.exact, account
    return account


def _write(
    practice: Path, profile: Profile, manifest: Manifest, parted: Split, copy_definitions: bool
) -> None:
    writer = batches.Writer(practice)
    try:
        writer.add(parted.accepted, parted.quarantined)
        if copy_definitions and profile.folder:
            shutil.copytree(profile.folder / "definitions", practice / "definitions")
        writer.publish(manifest)
    except BaseException:
        writer.discard()
        raise
