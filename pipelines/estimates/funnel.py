"""Funnel plots: how far a group of its size may lie from the whole by chance alone."""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import polars as pl
from scipy.special import ndtri

from pipelines.definitions import Definitions
from pipelines.estimates.intervals import Floats
from pipelines.estimates.result import Question

Kind = Literal["rate", "ratio"]
LEVELS = {"95": 0.05, "998": 0.002}
WINSORISED = 0.10  # of the groups at each end
GRID = 120  # sizes at which limits are drawn


@dataclass(frozen=True)
class Funnel:
    """Groups against their whole, as counted: not for display.

    `frame` has one row per group with enough follow-up: its columns, size (assessed, or expected
    responses for ratios), value (rate, or observed over expected), low_95, high_95, low_998,
    high_998 at its size, and seen, the smallest difference from the whole that groups of its size
    show in 80 of 100 cases (a share; null for ratios). `curve`: size and the same limits, to draw
    them. `target` is the rate of all together, 1 for ratios. `phi` is how many times wider groups
    vary than chance makes them, `tau` the standard deviation between groups that explains it; both
    null with fewer groups than the settings ask for. `widened`: the limits include tau. `refused`, a
    code of estimate_refusals, says why there is nothing.
    """

    kind: Kind
    frame: pl.DataFrame
    curve: pl.DataFrame = field(repr=False)
    target: float | None
    phi: float | None
    tau: float | None
    widened: bool
    refused: str | None


def funnel(
    groups: pl.DataFrame, question: Question, kind: Kind, definitions: Definitions
) -> Funnel:
    """Return groups against their whole: by rate, or observed over expected.

    `groups` has one row per group of `question.by` with responded, assessed, follow_up,
    enough_follow_up, rate, and for ratios expected and ratio.

    Limits are exact binomial ones, interpolated between the counts they fall on; of ratios with the
    mean chance of the group's courses, since the usual Poisson ones would be far too wide where about
    half respond. Of rates they are drawn in by the square root of 1 - size / all, because a group is
    part of the whole that it is held against, so that its own chance moves both.
    With funnel_dispersion_groups_min groups or more whose z scores, the outer tenth at each
    end drawn in, vary more than chance, limits are normal ones with the variance between groups
    added. Groups with too little follow-up are left out, since missing outcomes make outliers.
    Source: Spiegelhalter 2005 (Stat Med 24:1185) for limits and phi; Spiegelhalter 2005 (Qual Saf
    Health Care 14:347) for the added variance.
    """
    rows = _sized(groups, list(question.by), kind)
    refused = _refused(question, rows)
    if refused:
        empty = pl.DataFrame(schema={"size": pl.Float64, "value": pl.Float64})
        return Funnel(kind, rows.clear(), empty, None, None, None, False, refused)
    number, size, value = (
        rows[name].to_numpy().astype(np.float64) for name in ("assessed", "size", "value")
    )
    whole = float(rows["responded"].sum() / number.sum())
    chance = np.full_like(number, whole) if kind == "rate" else size / number
    unit = 1.0 if kind == "rate" else chance
    target = whole if kind == "rate" else 1.0
    sigma = np.sqrt(chance * (1 - chance) / number) / unit
    phi, tau, widened = _dispersion(definitions, (value - target) / sigma, sigma)
    added = tau if widened and tau else 0.0
    courses = float(number.sum()) if kind == "rate" else np.inf
    grid = np.unique(np.linspace(max(1.0, 0.5 * number.min()), 1.05 * number.max(), GRID).round())
    mean = whole if kind == "rate" else float(size.sum() / number.sum())
    drawn_unit = 1.0 if kind == "rate" else mean
    drawn = pl.DataFrame({"size": grid if kind == "rate" else grid * mean})
    variance = sigma**2 * (1 - number / courses) + added**2
    seen = _seen(whole * (1 - whole) / variance, whole) if kind == "rate" else [None] * len(size)
    return Funnel(
        kind,
        rows.with_columns(
            *_limits(number, chance, courses, unit, added), seen=pl.Series(seen, dtype=pl.Float64)
        ),
        drawn.with_columns(*_limits(grid, np.full_like(grid, mean), courses, drawn_unit, added)),
        target,
        phi,
        tau,
        widened,
        None,
    )


