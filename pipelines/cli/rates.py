"""The command that prints response rates."""

import json
import sys
from datetime import date
from typing import Annotated, Literal

import polars as pl
import typer
from rich.console import Console
from rich.table import Table

from pipelines import ledger
from pipelines.cli.shared import Folder, app, folder_meant
from pipelines.definitions import Definitions, InputError
from pipelines.disclosure import Finding, disclose
from pipelines.disclosure.groups import code_labels
from pipelines.disclosure.policies import policy_row
from pipelines.disclosure.table import heading
from pipelines.practice import open_practice

JSON_ROW = (
    "started", "baseline", "eligible", "due", "assessed", "responded", "known", "rate", "low",
    "high", "highest", "follow_up", "unstable", "hidden", "enough_follow_up", "as_of",
)  # fmt: skip


@app.command()
def rates(
    folder: Folder = None,
    by: Annotated[str, typer.Option(help="Group columns, joined by commas.")] = "category",
    measure: Annotated[str, typer.Option(help="Measure of the definitions.")] = "response",
    window: Annotated[str | None, typer.Option(help="Window of the definitions.")] = None,
    population: Annotated[
        Literal["first_courses", "all_courses"], typer.Option(help="Which courses count.")
    ] = "first_courses",
    where: Annotated[
        list[str] | None,
        typer.Option(
            help="column=value, or column=value,value, codes or names as printed; repeatable."
        ),
    ] = None,
    start_from: Annotated[
        str | None, typer.Option("--from", help="First start month, YYYY-MM.")
    ] = None,
    start_to: Annotated[str | None, typer.Option("--to", help="Last start month, YYYY-MM.")] = None,
    build: Annotated[
        str | None, typer.Option(help="Id of an older build that is kept; default the current one.")
    ] = None,
    policy: Annotated[
        str | None,
        typer.Option(
            help="cms11, nhs5, opensafely or internal; that of earlier releases unless told, else cms11."
        ),
    ] = None,
    output: Annotated[
        Literal["table", "json", "csv"], typer.Option("--format", help="How to print.")
    ] = "table",
) -> None:
    """Print response rates with their bounds and intervals."""
    practice = open_practice(folder_meant(folder), build)
    policy = policy or ledger.leaving(practice.folder)
    protects = policy_row(practice.definitions, policy)["protects"]
    result = practice.response(
        by=[name.strip() for name in by.split(",") if name.strip()],
        measure=measure,
        window=window,
        population=population,
        where=_where(where or [], practice.definitions),
        start_from=_month(start_from, "--from"),
        start_to=_month(start_to, "--to"),
    )
    if protects:
        disclose(result, policy)  # what is refused is not written down
    asked = ledger.question_asked("rates", result.question)
    release = ledger.let_out(practice, policy, asked) if protects else None
    finding = disclose(result, policy, release)
    if output == "json":
        print(json.dumps(_as_json(finding), indent=2))
    elif output == "csv":
        print(_rows(finding).write_csv(), end="")
    else:
        _print_table(finding)


def _where(given: list[str], definitions: Definitions) -> dict[str, list[str]]:
    """Return codes by column; a value may be written as its code or as its label is printed."""
    found: dict[str, list[str]] = {}
    for text in given:
        column, sign, values = text.partition("=")
        if not sign or not values:
            raise InputError(f"--where: '{text}' is not column=value")
        column = column.strip()
        labels = code_labels(column, definitions)
        codes = {label: code.rpartition("/")[2] for code, label in labels.items()}
        named = [value.strip() for value in values.split(",")]
        found.setdefault(column, []).extend(codes.get(value, value) for value in named)
    return found


def _month(text: str | None, option: str) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        raise InputError(f"{option}: '{text}' is not a month; expected YYYY-MM") from None


def _rows(finding: Finding) -> pl.DataFrame:
    return finding.frame.select(*finding.question.by, *JSON_ROW)


def _as_json(finding: Finding) -> dict[str, object]:
    rows = _rows(finding)
    dates = [name for name, kind in rows.schema.items() if kind == pl.Date]
    return {
        "build": finding.provenance.build,
        "policy": finding.policy,
        "measure": finding.question.measure,
        "window": finding.question.window,
        "population": finding.question.population,
        "rows": rows.with_columns(pl.col(dates).cast(pl.String)).to_dicts(),
    }


def _print_table(finding: Finding) -> None:
    console = Console(width=None if sys.stdout.isatty() else 140)
    table = Table(show_edge=False, pad_edge=False)
    content = finding.table()
    groups = [heading(name) for name in finding.question.by]
    for name in content.columns:
        table.add_column(name, justify="left" if name in groups else "right")
    for row in content.rows():
        table.add_row(*[str(cell) for cell in row])
    console.print(table)
    print()
    print(finding.sentence)
    for line in finding.earlier:
        print(line)
    print(finding.footnote)
