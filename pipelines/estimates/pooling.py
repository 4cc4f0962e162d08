"""Rates of small groups drawn towards what all groups have in common: partial pooling."""

from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import betainc, betaln, chdtrc

from pipelines.definitions import Definitions
from pipelines.estimates.intervals import Floats
from pipelines.estimates.result import Provenance, Question, Result

MEANS, SHARES = 61, 40  # grid points: the common mean, and how much a group is drawn towards it
WIDE = 6.0  # standard errors of the common mean to either side
LESS = 2  # the share drawn has prior density (1 - share)**2: limits then hold the truth in 94 % or more
HARDLY = 1e-6  # grid points this much less likely than the best one are left out
ALIKE = 0.05  # level of the test
NEVER_RANKED = "clinician_key"  # pooled rates order groups
NUMBERS = ("pooled", "pooled_low", "pooled_high")


@dataclass(frozen=True)
class Pooled:
    """Rates of groups pooled in part, as counted: not for display.

    `frame` has one row per group: the columns of `response`, and pooled, pooled_low, pooled_high, 0
    to 1, null where `reason`, a code of estimate_refusals, says why. `mean`: what groups are drawn
    towards; `spread`: standard deviation of the rates that groups would have with endless numbers,
    with its 95 % limits; null where all is refused. `alike`: whether the rates may be one and the
    same, by Pearson's chi-squared test at 5 %; the lower limit of the spread can't say so, since it is
    never 0.
    """

    question: Question
    frame: pl.DataFrame
    mean: float | None
    spread: tuple[float, float, float] | None
    alike: bool
    refused: str | None
    definitions: Definitions = field(repr=False)
    provenance: Provenance


@dataclass(frozen=True)
class Hyper:
    """Likely values of what groups have in common: weight, mean and precision of each grid point."""

    weights: Floats = field(repr=False)
    means: Floats = field(repr=False)
    precisions: Floats = field(repr=False)


def pooled(result: Result) -> Pooled:
    """Return the groups of the finest grouping of `response`, pooled in part.

    Responses of a group are beta-binomial: its rate comes from a beta distribution that all groups
    share. pooled is the mean of the group's rate given its own numbers and all others, the limits
    are quantiles; both allow for mean and precision of the shared distribution being estimated,
    which naive empirical Bayes does not (Christiansen and Morris 1997, J Am Stat Assoc 92:618). The
    mean has a uniform prior; the share by which a group of mean size is drawn towards it has one
    that leans to less, so that limits do not claim too much where groups differ. Only groups with
    enough follow-up are pooled; refused with fewer than pooled_groups_min of them, and of all
    courses, which are not independent.
    """
    told = pl.col("enough_follow_up") & (pl.col("assessed") > 0)
    rows = result.frame.with_columns(
        reason=pl.when(pl.col("assessed") == 0)
        .then(pl.lit("nobody_assessed"))
        .when(~told)
        .then(pl.lit("group_followed_too_little"))
    )
    refused = _refused(result, rows)
    if refused:
        none = [pl.lit(None, pl.Float64).alias(name) for name in NUMBERS]
        frame = rows.with_columns(*none, reason=pl.coalesce("reason", pl.lit(refused)))
        return _answer(result, frame, None, None, True, refused)
    counted = rows.filter(pl.col("reason").is_null())
    met = counted["responded"].to_numpy().astype(np.float64)
    assessed = counted["assessed"].to_numpy().astype(np.float64)
    hyper = shared(met, assessed)
    numbers = [rate(y, n, hyper) for y, n in zip(met, assessed, strict=True)]
    by = list(result.question.by)
    own = counted.select(by).hstack(pl.DataFrame(numbers, schema=NUMBERS, orient="row"))
    frame = rows.join(own, on=by, how="left", nulls_equal=True, maintain_order="left")
    mean = float(hyper.weights @ hyper.means)
    return _answer(result, frame, mean, spread(hyper), alike(met, assessed), None)


def shared(met: Floats, assessed: Floats) -> Hyper:
    """Return how likely each mean and precision of the shared distribution is, on a grid."""
    middle = (met.sum() + 0.5) / (assessed.sum() + 1)
    error = np.sqrt(middle * (1 - middle) / assessed.sum() + np.var(met / assessed) / len(met))
    low, high = max(0.0, middle - WIDE * error), min(1.0, middle + WIDE * error)
    share = (np.arange(SHARES) + 0.5) / SHARES
    mean, drawn = np.meshgrid(low + (high - low) * (np.arange(MEANS) + 0.5) / MEANS, share)
    precision = assessed.mean() * drawn / (1 - drawn)
    a, b = (mean * precision).ravel(), ((1 - mean) * precision).ravel()
    likely = sum(
        (betaln(a + y, b + n - y) - betaln(a, b) for y, n in zip(met, assessed, strict=True)),
        np.zeros(a.size),
    )
    likely += LESS * np.log1p(-drawn.ravel())
    weights = np.exp(likely - likely.max())
    kept = weights > HARDLY
    return Hyper(weights[kept] / weights[kept].sum(), mean.ravel()[kept], precision.ravel()[kept])


def rate(met: float, assessed: float, hyper: Hyper) -> tuple[float, float, float]:
    """Return mean, lower and upper 95 % limit of a group's rate."""
    from scipy.optimize import brentq  # slow to import

    a = hyper.means * hyper.precisions + met
    b = (1 - hyper.means) * hyper.precisions + assessed - met

    def below(value: float, share: float) -> float:
        return float(hyper.weights @ betainc(a, b, value)) - share

    mean = float(hyper.weights @ (a / (a + b)))
    low, high = (brentq(below, 0.0, 1.0, args=(share,), xtol=1e-7) for share in (0.025, 0.975))
    return mean, low, high


def spread(hyper: Hyper) -> tuple[float, float, float]:
    """Return median and 95 % limits of the standard deviation of rates between groups."""
    deviations = np.sqrt(hyper.means * (1 - hyper.means) / (hyper.precisions + 1))
    order: NDArray[np.int64] = np.argsort(deviations)
    sums = np.cumsum(hyper.weights[order])
    places = np.searchsorted(sums, [0.5, 0.025, 0.975]).clip(0, len(sums) - 1)
    middle, low, high = deviations[order][places]
    return float(middle), float(low), float(high)


def alike(met: Floats, assessed: Floats) -> bool:
    """Return whether Pearson's chi-squared test at 5 % can't tell the groups' rates apart."""
    whole = met.sum() / assessed.sum()
    if whole in (0.0, 1.0):
        return True
    squares = (met - assessed * whole) ** 2 / (assessed * whole * (1 - whole))
    return bool(chdtrc(len(met) - 1, squares.sum()) >= ALIKE)


def _refused(result: Result, rows: pl.DataFrame) -> str | None:
    if NEVER_RANKED in result.question.by:
        return "clinicians_not_ranked"
    if result.question.population == "all_courses":
        return "several_courses_pooled"
    least = result.definitions.setting("pooled_groups_min")
    return "too_few_groups" if rows["reason"].null_count() < least else None


def _answer(
    result: Result,
    frame: pl.DataFrame,
    mean: float | None,
    deviation: tuple[float, float, float] | None,
    are_alike: bool,
    refused: str | None,
) -> Pooled:
    return Pooled(
        result.question,
        frame,
        mean,
        deviation,
        are_alike,
        refused,
        result.definitions,
        result.provenance,
    )
