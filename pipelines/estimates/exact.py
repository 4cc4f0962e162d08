"""Exact limits: of a share, and of how many responded over how many were expected to."""

from collections.abc import Callable

import numpy as np
from scipy.special import expit, gammaincinv, logit

from pipelines.estimates.intervals import Floats

FARTHEST = 60.0  # on the log odds scale: every chance is 0 or 1 there


def clopper_pearson(
    successes: Floats, trials: Floats, alpha: float = 0.05
) -> tuple[Floats, Floats]:
    """Return lower and upper exact limits of successes / trials; NaN where trials is 0.

    Source: Clopper and Pearson 1934 (Biometrika 26:404), as statsmodels computes it.
    """
    from statsmodels.stats.proportion import proportion_confint

    some = np.where(trials > 0, trials, 1.0)
    low, high = proportion_confint(np.minimum(successes, some), some, alpha=alpha, method="beta")
    empty = trials <= 0
    return np.where(empty, np.nan, low), np.where(empty, np.nan, high)


def poisson_limits(counts: Floats, alpha: float = 0.05) -> tuple[Floats, Floats]:
    """Return lower and upper exact limits of the means of Poisson counts.

    Counts need not be whole: an effective number of events is allowed. Source: Garwood 1936
    (Biometrika 28:437), as quantiles of gamma distributions.
    """
    some = np.where(counts > 0, counts, 1.0)
    low = np.where(counts > 0, gammaincinv(some, alpha / 2), 0.0)
    return low, gammaincinv(counts + 1, 1 - alpha / 2)


def observed_over_expected(
    observed: int, chances: Floats, alpha: float = 0.05, *, mid_p: bool = True
) -> tuple[float, float]:
    """Return lower and upper limit of observed / expected, where expected is the sum of the chances.

    `chances` has the expected chance of each course, strictly between 0 and 1. The odds of all are
    multiplied by one number until what was observed is just as improbable as alpha / 2 allows; the
    distribution of the sum is exact (Poisson-binomial). With equal chances these are the limits of
    Clopper and Pearson over the chance; with small ones those of a Poisson count (Ulm 1990, Am J
    Epidemiol 131:373). With mid_p what was observed counts half, so that the interval covers about
    as often as it says and not more (Lancaster 1961, J Am Stat Assoc 56:223).
    """
    weight = 0.5 if mid_p else 1.0
    places = np.arange(len(chances) + 1)

    def over(shift: float) -> float:
        chance = number_met(expit(logit(chances) + shift))
        return float(chance[places > observed].sum() + weight * chance[observed]) - alpha / 2

    def under(shift: float) -> float:
        chance = number_met(expit(logit(chances) + shift))
        return alpha / 2 - float(chance[places < observed].sum() + weight * chance[observed])

    low = 0.0 if observed == 0 else _sum(chances, over)
    high = float(len(chances)) if observed == len(chances) else _sum(chances, under)
    expected = float(chances.sum())
    return low / expected, high / expected


def number_met(chances: Floats) -> Floats:
    """Return the chance of 0, 1, 2, ... successes of independent courses with these chances."""
    from scipy.signal import fftconvolve  # slow to import

    parts: Floats = np.stack([1 - chances, chances], axis=1)
    while len(parts) > 1:
        if len(parts) % 2:
            never = np.zeros((1, parts.shape[1]))
            never[0, 0] = 1.0
            parts = np.vstack([parts, never])
        parts = fftconvolve(parts[0::2], parts[1::2], axes=1)
    found: Floats = np.clip(parts[0][: len(chances) + 1], 0.0, 1.0)
    return found


def _sum(chances: Floats, balance: Callable[[float], float]) -> float:
    from scipy.optimize import brentq  # slow to import

    shift = brentq(balance, -FARTHEST, FARTHEST)
    return float(expit(logit(chances) + shift).sum())
