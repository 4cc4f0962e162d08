"""A change of the rate from one year to the next: how much is who came, how much is how they fared."""

from dataclasses import dataclass, field
from math import sqrt

import polars as pl

from pipelines.definitions import Definitions
from pipelines.estimates.difference import Row, newcombe
from pipelines.estimates.levels import counts
from pipelines.estimates.result import Provenance, Question
from pipelines.estimates.shares import with_shares
from pipelines.estimates.weighting import DUE
from pipelines.estimates.years import Years, two_years, years

CONDITION = ("category", "subtype")
PARTS = ("share_before", "rate_before", "share_latest", "rate_latest", "mix", "within")


@dataclass(frozen=True)
class Mix:
    """A change between two years taken apart, as counted: not for display.

    `frame` has one row per category and subtype, null where a part is not given: due, assessed and
    responded of both years, share (of all assessed) and rate of both, mix and within, which add up
    over rows to `mix` and `within`, and these to the change of the rate among those assessed.
    within_low and within_high: 95 % interval of what the conditions changed. `refused`, a code of
    estimate_refusals, says why there are no numbers.
    """

    question: Question
    years: Years | None
    frame: pl.DataFrame = field(repr=False)
    mix: float | None
    within: float | None
    within_low: float | None
    within_high: float | None
    refused: str | None
    definitions: Definitions = field(repr=False)
    provenance: Provenance


def mix(
    courses: pl.DataFrame, question: Question, definitions: Definitions, provenance: Provenance
) -> Mix:
    """Return the change from the year before to the latest year (see `two_years`) in two parts.

    `courses` has one row per course and measure of the question's window, already filtered; only
    headline conditions count. mix of a condition: the change of its share times the mean of its two
    rates; within: the change of its rate times the mean of its two shares (Kitagawa 1955, J Am Stat
    Assoc 50:1168). A condition of one year only counts as mix. The interval of within adds up those
    of the conditions' differences (Newcombe's) by the method of variance estimates recovery (Zou
    and Donner 2008, Stat Med 27:1693), with the shares taken as known.
    """
    measured = courses.filter(
        (pl.col("measure") == question.measure) & pl.col("category").is_in(definitions.headline)
    )
    compared = years(measured, question, definitions)
    rows = _both_years(measured, question, definitions)
    reason = _reason(compared, rows)
    if reason:
        empty = rows.with_columns(pl.lit(None, pl.Float64).alias(name) for name in PARTS)
        return Mix(
            question, compared, empty, None, None, None, None, reason, definitions, provenance
        )
    parts = _parts(rows)
    change = float(parts["within"].sum())
    low, high = _limits(parts, change)
    return Mix(
        question, compared, parts, float(parts["mix"].sum()), change, low, high,
        None, definitions, provenance,
    )  # fmt: skip


def _reason(compared: Years | None, rows: pl.DataFrame) -> str | None:
    if compared is None:
        return "no_earlier_year"
    if compared.difference.refused:
        return compared.difference.refused
    return "one_condition" if rows.height < 2 else None


def _both_years(
    measured: pl.DataFrame, question: Question, definitions: Definitions
) -> pl.DataFrame:
    """Return the counts and intervals of each condition in both years, 0 where nobody came."""
    halves = two_years(measured) or (measured.clear(), measured.clear())
    before, latest = [_year(rows, question, definitions) for rows in halves]
    both = before.join(
        latest, on=CONDITION, how="full", coalesce=True, nulls_equal=True, suffix="_latest"
    )
    numbers = ["due", "assessed", "responded"]
    named = both.rename({name: f"{name}_before" for name in [*numbers, "rate", "low", "high"]})
    counted = [f"{name}_{year}" for name in numbers for year in ("before", "latest")]
    return named.with_columns(pl.col(counted).fill_null(0)).sort(CONDITION, nulls_last=True)


def _year(rows: pl.DataFrame, question: Question, definitions: Definitions) -> pl.DataFrame:
    by = list(CONDITION)
    counted = counts(rows, by, "status", DUE).with_columns(
        due=pl.sum_horizontal(DUE), assessed=pl.col("responded") + pl.col("not_responded")
    )
    shared = with_shares(counted, rows, by, question, definitions)
    return shared.select(*by, "due", "assessed", "responded", "rate", "low", "high")


def _parts(rows: pl.DataFrame) -> pl.DataFrame:
    shares = [
        (pl.col(f"assessed_{year}") / pl.col(f"assessed_{year}").sum()).alias(f"share_{year}")
        for year in ("before", "latest")
    ]
    before = pl.coalesce("rate_before", "rate_latest")
    latest = pl.coalesce("rate_latest", "rate_before")
    mean_share = (pl.col("share_before") + pl.col("share_latest")) / 2
    return rows.with_columns(shares).with_columns(
        mix=(pl.col("share_latest") - pl.col("share_before")) * (before + latest).fill_null(0) / 2,
        within=(latest - before).fill_null(0) * mean_share,
    )


def _limits(parts: pl.DataFrame, change: float) -> tuple[float, float]:
    told = parts.filter(pl.col("rate_before").is_not_null() & pl.col("rate_latest").is_not_null())
    squares = [_squares(row) for row in told.iter_rows(named=True)]
    below, above = (sqrt(sum(side)) for side in zip(*squares, strict=True)) if squares else (0, 0)
    return change - below, change + above


def _squares(row: Row) -> tuple[float, float]:
    """Return what a condition adds to the squared distances of the limits from the change."""
    gap, low, high = newcombe(_interval(row, "latest"), _interval(row, "before"))
    weight = (float(str(row["share_before"])) + float(str(row["share_latest"]))) / 2
    return (weight * (gap - low)) ** 2, (weight * (high - gap)) ** 2


def _interval(row: Row, year: str) -> tuple[float, float, float]:
    rate, low, high = (float(str(row[f"{name}_{year}"])) for name in ("rate", "low", "high"))
    return rate, low, high
