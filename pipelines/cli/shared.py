"""What the commands share: the program, the folder that is meant, the progress display."""

import os
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

APP = Path(__file__).resolve().parents[2] / "app.py"
SAMPLE = APP.parent / "data" / "sample"

app = typer.Typer(
    help="Practice analytics for ketamine-infusion clinics.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
Folder = Annotated[
    Path | None,
    typer.Argument(help="Practice folder; default ABATE_PRACTICE, else the sample practice."),
]


def folder_meant(given: Path | None) -> Path:
    """Return the practice folder that a command is about."""
    return given or Path(os.environ.get("ABATE_PRACTICE") or SAMPLE)


def progress_display() -> Progress:
    """Return a progress display that is silent where nobody watches."""
    console = Console(stderr=True)
    return Progress(console=console, disable=not console.is_terminal, transient=True)
