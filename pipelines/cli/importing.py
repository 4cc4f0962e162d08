"""Commands that bring records in and take them back: import, batches."""

import os
import sys
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from pipelines.cli.shared import app, folder_meant, progress_display
from pipelines.definitions import InputError
from pipelines.intake import batches
from pipelines.intake.account import Account
from pipelines.intake.batches import Manifest, Slide
from pipelines.intake.earlier import NOT_TAKEN
from pipelines.intake.importing import Imported, import_export
from pipelines.intake.keys import Starts
from pipelines.intake.profile import shipped

Crosswalk = Annotated[
    Path | None,
    typer.Option(
        help="Folder of the crosswalk; default ABATE_CROSSWALK. Never in a practice folder."
    ),
]


@app.command("import")
def import_command(
    source: Annotated[Path, typer.Argument(help="Folder or file of the export.")],
    profile: Annotated[
        str, typer.Option(help=f"Shipped ({', '.join(shipped())}), or a TOML file or folder.")
    ],
    into: Annotated[Path, typer.Option(help="Practice folder.")],
    crosswalk: Crosswalk = None,
    anonymized: Annotated[
        bool, typer.Option("--anonymized", help="The records hold no identifiers of persons.")
    ] = False,
    calendar: Annotated[
        Slide | None,
        typer.Option(help="How finely the slid calendar stays true; default month."),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(help="Add rows from this day on (YYYY-MM-DD); without, the export replaces."),
    ] = None,
) -> None:
    """Bring an export in through a mapping profile, identities left behind."""
    walk = None if anonymized else crosswalk_meant(crosswalk)
    if anonymized and (crosswalk or calendar):
        raise InputError(
            "import: --anonymized says that there is nothing to protect;"
            " expected it without --crosswalk and --calendar"
        )
    with progress_display() as progress:
        progress.add_task("reading, judging, writing", total=None)
        done = import_export(source, profile, into, walk, calendar, _day(since))
    _tell(done, into)


def crosswalk_meant(given: Path | None) -> Path:
    """Return the crosswalk folder that a command is about.

    Raises InputError where none is named.
    """
    named = given or os.environ.get("ABATE_CROSSWALK")
    if not named:
        raise InputError(
            "crosswalk: none is named; expected --crosswalk DIR or ABATE_CROSSWALK for records"
            " with identifiers, or --anonymized if these hold none"
        )
    return Path(named)


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputError(f"--since: '{text}' is not a day; expected YYYY-MM-DD") from None


def _tell(done: Imported, into: Path) -> None:
    if not done.new:
        print(f"{into}: these files are batch {done.manifest.batch} already; nothing was changed")
        return
    print(f"{into}: batch {done.manifest.batch} from source {done.manifest.source}")
    for number in done.replaced:
        print(f"It replaces batch {number} of the same source, whose rows stay in their folder.")
    if done.definitions_copied:
        print("The profile's definitions were copied into the practice folder.")
    print_accounts(done.manifest.accounts)
    not_taken = sum(account.left_out.get(NOT_TAKEN, 0) for account in done.manifest.accounts)
    if not_taken:
        print(
            f"{not_taken:,} rows are new or changed, but lie before --since or on days that earlier"
            " batches show. They come in with the next full export, without --since."
        )
    if done.held_back:
        print(
            f"{done.held_back:,} rows wait behind the door: their days would tell too much until"
            " later data come in."
        )
    _tell_starts(done.starts)
    _tell_next(done, into)


def _tell_starts(starts: Starts) -> None:
    if starts.at_start:
        print(
            f"{starts.at_start:,} patients who begin in the first days of these data stay out with all"
            " their rows, also later: where many begin at once, the start would tell their days. An"
            " export that reaches further back brings them in."
        )
    if starts.moved:
        print(
            f"The first infusion of {starts.moved:,} known patients is another than the day that fixed"
            " their slid calendar: their cohort month may be one off."
        )
    if starts.late:
        print(
            f"The calendars of {starts.late:,} known patients were slid by their first visit or score,"
            " because no infusion of theirs was known: the month of their first infusion may be one off."
        )
    if starts.many:
        print(
            "These are many: if an earlier import left the infusions out, begin again with a new"
            " crosswalk and a new practice folder. A slide that is fixed stays."
        )


def _tell_next(done: Imported, into: Path) -> None:
    """Say what comes next: a build, or what it would lack."""
    missing = [table for table in ("visits", "infusions") if not batches.hold(into, table)]
    if missing:
        print(
            f"No record of {' and '.join(missing)} is in the practice, so that no course can be"
            " counted: look at these tables in the profile, at the account above and at"
            f" quarantine/{done.manifest.folder}.csv, or bring them in with another import."
        )
    if "infusions" in missing and done.manifest.slide:
        print(
            "Calendars were slid by first visits or scores. Where infusions are to come, import with a new"
            " crosswalk and a new practice folder, so that first infusions keep their month."
        )
    if "visits" not in missing:
        print(f"Next: abate build {into}")


def print_accounts(accounts: list[Account]) -> None:
    """Print what became of the rows of each unit."""
    for account in accounts:
        print(account.sentence)


@app.command("batches")
def batches_command(
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="[undo NUMBER] [FOLDER]", help="What to take back; which practice."),
    ] = None,
) -> None:
    """List the batches of a practice, or take one back: abate batches undo 3 FOLDER."""
    given = list(words or [])
    number = None
    if given[:1] == ["undo"]:
        if len(given) < 2 or not given[1].isdigit():
            raise typer.BadParameter("expected the number of a batch behind undo")
        number = int(given[1])
        given = given[2:]
    if len(given) > 1:
        raise typer.BadParameter(f"expected one practice folder, found {len(given)}")
    folder = folder_meant(Path(given[0]) if given else None)
    if number is None:
        _print_batches(folder)
    else:
        for gone in batches.undo(folder, number):
            why = "" if gone.batch == number else ", which added to it,"
            print(
                f"{folder}: batch {gone.batch} from {gone.source}{why} is taken back;"
                " its rows stay in their folder"
            )
        print(f"Next: abate build {folder}")


def _print_batches(folder: Path) -> None:
    found = batches.manifests(folder)
    if not found:
        raise InputError(f"{folder}: no batches there; bring some in with `abate import`")
    in_force = {batch.batch for batch in batches.in_force(folder)}
    gone = batches.undone(folder)
    table = Table(show_edge=False, pad_edge=False)
    for name in ("Batch", "Source", "Kind", "Days slid by", "Data", "Rows", "State"):
        table.add_column(name, justify="right" if name == "Rows" else "left")
    for batch in found:
        state = "in force" if batch.batch in in_force else "replaced"
        table.add_row(*_described(folder, batch), "taken back" if batch.batch in gone else state)
    Console(width=None if sys.stdout.isatty() else 140).print(table)


def _described(folder: Path, batch: Manifest) -> list[str]:
    span = f"{batch.data_from} to {batch.data_through}" if batch.data_from else "relative days"
    kind = "adds" if batch.mode == "since" else "full"
    rows = f"{batches.rows(folder, batch):,}"
    return [str(batch.batch), batch.source, kind, batch.slide or "-", span, rows]
