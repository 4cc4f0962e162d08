"""The command that computes eCQM CMS159, depression remission at twelve months."""

import json
import sys
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.table import Table

from pipelines.cli.shared import app
from pipelines.cms159 import Outcome, Rules, assessed, bundle, read, reasons, rules, summary


@app.command()
def cms159(
    source: Annotated[
        Path, typer.Argument(help="FHIR R4: a folder of NDJSON, or of JSON resources and Bundles.")
    ],
    valuesets: Annotated[
        Path, typer.Option(help="Folder of the measure's value sets as FHIR expansions.")
    ],
    period: Annotated[
        int | None,
        typer.Option(
            min=1900, max=9000, help="Measurement period, a year; default the last full one."
        ),
    ] = None,
    output: Annotated[
        Literal["table", "json", "fhir"], typer.Option("--format", help="How to print.")
    ] = "table",
) -> None:
    """Compute CMS159 (MIPS 370), depression remission at twelve months.

    For the practice's own reporting: json and fhir name patients by their id, so this output stays
    on the secure side. Value sets are licensed by their owners and not shipped; each practice
    downloads them from the Value Set Authority Center.
    """
    year = period or date.today().year - 1
    measure = rules(valuesets)
    histories = read(source, measure)
    outcomes = [assessed(history, measure, year) for history in histories.patients]
    if histories.strays:
        print(
            "abate: resources about patients who are not in the source, so counted for nobody:"
            f" {histories.strays}",
            file=sys.stderr,
        )
    if output == "json":
        print(json.dumps({"patients": [asdict(outcome) for outcome in outcomes]}, indent=2))
    elif output == "fhir":
        print(json.dumps(bundle(outcomes, measure, year), indent=2))
    else:
        _print_tables(outcomes, measure, year)


def _print_tables(outcomes: list[Outcome], measure: Rules, year: int) -> None:
    console = Console(width=None if sys.stdout.isatty() else 140)
    console.print(_counts(outcomes, measure, year))
    console.print(_reasons(outcomes))


def _counts(outcomes: list[Outcome], measure: Rules, year: int) -> Table:
    table = Table(title=f"CMS159, {year}", title_justify="left", show_edge=False, pad_edge=False)
    table.add_column("Age at index")
    labels = measure.definitions["cms159_populations"].sort("sort_order")["label"].to_list()
    for name in [*labels, "Rate", "95 % interval"]:
        table.add_column(name, justify="right")
    for row in summary(outcomes, measure):
        rate = "–" if row.rate is None else f"{row.rate:.1%}"
        interval = "–" if row.low is None else f"{row.low:.1%} to {row.high:.1%}"
        counts = [str(count) for count in row.counts.values()]
        table.add_row(row.stratum or "All", *counts, rate, interval)
    return table


def _reasons(outcomes: list[Outcome]) -> Table:
    table = Table(show_edge=False, pad_edge=False)
    table.add_column("What decided")
    table.add_column("Patients", justify="right")
    for reason, count in reasons(outcomes):
        table.add_row(reason, str(count))
    return table
