"""Batches that arrive at a practice one after the other, and the log of what a build changed."""

from collections.abc import Mapping
from pathlib import Path

import polars as pl

from pipelines import open_practice, warehouse
from pipelines.disclosure.restated import RestatementFinding, disclose_restatements
from pipelines.estimates.restated import Restatements
from tests.drawn import write

Tables = Mapping[str, str]
INFUSIONS = """
    patient | day | category
    1       |   0 | tmj
    2       |   0 | tmj
    3       |   0 | tmj
    4       |   0 | depression
"""
SCORES = """
    patient | instrument     | day | score
    1       | nrs_average_7d |  -1 | 8
    1       | nrs_average_7d |  22 | 2
    2       | nrs_average_7d |  -1 | 8
    2       | nrs_average_7d |  22 | 8
    3       | nrs_average_7d |  -1 | 8
    4       | phq_9          |  -1 | 20
    4       | phq_9          |  22 | 9
"""
LATE = f"{SCORES}\n3 | nrs_average_7d | 22 | 8"


def arrive(folder: Path, tables: Tables, through: int = 100, since: int = -1000) -> None:
    """Bring in one more batch of the same source, which replaces the ones before it."""
    number = len(list(folder.glob("records/[0-9]*"))) + 1
    write(folder, dict(tables), through, since, batch=number)


def log(folder: Path) -> Restatements:
    warehouse.build(folder)
    return open_practice(folder).restatements()


def lines(folder: Path, policy: str = "internal") -> list[str]:
    return list(shown(folder, policy).lines)


def shown(folder: Path, policy: str = "internal") -> RestatementFinding:
    return disclose_restatements(log(folder), policy)


def reasons(found: Restatements) -> list[tuple[object, ...]]:
    """Return category, reason, courses over all months."""
    whole = found.reasons.filter(pl.col("start_month").is_null())
    return whole.select("category", "reason", "courses").rows()


def drawn_with(text: str, old: str, new: str) -> str:
    """Return a drawn table with one row replaced; spaces between cells do not matter."""
    rows = [
        " | ".join(cell.strip() for cell in line.split("|")) for line in text.strip().splitlines()
    ]
    assert old in rows
    return "\n".join(new if row == old else row for row in rows)
