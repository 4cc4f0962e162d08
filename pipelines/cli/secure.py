"""Commands of the secure side, where patients have their own numbers: due, forget."""

import sys
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

import polars as pl
import typer
from rich.console import Console
from rich.table import Table

from pipelines import warehouse
from pipelines.cli.importing import Crosswalk, crosswalk_meant
from pipelines.cli.shared import app
from pipelines.definitions import InputError
from pipelines.due import due
from pipelines.intake import batches
from pipelines.intake.forgetting import By, drop_practice, forget

Practices = Annotated[
    list[Path] | None, typer.Option("--practice", help="Practice folder; repeatable.")
]


@app.command("due")
def due_command(
    crosswalk: Crosswalk = None,
    practice: Practices = None,
    on: Annotated[
        str | None, typer.Option(help="The day to look from (YYYY-MM-DD); default today.")
    ] = None,
    output: Annotated[
        Literal["table", "csv"], typer.Option("--format", help="How to print.")
    ] = "table",
    out: Annotated[
        Path | None, typer.Option(help="Write the list as CSV, for its owner only.")
    ] = None,
) -> None:
    """List who needs which questionnaire this week or is overdue, by the clinic's own numbers."""
    rows = due(crosswalk_meant(crosswalk), _day(on), practice or [], _tell_missing)
    if out is not None:
        _write(rows, out)
        print(f"{out}: {rows.height:,} questionnaires")
    elif output == "csv":
        print(rows.write_csv(), end="")
    else:
        _print(rows)


def _tell_missing(folder: Path) -> None:
    print(
        f"{folder}: this practice folder is not there and is left out; if it was moved, name its"
        f" place by --practice; if it was deleted, `abate forget --gone {folder}` drops it",
        file=sys.stderr,
    )


def _day(text: str | None) -> date:
    try:
        return date.fromisoformat(text) if text else date.today()
    except ValueError:
        raise InputError(f"--on: '{text}' is not a day; expected YYYY-MM-DD") from None


def _write(rows: pl.DataFrame, out: Path) -> None:
    if any((folder / "records").is_dir() for folder in out.resolve().parents):
        raise InputError(
            f"{out}: it lies in a practice folder; expected a place where the list may be seen"
        )
    out.touch(mode=0o600)
    out.chmod(0o600)
    rows.write_csv(out)


def _print(rows: pl.DataFrame) -> None:
    if not rows.height:
        print("Nobody needs a questionnaire.")
        return
    table = Table(show_edge=False, pad_edge=False)
    headings = (
        "State",
        "Patient",
        "Clinic",
        "Questionnaire",
        "For",
        "From",
        "Best on",
        "Until",
        "Last infusion",
    )
    for name in headings:
        table.add_column(name)
    shown = rows.drop("data_through")
    for row in shown.rows():
        table.add_row(*[str(cell) for cell in row])
    Console(width=None if sys.stdout.isatty() else 140).print(table)
    overdue = rows.filter(state="overdue").height
    through = rows["data_through"].max()
    assert isinstance(through, date)
    print(
        f"{overdue:,} overdue, {rows.height - overdue:,} due within the week or open."
        f" Data through {through}: scores taken since are not seen."
    )


@app.command("forget")
def forget_command(
    patient: Annotated[
        str | None, typer.Argument(help="Patient number or key, as the export has it.")
    ] = None,
    crosswalk: Crosswalk = None,
    practice: Practices = None,
    by: Annotated[
        By | None,
        typer.Option(help="What PATIENT is, where it is one patient's key and another's number."),
    ] = None,
    gone: Annotated[
        list[Path] | None,
        typer.Option(help="A practice folder that was deleted: drop it and what waits for it."),
    ] = None,
) -> None:
    """Erase a patient's entry and records; later imports leave the patient out."""
    if patient is None and not gone:
        raise typer.BadParameter("expected a patient, or --gone FOLDER")
    walk = crosswalk_meant(crosswalk)
    for folder in gone or []:
        drop_practice(folder, walk)
        print(f"{folder}: dropped from the crosswalk, with the rows that waited for it")
    if patient is not None:
        _forget(patient, walk, practice or [], by)


def _forget(patient: str, walk: Path, practices: list[Path], by: By | None) -> None:
    erased, folders = forget(patient, walk, practices, by)
    if erased is None:
        print("This patient is forgotten already; nothing of the entry is left in the crosswalk.")
        return
    print(f"The patient is forgotten: {erased:,} rows erased. Later imports leave the patient out.")
    for folder in folders:
        if (folder / "builds").is_dir() and batches.in_force(folder):
            warehouse.build(folder)
            print(f"{folder}: earlier builds were removed, a new one is current")
