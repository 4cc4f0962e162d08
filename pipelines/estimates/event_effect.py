"""What became of a rate with a dated change: segmented regression."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import polars as pl

from pipelines.estimates.control_limits import Floats

FEWEST_EACH_SIDE = 6  # points: with fewer a line and its scatter can't be told
LAG = 1  # neighbouring periods may be alike
LEVEL, SLOPE = 2, 3  # places among the terms


class Within(NamedTuple):
    """An estimate with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class EventEffect:
    """How much higher a rate lay from an event on than its earlier course would have led to expect.

    `change` is the step at the event, a share (0.1 is ten points), `drift` by how much the slope by
    period changed. Both are None where `refused`, a code of estimate_refusals, says why. `before` and
    `after` count the points.
    """

    before: int
    after: int
    change: Within | None = None
    drift: Within | None = None
    refused: str | None = None

    @property
    def told(self) -> bool:
        """Return whether the interval of the step lies on one side of no change."""
        return self.change is not None and (self.change.low > 0 or self.change.high < 0)


def event_effect(points: pl.DataFrame, first_after: int) -> EventEffect:
    """Return the effect of an event on shares by period, in order.

    `points` has numerator and denominator (above 0) and place, the number of the period, so that
    periods left out keep their gap; those from `first_after` on lie after the event. The line of
    shares before the event and the one after it are fitted together, weighted by denominators
    (Wagner 2002, J Clin Pharm Ther 27:299). The variance allows neighbouring periods to be alike
    (Newey and West 1987, Econometrica 55:703), with residuals over 1 - leverage (MacKinnon and White
    1985) and the critical value of Kiefer and Vogelsang 2005 (Econom Theory 21:1130, Bartlett
    kernel, t in place of z), without which few periods make the interval too narrow. Refused with
    fewer than six points on either side, or shares that are all alike.
    """
    place = points["place"].to_numpy().astype(np.float64)
    after = place >= first_after
    counts = int((~after).sum()), int(after.sum())
    if min(counts) < FEWEST_EACH_SIDE:
        return EventEffect(*counts, refused="too_few_points_around_event")
    share = (points["numerator"] / points["denominator"]).to_numpy().astype(np.float64)
    if np.ptp(share) == 0:
        return EventEffect(*counts, refused="shares_alike")
    since = place - first_after
    terms = np.column_stack([np.ones_like(place), since, after, after * since])
    weights = points["denominator"].to_numpy().astype(np.float64)
    estimate, half = _fitted(share, terms, weights)
    change, drift = (
        Within(*(float(line[term]) for line in (estimate, estimate - half, estimate + half)))
        for term in (LEVEL, SLOPE)
    )
    return EventEffect(*counts, change, drift)


def _fitted(share: Floats, terms: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Return the coefficients and half the width of their 95 % intervals."""
    from scipy.special import ndtri, stdtrit
    from statsmodels.regression.linear_model import WLS
    from statsmodels.stats.sandwich_covariance import S_hac_simple

    n, k = terms.shape
    estimate = np.asarray(WLS(share, terms, weights=weights).fit().params)
    root = np.sqrt(weights)
    weighted, residual = terms * root[:, None], (share - terms @ estimate) * root
    bread = np.linalg.inv(weighted.T @ weighted)
    leverage = np.einsum("ij,jk,ik->i", weighted, bread, weighted)
    scores = weighted * (residual / (1 - leverage))[:, None]
    variance = np.diag(bread @ S_hac_simple(scores, nlags=LAG) @ bread)
    b = (LAG + 1) / n
    wider = 1 + (2.9694 * b + 0.4160 * b**2 - 0.5324 * b**3) / ndtri(0.975)
    half: Floats = stdtrit(n - k, 0.975) * wider * np.sqrt(variance)
    return estimate, half