def exact_limits(number: Floats, chance: Floats, alpha: float) -> tuple[Floats, Floats]:
    """Return lower and upper limit of the share of each number: where the count passes a tail of alpha / 2.

    Between two counts the limit is interpolated by their probability. Source: Spiegelhalter 2005
    (Stat Med 24:1185), appendix A.1.1, with half a count added so that limits of a share and of its
    complement are each other's mirror image.
    """
    from scipy.stats import binom  # slow to import

    drawn = binom(number, chance)
    found = []
    for tail in (alpha / 2, 1 - alpha / 2):
        count = drawn.ppf(tail)
        here, below = drawn.cdf(count), drawn.cdf(count - 1)
        found.append(np.clip((count - (here - tail) / (here - below) + 0.5) / number, 0, 1))
    return found[0], found[1]


def dispersion(z: Floats, sigma: Floats) -> tuple[float, float]:
    """Return phi and tau of groups with these z scores and standard errors about the target.

    phi is the mean of squared z scores, 1 by chance. tau is what DerSimonian and Laird 1986 make of
    them, 0 where phi is no more than chance leaves.
    """
    groups = len(z)
    phi = float((z**2).mean())
    weight = sigma**-2
    spare = groups * phi - (groups - 1)
    tau = spare / (weight.sum() - (weight**2).sum() / weight.sum()) if spare > 0 else 0.0
    return phi, float(np.sqrt(tau))


def winsorised(z: Floats) -> Floats:
    """Return z scores with the outer tenth at each end drawn in to where it begins."""
    low, high = np.quantile(z, [WINSORISED, 1 - WINSORISED])
    return np.clip(z, low, high)


def _sized(groups: pl.DataFrame, by: list[str], kind: Kind) -> pl.DataFrame:
    rows = groups.filter(pl.col("enough_follow_up") & (pl.col("assessed") > 0))
    counted = (*by, "responded", "assessed", "follow_up")
    if kind == "rate":
        return rows.select(*counted, size=pl.col("assessed").cast(pl.Float64), value="rate")
    told = rows.filter(pl.col("ratio").is_not_null())
    return told.select(*counted, size="expected", value="ratio")


def _refused(question: Question, rows: pl.DataFrame) -> str | None:
    if question.population == "all_courses":
        return "several_courses_funnel"
    if rows.height < 2:
        return "one_group_followed"
    value = rows["value"]
    return "no_events_to_tell" if value.max() == value.min() and value[0] in (0.0, 1.0) else None


def _dispersion(
    definitions: Definitions, z: Floats, sigma: Floats
) -> tuple[float | None, float | None, bool]:
    if len(z) < definitions.setting("funnel_dispersion_groups_min"):
        return None, None, False
    phi, tau = dispersion(winsorised(z), sigma)
    return phi, tau, tau > 0


def _limits(
    number: Floats, chance: Floats, courses: float, unit: Floats | float, tau: float
) -> list[pl.Series]:
    """Return the limits of groups of so many of all `courses`, in `unit` of their chance."""
    apart = np.maximum(1 - number / courses, 0)
    found = []
    for name, alpha in LEVELS.items():
        low, high = (
            (chance + (limit - chance) * np.sqrt(apart)) / unit
            for limit in exact_limits(number, chance, alpha)
        )
        if tau:
            middle = chance / unit
            variance = chance * (1 - chance) / number / np.square(unit) * apart + tau**2
            reach = ndtri(1 - alpha / 2) * np.sqrt(variance)
            low, high = np.maximum(middle - reach, 0), np.minimum(middle + reach, 1 / unit)
        found += [pl.Series(f"low_{name}", low), pl.Series(f"high_{name}", high)]
    return found


def _seen(size: Floats, target: float) -> list[float]:
    """Return the difference above the target that a test at 5 % has a power of 80 % to see.

    `size` is the number of courses by whose binomial variance a group varies.
    On the arcsine scale of Cohen 1988 (Statistical Power Analysis, chapter 6), as statsmodels
    computes it.
    """
    from statsmodels.stats.power import NormalIndPower  # slow to import

    power = NormalIndPower()
    effects = [
        power.solve_power(nobs1=n, alpha=0.05, power=0.8, ratio=0, alternative="two-sided")
        for n in size
    ]
    reached = np.minimum(np.arcsin(np.sqrt(target)) + np.abs(effects) / 2, np.pi / 2)
    return list((np.sin(reached) ** 2 - target).astype(float))
