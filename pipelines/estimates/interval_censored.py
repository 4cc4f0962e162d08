"""Turnbull: how large a share goes on, by time, where each end is known only to lie between two looks."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipelines.estimates.competing import log_log_limits

Floats = NDArray[np.float64]
ENOUGH = 1e-8  # how far the likelihood's slope may be from that of the maximum
ROUNDS, HALVINGS = 200, 30
LEAST = 1e-6  # shares that count as none


@dataclass(frozen=True)
class Turnbull:
    """The nonparametric maximum-likelihood estimate of times that are known to lie in (after, by].

    `after`, `by`: the intervals, apart and in order, that hold a share of all ends, in days; `by` is
    infinite for those that were never seen. `mass`: the share in each, `covariance` theirs. `seen`:
    the last day on which each course was seen to go on. Where in an interval its share ends can't be
    told from the data; it is taken as spread evenly.
    """

    after: Floats
    by: Floats
    mass: Floats
    covariance: Floats
    seen: Floats

    @property
    def last(self) -> int:
        """Return the last day of which anything is known."""
        return int(max([*self.by[np.isfinite(self.by)], self.seen.max()]))

    def at(self, days: Sequence[int]) -> pl.DataFrame:
        """Return day, at_risk, share, low, high at given days.

        at_risk counts the courses seen to go on that day or later. Limits are 95 % on the log-log
        scale and hold both ends of what the data can't tell inside an interval; null where the share
        is 1 or 0.
        """
        day = np.array(days, dtype=np.float64)
        share = (1 - self._ended(day)) @ self.mass
        limits = [
            log_log_limits(left @ self.mass, self._errors(left))[end]
            for end, left in enumerate((day[:, None] <= self.after, day[:, None] < self.by))
        ]
        inside = (share > LEAST) & (share < 1 - LEAST)
        columns = {
            "day": day.astype(np.int64),
            "at_risk": (self.seen[None, :] >= day[:, None]).sum(axis=1).astype(np.int64),
            "share": np.clip(share, 0.0, 1.0),
        }
        ends = {
            name: np.where(inside, np.where(np.isnan(limit), other, limit), np.nan)
            for name, limit, other in zip(("low", "high"), limits, (0.0, 1.0), strict=True)
        }
        return pl.DataFrame(columns | ends).with_columns(pl.col("low", "high").fill_nan(None))

    def mean(self, horizon: int) -> tuple[float, float]:
        """Return the mean time up to a day, and its standard error."""
        begins = np.minimum(self.after, horizon)
        ends = np.minimum(self.by, horizon)
        width = np.where(np.isfinite(self.by), self.by - self.after, 1.0)
        inside = (ends - begins) / width
        through = np.where(np.isfinite(self.by), begins + inside * (ends - begins) / 2, horizon)
        time = np.where(np.isfinite(self.by), through + (1 - inside) * (horizon - begins), horizon)
        return float(time @ self.mass), float(np.sqrt(time @ self.covariance @ time))

    def _ended(self, day: Floats) -> Floats:
        """Return which part of each interval's share has ended, one row per day."""
        width = np.where(np.isfinite(self.by), self.by - self.after, np.inf)
        ended: Floats = np.clip((day[:, None] - self.after) / width, 0.0, 1.0)
        return ended

    def _errors(self, left: NDArray[np.bool_]) -> Floats:
        variance: Floats = np.einsum("ij,jk,ik->i", left, self.covariance, left)
        errors: Floats = np.sqrt(np.maximum(variance, 0.0))
        return errors


def turnbull(after: Floats, by: Floats, patients: pl.Series) -> Turnbull:
    """Return the estimate of times of which each lies after one day and by another, whole numbers.

    One entry per course: `after` < `by`, which is infinite where the end was not seen; `patients` has
    whose course it is. Source: Turnbull 1976 (J R Stat Soc B 38:290), maximised by the constrained
    Newton method (Wang 2007, J R Stat Soc B 69:185); at the maximum no slope of the log-likelihood is
    above the number of courses (Gentleman and Geyer 1994, Biometrika 81:618). The covariance is that
    of the information with the intervals taken as known, the scores summed within a patient.
    """
    begins, ends = _innermost(after, by)
    looks, place, weight = np.unique(
        np.stack([after, by], axis=1), axis=0, return_inverse=True, return_counts=True
    )
    covers = ((looks[:, [0]] <= begins) & (ends <= looks[:, [1]])).astype(np.float64)
    mass = _maximum(covers, weight.astype(np.float64))
    held = mass > LEAST
    mass = mass[held] / mass[held].sum()
    each = (covers[:, held] / (covers[:, held] @ mass)[:, None])[place.ravel()]
    owner = patients.rank("dense").to_numpy().astype(np.int64) - 1
    return Turnbull(begins[held], ends[held], mass, _covariance(each, owner), after)


def _innermost(after: Floats, by: Floats) -> tuple[Floats, Floats]:
    """Return the intervals from the last begin before an end to that end."""
    edges = sorted({(day, 0) for day in by.tolist()} | {(day, 1) for day in after.tolist()})
    found = [
        (here[0], there[0]) for here, there in pairwise(edges) if here[1] == 1 and there[1] == 0
    ]
    begins, ends = zip(*found, strict=True)
    return np.array(begins, dtype=np.float64), np.array(ends, dtype=np.float64)


def _maximum(covers: Floats, weight: Floats) -> Floats:
    """Return the shares of the intervals at which the log-likelihood is largest."""
    from scipy.optimize import nnls  # seconds to import, used here only

    number = weight.sum()
    root, tie = np.sqrt(weight), 1e3 * np.sqrt(number)
    mass = np.full(covers.shape[1], 1 / covers.shape[1])
    for _ in range(ROUNDS):
        inside = covers @ mass
        slopes = covers / inside[:, None]
        rise = slopes.T @ weight / number
        if rise.max() <= 1 + ENOUGH:
            break
        rows = np.vstack([root[:, None] * slopes, np.full(len(mass), tie)])
        aim = nnls(rows, np.append(2 * root, tie))[0]
        mass = _step(mass, aim / aim.sum(), covers, weight)
    return mass


def _step(mass: Floats, aim: Floats, covers: Floats, weight: Floats) -> Floats:
    """Return the shares on the way to an aim, near enough that the likelihood rises."""
    before = weight @ np.log(covers @ mass)
    step = 1.0
    for _ in range(HALVINGS):
        found: Floats = mass + step * (aim - mass)
        inside = covers @ found
        if inside.min() > 0 and weight @ np.log(inside) >= before:
            return found
        step /= 2
    return mass


def _covariance(each: Floats, owner: NDArray[np.int64]) -> Floats:
    """Return the covariance of shares that add up to 1, from the slopes of each course.

    It is widened by patients / (patients - free shares), because the data chose the intervals.
    """
    number = each.shape[1]
    free = np.vstack([np.eye(number - 1), -np.ones((1, number - 1))])
    scores = each @ free
    bread = np.linalg.pinv(scores.T @ scores)
    of_patients = np.zeros((owner.max() + 1, number - 1))
    np.add.at(of_patients, owner, scores)
    spare = max(len(of_patients) - number + 1, 1)
    meat = of_patients.T @ of_patients * len(of_patients) / spare
    found: Floats = free @ bread @ meat @ bread @ free.T
    return found
