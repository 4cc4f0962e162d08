"""The difference between two rates, with an interval, and whether the data can tell them apart."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt

from pipelines.estimates.result import Result

Row = Mapping[str, object]


@dataclass(frozen=True)
class Difference:
    """How much higher the first rate is than the second, -1 to 1, with its 95 % interval.

    All three are None where `refused`, a code of estimate_refusals, says why.
    """

    difference: float | None = None
    low: float | None = None
    high: float | None = None
    refused: str | None = None

    @property
    def told_apart(self) -> bool:
        """Return whether the interval lies on one side of no difference."""
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)


def difference(one: Result, other: Result) -> Difference:
    """Return the difference of the rates, among those assessed, of all together of two Results."""
    return between(one.levels[0].row(0, named=True), other.levels[0].row(0, named=True))


def between(one: Row, other: Row) -> Difference:
    """Return the difference of two rows of response; see `newcombe`.

    Refused where nobody was assessed in one of them, or too few of those who were due.
    """
    rows = (one, other)
    if any(not row["assessed"] for row in rows):
        return Difference(refused="nobody_assessed")
    if any(not row["enough_follow_up"] for row in rows):
        return Difference(refused="follow_up_of_a_side_too_low")
    return Difference(*newcombe(_interval(one), _interval(other)))


def newcombe(
    one: tuple[float, float, float], other: tuple[float, float, float]
) -> tuple[float, float, float]:
    """Return the difference of two independent shares, lower and upper limit.

    `one` and `other` are share, lower and upper Wilson limit, those of an effective sample size
    where courses are clustered. Source: Newcombe 1998 (Stat Med 17:873), method 10, the hybrid score
    interval.
    """
    p, p_low, p_high = one
    q, q_low, q_high = other
    gap = p - q
    return (
        gap,
        gap - sqrt((p - p_low) ** 2 + (q_high - q) ** 2),
        gap + sqrt((p_high - p) ** 2 + (q - q_low) ** 2),
    )


def _interval(row: Row) -> tuple[float, float, float]:
    share, low, high = (float(str(row[name])) for name in ("rate", "low", "high"))
    return share, low, high
