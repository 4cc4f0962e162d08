"""The command that says what proposed definitions would change."""

import json
from pathlib import Path
from typing import Annotated, Literal

import polars as pl
import typer

from pipelines.cli.shared import app, folder_meant
from pipelines.disclosure.restated import RestatementFinding, disclose_restatements
from pipelines.estimates.restated import Restatements
from pipelines.practice import open_practice

definitions = typer.Typer(help="Definitions that somebody proposes.", no_args_is_help=True)
app.add_typer(definitions, name="definitions")


@definitions.callback()
def main() -> None:
    """Say what proposed definitions would change, before anyone adopts them."""


@definitions.command()
def diff(
    folder: Annotated[
        Path,
        typer.Argument(help="Folder of overrides, as it would lie in the practice's definitions/."),
    ],
    practice: Annotated[
        Path | None,
        typer.Option(help="Practice folder; default ABATE_PRACTICE, else the sample practice."),
    ] = None,
    policy: Annotated[str, typer.Option(help="cms11 or internal.")] = "cms11",
    output: Annotated[
        Literal["table", "json"], typer.Option("--format", help="How to print.")
    ] = "table",
) -> None:
    """List which cells differ and which published headline rates would move, by how much.

    The records of the current build are counted by its own definitions and by the proposed ones.
    Nothing is written.
    """
    cells, log = open_practice(folder_meant(practice)).proposal(folder)
    finding = disclose_restatements(log, policy)
    if output == "json":
        print(json.dumps(_as_json(cells, log, finding), indent=2))
        return
    for row in cells.iter_rows(named=True):
        print(f"{row['file']}, {row['key']}: {row['column']} {_moved(row['before'], row['after'])}")
    if cells.is_empty():
        print("The definitions are the same as those of the current build.")
    print(_summary(log, finding))
    for line in finding.lines:
        print(line)


def _moved(before: str | None, after: str | None) -> str:
    return f"{'none' if before is None else before} -> {'none' if after is None else after}"


def _summary(log: Restatements, finding: RestatementFinding) -> str:
    if finding.moved is None:
        return (
            "Published headline rates would move; how many is hidden, because small numbers of persons"
            " are behind them."
        )
    stay = log.rows.height - log.moved.height
    if not finding.moved:
        return f"No published headline rate would move; all {stay} would stay."
    return f"{finding.moved} published headline rates would move, {stay} would stay."


def _as_json(
    cells: pl.DataFrame, log: Restatements, finding: RestatementFinding
) -> dict[str, object]:
    rows = finding.rows.with_columns(pl.col("start_month").dt.to_string("%Y-%m"))
    return {
        "build": log.provenance.build,
        "policy": finding.policy,
        "cells": cells.to_dicts(),
        "summary": _summary(log, finding),
        "moved": finding.moved,
        "rules_changed": log.rules_changed.split(", ") if log.rules_changed else [],
        "rows": rows.drop("moved").to_dicts(),
        "reasons": finding.reasons.to_dicts(),
    }
