"""Commands that make and serve a practice: simulate, build, serve."""

import os
import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from pipelines import warehouse
from pipelines.cli.importing import print_accounts
from pipelines.cli.restating import print_moved
from pipelines.cli.shared import APP, Folder, app, folder_meant, progress_display
from pipelines.intake.simulation.writing import simulate_practice


@app.command()
def simulate(
    folder: Annotated[Path, typer.Argument(help="New practice folder.")],
    patients: Annotated[int, typer.Option(min=1, help="How many patients.")] = 4000,
    seed: Annotated[int, typer.Option(min=0, help="Same seed, same practice.")] = 1,
    missing: Annotated[
        Literal["informative", "at-random", "none"],
        typer.Option(help="What missing outcomes depend on."),
    ] = "informative",
) -> None:
    """Make a synthetic practice with known truth (truth.csv beside its records)."""
    with progress_display() as progress:
        task = progress.add_task("patients", total=patients)
        manifest = simulate_practice(
            folder, patients, seed, missing, lambda done: progress.update(task, completed=done)
        )
    print(
        f"{folder}: a simulated practice of {patients:,} patients, seed {seed}, missing {missing}"
    )
    print_accounts(manifest.accounts)
    print(f"Next: abate build {folder}")


@app.command()
def build(folder: Folder = None) -> None:
    """Make a build of a practice's records and publish it."""
    place = folder_meant(folder)
    with progress_display() as progress:
        task = progress.add_task("tables", total=None)
        found, made = warehouse.build(
            place,
            lambda name, done, total: progress.update(
                task, description=name, completed=done, total=total
            ),
        )
    span = f"{found.data_from} to {found.data_through}" if found.data_from else "relative days"
    print(
        f"{place}: build {found.id} is current ({span})"
        + ("" if made else "; it was there already")
    )
    if made:
        print_moved(place)


@app.command()
def serve(
    folder: Folder = None,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 8501,
    address: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
) -> None:
    """Serve the app for a practice, making its build first if there is none."""
    place = folder_meant(folder)
    warehouse.build(place)
    command = [
        sys.executable, "-m", "streamlit", "run", str(APP),
        f"--server.port={port}", f"--server.address={address}",
    ]  # fmt: skip
    environment = os.environ | {"ABATE_PRACTICE": str(place.resolve())}
    os.chdir(APP.parent)
    # One process: what stops the command leaves nothing behind.
    os.execve(sys.executable, command, environment)
