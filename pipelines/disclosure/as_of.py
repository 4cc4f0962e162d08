"""Which rows keep the numbers of an earlier release, in words."""

from collections.abc import Sequence

import polars as pl

from pipelines.definitions import Definitions
from pipelines.disclosure.groups import narrowest_label
from pipelines.estimates.result import Question


def earlier(
    levels: Sequence[pl.DataFrame], question: Question, definitions: Definitions
) -> list[str]:
    """Return the rows that keep the numbers of an earlier release, in a line for each of their days."""
    found: dict[str, list[str]] = {}
    for depth, level in enumerate(levels):
        by = question.by[:depth]
        for row in level.filter(pl.col("as_of").is_not_null()).iter_rows(named=True):
            label = narrowest_label(definitions, row, by) if by else "all together"
            found.setdefault(row["as_of"], []).append(label)
    return [
        f"As let out with data through {day}, because too few persons changed since:"
        f" {', '.join(dict.fromkeys(labels))}."
        for day, labels in sorted(found.items())
    ]
