"""Measures with an instrument of their own, beside the one that speaks for a condition."""

import polars as pl

from pipelines.definitions import Definitions
from pipelines.estimates.levels import counts
from pipelines.estimates.response import STATUSES
from pipelines.estimates.result import Question
from pipelines.estimates.shares import with_shares


def beside(
    courses: pl.DataFrame, category: str, question: Question, definitions: Definitions
) -> pl.DataFrame:
    """Return one row per measure that a category is asked on an instrument of its own.

    `courses` has one row per course and measure of one window. Columns: measure, instrument, a count
    for every status, due, assessed, and shares as in `response`. No row for a category without.
    """
    own = definitions["own_instruments"].filter(pl.col("category") == category)
    rows = courses.filter(pl.col("measure").is_in(own["measure"].implode()))
    counted = counts(rows, ["measure"], "status", STATUSES).with_columns(
        assessed=pl.col("responded") + pl.col("not_responded")
    )
    counted = counted.with_columns(due=pl.col("assessed") + pl.col("not_assessed"))
    shared = with_shares(counted, rows, ["measure"], question, definitions)
    labels = definitions["measure_labels"].select("measure", "sort_order")
    named = own.select("measure", "instrument").join(labels, on="measure").sort("sort_order")
    return named.drop("sort_order").join(shared, on="measure", maintain_order="left")
