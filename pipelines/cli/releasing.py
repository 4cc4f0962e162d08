"""The command that lists what has left a practice."""

import json
from dataclasses import asdict
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.table import Table

from pipelines import ledger
from pipelines.cli.shared import Folder, app, folder_meant
from pipelines.definitions import InputError


@app.command()
def releases(
    folder: Folder = None,
    output: Annotated[
        Literal["table", "json"], typer.Option("--format", help="How to print.")
    ] = "table",
    begin_anew: Annotated[
        bool,
        typer.Option(
            "--begin-anew",
            help="Set the ledger aside: only where nobody has any of the earlier numbers.",
        ),
    ] = False,
) -> None:
    """List what left a practice under a policy that hides small counts: when, by whom, of which build."""
    place = folder_meant(folder)
    if not place.is_dir():
        raise InputError(f"practice '{place}': no such folder")
    if begin_anew:
        aside = ledger.begin_anew(place)
        print(f"The ledger was set aside as {aside.name}." if aside else "There was no ledger.")
        return
    entries = ledger.read(place).entries
    if output == "json":
        print(json.dumps([asdict(entry) for entry in entries], indent=2, ensure_ascii=False))
    elif not entries:
        print("Nothing has left this practice yet.")
    else:
        table = Table("At", "By", "What", "Policy", "Build", "Rows anew", show_edge=False)
        for entry in entries:
            table.add_row(
                entry.at, entry.by, entry.what, entry.policy, entry.build, str(entry.renewed)
            )
        Console(width=140).print(table)
