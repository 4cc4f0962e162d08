"""Centre line and limits of control charts: what a stable process would stay within."""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Kind = Literal["run", "i", "p", "pp", "u", "up", "c", "g", "t"]

MOVING_RANGE_TO_SIGMA = 1.128  # d2 of two points: Montgomery, appendix VI
MOVING_RANGE_LIMIT = 3.267  # of the mean moving range: D4 of two points, same table
NHS_LIMIT = 2.66  # of the mean moving range, as Making Data Count rounds 3 / 1.128
TO_SYMMETRY = 3.6  # root of times between events that is nearly normal (Nelson 1994)


@dataclass(frozen=True)
class Limits:
    """Lines of a chart, each as long as the points: `lower` and `upper` at three sigma.

    `near_lower` and `near_upper` lie at two sigma and are not cut off at 0 or 1. All four are NaN on
    a run chart, and where nothing tells the spread.
    """

    centre: Floats
    lower: Floats
    upper: Floats
    near_lower: Floats
    near_upper: Floats


def values(kind: Kind, numerator: Floats, denominator: Floats) -> Floats:
    """Return what a chart draws: the numerator over the denominator of shares and rates, else alone."""
    return numerator / denominator if kind in ("p", "pp", "u", "up") else numerator


def limits(
    kind: Kind,
    numerator: Floats,
    denominator: Floats,
    used: Flags | None = None,
    *,
    screened: bool = False,
    nhs: bool = False,
) -> Limits:
    """Return the lines of charts whose points lie along the last axis.

    `used` marks the points that lines are computed from, all where it is None; the lines go on over
    the others. run: median. i: mean and mean moving range; `screened` leaves out moving ranges at or
    above 3.267 of their mean, once; `nhs` takes 2.66 of it for three sigma. p, u, c: binomial and
    Poisson. pp, up: p and u widened by the moving range of their z scores. g: number of cases between events,
    geometric, about the median. t: time between events, an i chart of its root. Limits of shares
    stay within 0 and 1, all but i above 0. Source: Montgomery, Introduction to Statistical Quality
    Control, chapters 6 and 7; Laney 2002 (Quality Engineering 14:531) for pp and up; Provost and Murray
    2011, The Health Care Data Guide, for g and t.
    """
    drawn = values(kind, numerator, denominator)
    kept = np.ones(drawn.shape[-1], dtype=np.bool_) if used is None else used
    nothing = np.full_like(drawn, np.nan)
    if kind == "run":
        centre = _along(np.median(drawn[..., kept], axis=-1), drawn)
        return Limits(centre, nothing, nothing, nothing, nothing)
    if kind == "t":
        root = drawn ** (1 / TO_SYMMETRY)
        sigma = _moving_sigma(root[..., kept], screened, nhs)
        lines = _lines(_along(root[..., kept].mean(axis=-1), drawn), sigma, 0.0, np.inf)
        return Limits(*[np.maximum(line, 0) ** TO_SYMMETRY for line in lines])
    mean, sigma = _mean_and_sigma(kind, numerator, denominator, kept, screened, nhs)
    low, high = (-np.inf, np.inf) if kind == "i" else (0.0, 1.0 if kind in ("p", "pp") else np.inf)
    centre, *others = _lines(mean, sigma, low, high)
    if kind == "g":
        centre = _along(np.median(drawn[..., kept], axis=-1), drawn)
    return Limits(centre, *others)


def within_shares(lines: Limits) -> Limits:
    """Return lines whose limits are cut off at 0 and 1; no share lies beyond them either way."""
    return replace(lines, lower=np.maximum(lines.lower, 0), upper=np.minimum(lines.upper, 1))


def spread(kind: Kind, numerator: Floats, denominator: Floats) -> Floats:
    """Return how much wider shares or rates vary from point to point than chance would: Laney's sigma z.

    Points lie along the last axis; 1 is what binomial chance (p) or Poisson chance (u) gives, NaN
    where nothing tells, as where all shares are 0 or 1.
    """
    mean = numerator.sum(axis=-1, keepdims=True) / denominator.sum(axis=-1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        z = (numerator / denominator - mean) / _by_chance(kind, mean, denominator)
    return _moving_sigma(z, screened=False, nhs=False)[..., 0]


def _by_chance(kind: Kind, mean: Floats, denominator: Floats) -> Floats:
    """Return the standard deviation that chance alone gives to shares or rates about their mean."""
    one = mean * (1 - mean) if kind in ("p", "pp") else mean
    return np.asarray(np.sqrt(one / denominator), np.float64)


def _mean_and_sigma(
    kind: Kind, numerator: Floats, denominator: Floats, kept: Flags, screened: bool, nhs: bool
) -> tuple[Floats, Floats]:
    drawn = values(kind, numerator, denominator)
    if kind in ("i", "c", "g"):
        mean = _along(drawn[..., kept].mean(axis=-1), drawn)
        if kind == "i":
            return mean, _moving_sigma(drawn[..., kept], screened, nhs)
        return mean, np.sqrt(mean if kind == "c" else mean * (mean + 1))
    ratio = numerator[..., kept].sum(axis=-1) / denominator[..., kept].sum(axis=-1)
    mean = _along(ratio, drawn)
    sigma = _by_chance(kind, mean, denominator)
    if kind in ("pp", "up"):
        return mean, sigma * spread(kind, numerator[..., kept], denominator[..., kept])[..., None]
    return mean, sigma


def _along(line: Floats, drawn: Floats) -> Floats:
    return np.broadcast_to(np.asarray(line)[..., None], drawn.shape).astype(np.float64)


def _moving_sigma(points: Floats, screened: bool, nhs: bool) -> Floats:
    """Return a third of what lies between centre and limit, by the mean moving range; a last axis of 1."""
    ranges = np.abs(np.diff(points, axis=-1))
    if not ranges.shape[-1]:
        return np.full((*points.shape[:-1], 1), np.nan)
    mean = ranges.mean(axis=-1, keepdims=True)
    if screened:
        inside = (ranges < MOVING_RANGE_LIMIT * mean) | (mean == 0)
        mean = (ranges * inside).sum(axis=-1, keepdims=True) / inside.sum(axis=-1, keepdims=True)
    sigma: Floats = mean * NHS_LIMIT / 3 if nhs else mean / MOVING_RANGE_TO_SIGMA
    return sigma


def _lines(
    mean: Floats, sigma: Floats, low: float, high: float
) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """Return centre, lower and upper limit within low and high, and the two near lines."""
    lower, upper = np.clip(mean - 3 * sigma, low, high), np.clip(mean + 3 * sigma, low, high)
    return mean, lower, upper, mean - 2 * sigma, mean + 2 * sigma
