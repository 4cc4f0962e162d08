"""Estimates that are not given, each with the reason in place of a number."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import polars as pl

from pipelines.definitions import Definitions
from pipelines.estimates.levels import Key, keyed
from pipelines.estimates.result import Provenance, Question


@dataclass(frozen=True)
class Grouped:
    """Estimates of groups, as counted: not for display.

    Each tuple has one frame per step of grouping, as in Result: `levels` the estimates, `summary`
    every course by what became of it, `refused` estimate and reason for each number that is not
    given. `courses`: what was counted.
    """

    question: Question
    levels: tuple[pl.DataFrame, ...]
    summary: tuple[pl.DataFrame, ...]
    refused: tuple[pl.DataFrame, ...]
    courses: pl.DataFrame = field(repr=False)
    definitions: Definitions = field(repr=False)
    provenance: Provenance

    @property
    def frame(self) -> pl.DataFrame:
        """Return the finest grouping."""
        return self.levels[-1]


@dataclass(frozen=True)
class Refusal:
    """An estimate of one group that is not given; `reason` is a code of estimate_refusals.csv."""

    key: Key
    estimate: str
    reason: str


def refused(
    refusals: Sequence[Refusal], by: Sequence[str], rows: pl.DataFrame, definitions: Definitions
) -> pl.DataFrame:
    """Return one row per refused estimate: the group's columns typed as in `rows`, estimate, reason."""
    known = definitions.codes("estimate_refusals", "reason")
    schema = {name: rows.schema[name] for name in by}
    empty = pl.DataFrame(schema=schema | {"estimate": pl.String(), "reason": pl.String()})
    frames = [empty]
    for refusal in refusals:
        assert refusal.reason in known, refusal.reason
        row = pl.DataFrame({"estimate": [refusal.estimate], "reason": [refusal.reason]})
        frames.append(keyed(row, refusal.key, rows))
    return pl.concat(frames)
