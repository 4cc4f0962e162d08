"""Response by groups: every course counted by its status, then shares and intervals."""

import numpy as np
import polars as pl

from pipelines.definitions import Definitions
from pipelines.estimates.intervals import design_effects, wilson
from pipelines.estimates.result import Provenance, Question, Result
from pipelines.estimates.weighting import weighting

STATUSES = (
    "started_before_data", "no_baseline", "below_floor", "not_yet_due", "not_assessed",
    "responded", "not_responded",
)  # fmt: skip
COUNTS = ("started", "baseline", "eligible", "due", "assessed", "responded")
SHARES = ("known", "rate", "low", "high", "highest", "follow_up")


def response(
    courses: pl.DataFrame, question: Question, definitions: Definitions, provenance: Provenance
) -> Result:
    """Return response by `question.by`: counts, bounds, follow-up, rate among assessed, interval.

    `courses` has one row per course and measure of the question's window, already filtered. Each
    level has the columns of its grouping, a count for every status, then started (all), baseline
    (with one, in time), eligible (baseline high enough), due (window closed), assessed, responded;
    known = responded / due, highest = (responded + not assessed) / due, follow_up = assessed / due,
    rate = responded / assessed with its 95 % interval low to high; `unstable` under the number of
    assessed courses in settings, `enough_follow_up` at the share in settings or above. A share of
    nobody is null. Of all courses, with several per patient, the interval is Wilson's on
    n / design effect. tipping = how many of those not assessed would have to have failed for the
    share of all due to fall below tipping_percent; null where none or even all of them would not do
    it. weighted, its interval and the reason where there is none: see `weighting`. Without
    `category` among the groups only headline conditions are counted.
    """
    measured = courses.filter(pl.col("measure") == question.measure)
    headline = definitions["categories"].filter(pl.col("headline"))["category"].to_list()
    together = measured.filter(pl.col("category").is_in(headline))
    weights = weighting(measured, definitions)
    levels = []
    for depth in range(len(question.by) + 1):
        by = list(question.by[:depth])
        every = "category" in by
        level = _level(measured if every else together, by, question, definitions)
        weighted = weights.level(by, None if every else headline)
        levels.append(_beside(level, weighted, by))
    return Result(question, tuple(levels), courses, definitions, provenance)


def _level(
    rows: pl.DataFrame, by: list[str], question: Question, definitions: Definitions
) -> pl.DataFrame:
    counted = _with_shares(_counts(rows, by))
    clustered = question.population == "all_courses"
    effect = _effects(rows, by, counted) if clustered else pl.Series([1.0] * counted.height)
    return _with_tipping(_with_interval(counted, effect, definitions), definitions)


def _with_tipping(counted: pl.DataFrame, definitions: Definitions) -> pl.DataFrame:
    most = 100 * (pl.col("responded") + pl.col("not_assessed"))
    asked = definitions.setting("tipping_percent") * pl.col("due")
    reached = (most >= asked) & (100 * pl.col("responded") < asked)
    return counted.with_columns(tipping=pl.when(reached).then((most - asked) // 100 + 1))


def _beside(level: pl.DataFrame, weighted: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    """Return a level with the weighted response of its groups; nobody due gives nobody_assessed."""
    joined = (
        level.join(weighted, on=by, how="left", nulls_equal=True, maintain_order="left")
        if by
        else level.hstack(weighted)
    )
    none = pl.col("weighted").is_null() & pl.col("weighted_refused").is_null()
    return joined.with_columns(
        weighted_refused=pl.when(none).then(pl.lit("nobody_assessed")).otherwise("weighted_refused")
    )


def _counts(rows: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    each = [(pl.col("status") == status).sum().cast(pl.Int64).alias(status) for status in STATUSES]
    counted = rows.group_by(by).agg(each).sort(by, nulls_last=False) if by else rows.select(each)
    started = pl.sum_horizontal(STATUSES)
    baseline = started - pl.col("started_before_data") - pl.col("no_baseline")
    eligible = baseline - pl.col("below_floor")
    return counted.with_columns(
        started=started,
        baseline=baseline,
        eligible=eligible,
        due=eligible - pl.col("not_yet_due"),
        assessed=pl.col("responded") + pl.col("not_responded"),
    )


def _with_shares(counted: pl.DataFrame) -> pl.DataFrame:
    def share(numerator: pl.Expr, denominator: str) -> pl.Expr:
        return pl.when(pl.col(denominator) > 0).then(numerator / pl.col(denominator))

    return counted.with_columns(
        known=share(pl.col("responded"), "due"),
        rate=share(pl.col("responded"), "assessed"),
        highest=share(pl.col("responded") + pl.col("not_assessed"), "due"),
        follow_up=share(pl.col("assessed"), "due"),
    )


def _effects(rows: pl.DataFrame, by: list[str], counted: pl.DataFrame) -> pl.Series:
    assessed = rows.filter(pl.col("status").is_in(["responded", "not_responded"])).with_columns(
        responded=pl.col("status") == "responded"
    )
    effects = design_effects(assessed, by)
    if not by:
        return effects["design_effect"] if effects.height else pl.Series([1.0])
    joined = counted.select(by).join(
        effects, on=by, how="left", nulls_equal=True, maintain_order="left"
    )
    return joined["design_effect"].fill_null(1.0)


def _with_interval(
    counted: pl.DataFrame, effect: pl.Series, definitions: Definitions
) -> pl.DataFrame:
    responded = counted["responded"].to_numpy().astype(np.float64)
    assessed = counted["assessed"].to_numpy().astype(np.float64)
    divisor = effect.to_numpy().astype(np.float64)
    low, high = wilson(responded / divisor, assessed / divisor)
    least = definitions.setting("follow_up_min_percent")
    return counted.with_columns(
        low=pl.Series(low, dtype=pl.Float64).fill_nan(None),
        high=pl.Series(high, dtype=pl.Float64).fill_nan(None),
        unstable=pl.col("assessed") < definitions.setting("unstable_below_assessed"),
        enough_follow_up=(100 * pl.col("assessed") >= least * pl.col("due")) & (pl.col("due") > 0),
    )
