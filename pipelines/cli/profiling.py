"""The command that writes a first profile for an unknown export."""

from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.shared import app
from pipelines.definitions import InputError
from pipelines.intake.profiling import FirstProfile, first_profile


@app.command()
def profile(
    export: Annotated[Path, typer.Argument(help="Folder or file of the export.")],
    out: Annotated[
        Path | None, typer.Option(help="File to write; default: print the profile.")
    ] = None,
    name: Annotated[
        str | None, typer.Option(help="Name of the source; default the name of the export.")
    ] = None,
) -> None:
    """Look at an unknown export and write a first mapping profile for it."""
    if out is not None and out.exists():
        raise InputError(f"--out: {out} is there already; nothing was written")
    made = first_profile(export, name)
    if out is None:
        print(made.text)
        print("\n".join(f"# {line}" for line in _summary(made, export, Path("PROFILE.toml"))))
        return
    out.write_text(made.text, "utf8")
    print(f"{out}: a first profile of {export}")
    print("\n".join(_summary(made, export, out)))


def _summary(made: FirstProfile, export: Path, out: Path) -> list[str]:
    """Return how much is uncertain, and what to look at."""
    uncertain = [
        f"  line {number}: {line.split('# uncertain: ')[1]}"
        for number, line in enumerate(made.text.splitlines(), 1)
        if "# uncertain: " in line
    ]
    return [
        *made.notes,
        f"{made.uncertain} lines are uncertain" + ("; look at:" if uncertain else "."),
        *uncertain,
        f"Next: abate import {export} --profile {out} --into FOLDER --crosswalk DIR"
        " (--anonymized instead, if it holds no identifiers)",
    ]
