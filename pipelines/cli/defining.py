"""The command that says what proposed definitions would change."""

import json
from pathlib import Path
from typing import Annotated, Literal

import polars as pl
import typer

from pipelines.cli.shared import app, folder_meant
from pipelines.disclosure.proposed import ProposalFinding, disclose_proposal
from pipelines.estimates.proposed import Proposal
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
        typer.Argument(
            help="Folder of CSV files as they would lie in the practice's definitions/, in place of"
            " all that is there now."
        ),
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

    The records of the current build are counted by the definitions that it was made with and by the
    proposed ones: rates by condition and by month of course start, and the courses behind each that
    moves, with their status before and after (`none`: no such course). Nothing is written.
    """
    proposal = open_practice(folder_meant(practice)).proposal(folder)
    finding = disclose_proposal(proposal, policy)
    if output == "json":
        print(json.dumps(_as_json(proposal, policy, finding), indent=2))
        return
    for row in proposal.cells.iter_rows(named=True):
        before, after = ("none" if row[side] is None else row[side] for side in ("before", "after"))
        print(f"{row['file']}, {row['key']}: {row['column']} {before} -> {after}")
    if proposal.cells.is_empty():
        print("The definitions are the same as those of the current build.")
    if proposal.rules_changed:
        print(f"Rules that would change: {', '.join(proposal.rules_changed)}.")
    if isinstance(finding, str):
        print(f"{finding} Ask with --policy internal.")
        return
    print(finding.summary)
    for line in finding.lines:
        print(line)


def _as_json(proposal: Proposal, policy: str, finding: ProposalFinding | str) -> dict[str, object]:
    shown = {
        "build": proposal.provenance.build,
        "policy": policy,
        "cells": proposal.cells.to_dicts(),
        "rules_changed": list(proposal.rules_changed),
    }
    if isinstance(finding, str):
        nothing = dict.fromkeys(("moved", "appearing", "rows", "flows"))
        return shown | {"summary": finding, **nothing}
    month = pl.col("start_month").dt.to_string("%Y-%m")
    return shown | {
        "summary": finding.summary,
        "moved": finding.moved,
        "appearing": finding.appearing,
        "rows": finding.rows.with_columns(month).to_dicts(),
        "flows": finding.flows.with_columns(month).to_dicts(),
    }
