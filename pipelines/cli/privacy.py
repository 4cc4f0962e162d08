"""What `abate check --privacy` prints."""

import json
import sys
from pathlib import Path

import polars as pl
from rich.console import Console
from rich.table import Table

from pipelines.definitions import InputError
from pipelines.disclosure import privacy_words as words
from pipelines.disclosure.privacy import PrivacyFinding, disclose_privacy
from pipelines.practice import open_practice


def print_privacy(folder: Path, output: str, policy: str) -> None:
    """Print how well a practice's records hide persons, and which claims its settings allow.

    `output` is table or json. Raises InputError for another one, and for an unknown policy.
    """
    if output not in ("table", "json"):
        raise InputError(f"check: --privacy prints no {output}; expected table or json")
    finding = disclose_privacy(open_practice(folder).privacy(), policy)
    if output == "json":
        print(json.dumps(_as_json(finding), indent=2))
    else:
        _print_tables(finding)


def _as_json(finding: PrivacyFinding) -> dict[str, object]:
    return {
        "build": finding.provenance.build,
        "policy": finding.policy,
        "calendar": finding.setting,
        "quasi_identifiers": list(finding.held),
        "whole": finding.whole.row(0, named=True),
        "combinations": finding.combinations.to_dicts(),
        "without": finding.without.to_dicts(),
        "claims": finding.claims.to_dicts(),
    }


def _print_tables(finding: PrivacyFinding) -> None:
    console = Console(width=None if sys.stdout.isatty() else 140)
    print(words.answer(finding))
    print(words.held(finding))
    print(words.CALENDARS[finding.setting])
    print(words.risks(finding))
    for title, frame in (
        ("What singles patients out:", words.combined(finding)),
        ("What drives it, all together without one:", words.left_out(finding)),
    ):
        if frame.height:
            print(f"\n{title}")
            console.print(_table(frame))
    print("\nWhat may be claimed:")
    for line in words.claimed(finding):
        print(f"- {line}")
    print(f"\n{words.footnote(finding)}")


def _table(frame: pl.DataFrame) -> Table:
    table = Table(show_edge=False, pad_edge=False)
    for number, name in enumerate(frame.columns):
        table.add_column(name, justify="right" if number else "left")
    for row in frame.rows():
        table.add_row(*row)
    return table
