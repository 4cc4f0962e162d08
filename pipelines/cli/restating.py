"""The command that prints the restatement log."""

import json
from pathlib import Path
from typing import Annotated, Literal

import polars as pl
import typer

from pipelines.cli.shared import Folder, app, folder_meant
from pipelines.disclosure.restated import RestatementFinding, disclose_restatements
from pipelines.estimates.restated import Restatements
from pipelines.practice import open_practice


@app.command()
def restatements(
    folder: Folder = None,
    policy: Annotated[str, typer.Option(help="cms11 or internal.")] = "cms11",
    output: Annotated[
        Literal["table", "json"], typer.Option("--format", help="How to print.")
    ] = "table",
) -> None:
    """Print which published headline rates the current build moved, by how much and why."""
    log = open_practice(folder_meant(folder)).restatements()
    finding = disclose_restatements(log, policy)
    if output == "json":
        print(json.dumps(_as_json(log, finding), indent=2))
        return
    print(finding.summary)
    for line in finding.lines:
        print(line)


def print_moved(place: Path) -> None:
    """Print in a line how many published headline rates a new build moved, and where to see them.

    What is printed leaves the practice, so that the number is shown as the default policy allows.
    """
    log = open_practice(place).restatements()
    if log.why_not == "first_build":
        return
    seen = f" See them: abate restatements {place} --policy internal" if log.moved.height else ""
    print(f"{disclose_restatements(log).summary}{seen}")


def _as_json(log: Restatements, finding: RestatementFinding) -> dict[str, object]:
    rows = finding.rows.with_columns(pl.col("start_month").dt.to_string("%Y-%m"))
    return {
        "build": log.provenance.build,
        "compared_with": log.before,
        "policy": finding.policy,
        "summary": finding.summary,
        "moved": finding.moved,
        "rules_changed": log.rules_changed.split(", ") if log.rules_changed else [],
        "rows": rows.drop("moved").to_dicts(),
        "reasons": finding.reasons.to_dicts(),
    }
