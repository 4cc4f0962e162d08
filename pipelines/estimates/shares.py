"""Shares of counted courses: known and highest possible, follow-up, rate and its interval."""

from collections.abc import Sequence

import numpy as np
import polars as pl

from pipelines.definitions import Definitions
from pipelines.estimates.intervals import design_effects, wilson
from pipelines.estimates.result import Question


def with_shares(
    counted: pl.DataFrame,
    rows: pl.DataFrame,
    by: Sequence[str],
    question: Question,
    definitions: Definitions,
) -> pl.DataFrame:
    """Return counts with shares: known, rate, highest, follow_up, low, high, and two flags.

    `counted` has one row per group of `by` with due, assessed, responded and not_assessed; `rows`
    are the courses that it counts, with status and patient_key. See `response` for what each share
    is. A share of nobody is null.
    """
    shared = _with_bounds(counted)
    clustered = question.population == "all_courses"
    divisor = _divisors(rows, list(by), shared) if clustered else pl.Series([1.0] * shared.height)
    return _with_interval(shared, divisor, definitions)


def with_limits(counted: pl.DataFrame, met: str, of: str, prefix: str = "") -> pl.DataFrame:
    """Return counts with share, low and high (Wilson) of one column over another; null of nobody."""
    low, high = wilson(
        counted[met].cast(pl.Float64).to_numpy(), counted[of].cast(pl.Float64).to_numpy()
    )
    return counted.with_columns(
        pl.when(pl.col(of) > 0).then(pl.col(met) / pl.col(of)).alias(f"{prefix}share"),
        pl.Series(f"{prefix}low", low, dtype=pl.Float64).fill_nan(None),
        pl.Series(f"{prefix}high", high, dtype=pl.Float64).fill_nan(None),
    )


def _with_bounds(counted: pl.DataFrame) -> pl.DataFrame:
    def share(numerator: pl.Expr, denominator: str) -> pl.Expr:
        return pl.when(pl.col(denominator) > 0).then(numerator / pl.col(denominator))

    return counted.with_columns(
        known=share(pl.col("responded"), "due"),
        rate=share(pl.col("responded"), "assessed"),
        highest=share(pl.col("responded") + pl.col("not_assessed"), "due"),
        follow_up=share(pl.col("assessed"), "due"),
    )


def _divisors(rows: pl.DataFrame, by: list[str], counted: pl.DataFrame) -> pl.Series:
    assessed = rows.filter(pl.col("status").is_in(["responded", "not_responded"])).with_columns(
        responded=pl.col("status") == "responded"
    )
    effects = design_effects(assessed, by)
    if not by:
        return effects["divisor"] if effects.height else pl.Series([1.0])
    joined = counted.select(by).join(
        effects, on=by, how="left", nulls_equal=True, maintain_order="left"
    )
    return joined["divisor"].fill_null(1.0)


def _with_interval(
    counted: pl.DataFrame, divisor: pl.Series, definitions: Definitions
) -> pl.DataFrame:
    responded = counted["responded"].to_numpy().astype(np.float64)
    assessed = counted["assessed"].to_numpy().astype(np.float64)
    effective = divisor.to_numpy().astype(np.float64)
    low, high = wilson(responded / effective, assessed / effective)
    least = definitions.setting("follow_up_min_percent")
    return counted.with_columns(
        low=pl.Series(low, dtype=pl.Float64).fill_nan(None),
        high=pl.Series(high, dtype=pl.Float64).fill_nan(None),
        unstable=pl.col("assessed") < definitions.setting("unstable_below_assessed"),
        enough_follow_up=(100 * pl.col("assessed") >= least * pl.col("due")) & (pl.col("due") > 0),
    )
