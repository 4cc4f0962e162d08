"""The command that checks data quality, and privacy."""

import json
import sys
from typing import Annotated, Literal

import polars as pl
import typer
from rich.console import Console
from rich.table import Table

from pipelines.cli.privacy import print_privacy
from pipelines.cli.shared import Folder, app, folder_meant
from pipelines.definitions.errors import listed
from pipelines.disclosure import QualityFinding, disclose_quality
from pipelines.disclosure.quality_tables import below_clinics, meanings, overview
from pipelines.disclosure.quality_words import clinic_name
from pipelines.disclosure.words import NONE
from pipelines.practice import Practice, open_practice

Output = Literal["table", "json", "html"]
SEVERITIES = ("fatal", "major", "minor")
RULE = ("rule", "label", "table_name", "field", "kind", "severity", "status", "error", "failing",
        "counted", "share", "max_failing_percent", "hidden", "why_it_matters", "what_to_do",
        "affects")  # fmt: skip
UNGRADED = "Not graded: a fatal rule had nothing to count."
SHOWN = ("Rule", "Status", "Severity", "Fails", "Of", "Counted", "Share", "Allowed", "Fails at")


@app.command()
def check(
    folder: Folder = None,
    policy: Annotated[str, typer.Option(help="cms11 or internal.")] = "cms11",
    output: Annotated[Output, typer.Option("--format", help="How to print.")] = "table",
    privacy: Annotated[
        bool, typer.Option("--privacy", help="How well the records hide persons, instead.")
    ] = False,
    fail_on: Annotated[
        Literal["fatal", "major", "minor"] | None,
        typer.Option(help="End with 1 if a rule of this severity or a graver one fails."),
    ] = None,
) -> None:
    """Print how far the data can be trusted, failures first."""
    practice = open_practice(folder_meant(folder))
    if privacy:
        print_privacy(practice.folder, output, policy)
    else:
        _quality(practice, policy, output, fail_on)


def _quality(practice: Practice, policy: str, output: Output, fail_on: str | None) -> None:
    finding = disclose_quality(practice.quality(), policy)
    if output == "json":
        print(json.dumps(_as_json(finding), indent=2))
    elif output == "html":
        # Charts take a while to load, and no other command needs them.
        from pipelines.charts.quality_report import report

        print(report(finding), end="")
    else:
        _print_table(finding)
    grave = SEVERITIES[: SEVERITIES.index(fail_on) + 1] if fail_on else ()
    if finding.failures.filter(pl.col("severity").is_in(grave)).height:
        sys.exit(1)


def _as_json(finding: QualityFinding) -> dict[str, object]:
    rules = finding.rules.select(RULE).with_columns(pl.col("max_failing_percent").cast(pl.Float64))
    clinics = finding.clinics.select("rule", "clinic_key", "status", "failing", "counted", "share")
    return {
        "build": finding.provenance.build,
        "policy": finding.policy,
        "sentence": finding.sentence,
        "grades": finding.grades.to_dicts(),
        "rules": rules.to_dicts(),
        "clinics": clinics.to_dicts(),
    }


def _print_table(finding: QualityFinding) -> None:
    console = Console(width=None if sys.stdout.isatty() else 160)
    print(f"{finding.sentence}\n")
    console.print(_grades(finding))
    lower = below_clinics(finding)
    print("\n".join([*_ungraded(finding), *([lower] if lower else []), ""]))
    console.print(_rules(finding))
    said = meanings(finding)
    if said:
        print("\nWhat it means for the measures:")
    for about, text in said:
        print(f"- {about}: {text}")
    print("\nWhat to do:")
    for row in finding.failures.iter_rows(named=True):
        print(f"- {row['label']}: {row['what_to_do']}")
    print(f"\n{finding.footnote}")


def _grades(finding: QualityFinding) -> Table:
    table = Table(show_edge=False, pad_edge=False)
    for name in ("Grade", "Clinic", "Means", "Fatal", "Major", "Minor", "Of rules"):
        table.add_column(name, justify="left" if name in ("Grade", "Clinic", "Means") else "right")
    graded = pl.col("grade").is_not_null() | pl.col("clinic_key").is_null()
    for row in finding.grades.filter(graded).iter_rows(named=True):
        counts = [str(row[name]) for name in (*SEVERITIES, "evaluated")]
        means = row["means"] or UNGRADED
        table.add_row(
            row["grade"] or NONE,
            clinic_name(finding.definitions, row["clinic_key"]),
            means,
            *counts,
        )
    return table


def _ungraded(finding: QualityFinding) -> list[str]:
    """Return the clinics without a grade in one line, if there are any: they may be hundreds."""
    missing = finding.grades.filter(pl.col("grade").is_null() & pl.col("clinic_key").is_not_null())
    names = [clinic_name(finding.definitions, key) for key in missing["clinic_key"]]
    return [f"{UNGRADED} {len(names):,} clinics: {listed(names, 10)}."] if names else []


def _rules(finding: QualityFinding) -> Table:
    table = Table(show_edge=False, pad_edge=False)
    for name in SHOWN:
        table.add_column(name, justify="right" if name in ("Fails", "Of", "Share") else "left")
    for row in overview(finding).select(SHOWN).rows():
        table.add_row(*row)
    return table
