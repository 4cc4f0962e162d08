"""Estimates that are not given, each with the reason in place of a number."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from pipelines.definitions import Definitions
from pipelines.estimates.levels import Key, keyed


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
