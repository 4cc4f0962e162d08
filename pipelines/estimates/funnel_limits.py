"""How far a group may lie from the whole that it is a part of, and what difference it could show."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from pipelines.estimates.intervals import Floats

POWER = 0.8
FARTHEST = 60.0  # on the log odds scale: every chance is 0 or 1 there


class Counts(Protocol):
    """Distributions of counts, one for each group."""

    def ppf(self, q: float) -> Floats:
        """Return the smallest counts whose chance of as many or fewer is q or more."""

    def cdf(self, k: Floats) -> Floats:
        """Return the chances of as many or fewer."""

    def pmf(self, k: Floats) -> Floats:
        """Return the chances of just as many."""


def exact_limits(number: Floats, chance: Floats, alpha: float) -> tuple[Floats, Floats]:
    """Return lower and upper limit of the share of each number whose courses have a known chance.

    A share lies outside where its mid-P value, which counts what was observed half, is less than alpha /
    2. Between two counts a limit is interpolated by their probability, from half a count to half a count:
    the lower limit of a share is then 1 less the upper limit of the share of the others. Source:
    Spiegelhalter 2005 (Stat Med 24:1185), appendix A.1.1, moved by half a count; Lancaster 1961 (J Am
    Stat Assoc 56:223) for mid-P.
    """
    from scipy.stats import binom  # slow to import

    low, high = _counts(binom(number, chance), alpha)
    return np.clip(low / number, 0, 1), np.clip(high / number, 0, 1)


def limits_within(number: Floats, met: float, whole: float, alpha: float) -> tuple[Floats, Floats]:
    """Return lower and upper limit of the share of each number that is a part of `whole`, of whom `met`.

    Exact and interpolated as in `exact_limits`: by chance alone a group holds what would be drawn from the
    whole without looking (hypergeometric distribution, as in Fisher's exact test of the group against all
    others), which varies the less the more of the whole it is.
    """
    from scipy.stats import hypergeom  # slow to import

    low, high = _counts(hypergeom(whole, met, number), alpha)
    return np.clip(low / number, 0, 1), np.clip(high / number, 0, 1)


def error_within(number: Floats, met: float, whole: float) -> Floats:
    """Return the standard error of the share of each number about that of the whole it is a part of.

    That of the hypergeometric distribution: a known target's, less by sqrt(1 - number / whole).
    """
    share = met / whole
    return np.sqrt(share * (1 - share) / number * (whole - number) / (whole - 1))


def ratio_limits(
    number: Floats, expected: Floats, error: Floats, alpha: float
) -> tuple[Floats, Floats]:
    """Return lower and upper limit of observed / expected, 1 by chance alone.

    Those of `exact_limits` at the mean chance of the group's courses, drawn in to the standard error
    that its ratio has.
    """
    from scipy.stats import binom  # slow to import

    chance = expected / number
    counts = _counts(binom(number, chance), alpha)
    inward = error / np.sqrt((1 - chance) / expected)
    low, high = (1 + (count / expected - 1) * inward for count in counts)
    return np.maximum(low, 0), np.minimum(high, number / expected)


def could_show(
    number: float, met: float, whole: float, low: float, high: float
) -> tuple[float | None, float | None]:
    """Return the smallest difference above the whole, and below it, that a group shows in 80 of 100 cases.

    Shares, the second less than 0; None where no difference would do. A group shows it where its share lies
    beyond `high`, or `low`. Exact, given how many of all `met` (Fisher's noncentral hypergeometric
    distribution: the odds of the group are those of the others times one number).
    """
    from scipy.stats import hypergeom  # slow to import

    counts = np.arange(max(0.0, number + met - whole), min(number, met) + 1)
    alike = hypergeom(whole, met, number).logpmf(counts)
    above = _seen(counts, alike, counts / number > high)
    below = _seen(-counts, alike, counts / number < low)
    share = met / whole
    return (
        None if above is None else above / number - share,
        None if below is None else -below / number - share,
    )


def _seen(counts: Floats, alike: Floats, outside: NDArray[np.bool_]) -> float | None:
    """Return the mean count at the odds where it lies outside in 80 of 100 cases."""
    from scipy.optimize import brentq  # slow to import

    if not outside.any():
        return None

    def chances(shift: float) -> Floats:
        weighed = alike + shift * counts
        weights = np.exp(weighed - weighed.max())
        found: Floats = weights / weights.sum()
        return found

    shift = brentq(lambda value: chances(value)[outside].sum() - POWER, 0.0, FARTHEST)
    return float(chances(shift) @ counts)


def _counts(drawn: Counts, alpha: float) -> tuple[Floats, Floats]:
    """Return lower and upper limit of the counts, each a fraction of a count at its very place."""
    found = []
    for tail in (alpha / 2, 1 - alpha / 2):
        count = drawn.ppf(tail)
        found.append(count - (drawn.cdf(count) - tail) / drawn.pmf(count) + 0.5)
    return found[0], found[1]
