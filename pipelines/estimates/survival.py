"""Kaplan-Meier: how large a share goes on, by time, with its median and mean."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

Z = 1.959963984540054
HALF = 0.5 + 1e-12


def kaplan_meier(days: NDArray[np.int64], lost: NDArray[np.bool_]) -> pl.DataFrame:
    """Return day, at_risk, lost, censored, share, low, high at day 0 and each day with an end.

    `days` is the time of each course until it was lost or, where `lost` is false, last seen;
    at_risk counts those not ended before the day. Limits are the 95 % log-log ones of lifelines
    (Kalbfleisch and Prentice 2002, section 1.4); null where the share is 1 or 0, where there are
    none. There must be at least one course.
    """
    from lifelines import KaplanMeierFitter  # seconds to import, used here only

    fitted = KaplanMeierFitter().fit(days, lost)
    table, limits = fitted.event_table, fitted.confidence_interval_
    curve = pl.DataFrame(
        {
            "day": table.index.to_numpy().astype(np.int64),
            "at_risk": table["at_risk"].to_numpy().astype(np.int64),
            "lost": table["observed"].to_numpy().astype(np.int64),
            "censored": table["censored"].to_numpy().astype(np.int64),
            "share": fitted.survival_function_.iloc[:, 0].to_numpy(),
            "low": limits.iloc[:, 0].to_numpy(),
            "high": limits.iloc[:, 1].to_numpy(),
        }
    )
    inside = (pl.col("share") > 0) & (pl.col("share") < 1)
    return curve.with_columns(pl.when(inside).then(pl.col("low", "high")))


def at_days(curve: pl.DataFrame, days: Sequence[int], left: str = "share") -> pl.DataFrame:
    """Return the curve's columns at given days, with those still at risk then.

    All are null after the last day seen, unless nobody is left: there the curve ended at 0. `left`
    names the share of those left.
    """
    last = curve["day"].to_list()[-1]
    rows = []
    for day in days:
        before = curve.filter(pl.col("day") <= day).tail(1)
        after = curve.filter(pl.col("day") >= day)["at_risk"].to_list()
        seen = day <= last or before[left].item() <= 0
        values = before if seen else curve.clear(1)
        at_risk = pl.lit(after[0] if after else 0, pl.Int64)
        rows.append(values.with_columns(day=pl.lit(day, pl.Int64), at_risk=at_risk))
    return pl.concat(rows)


def median(curve: pl.DataFrame) -> tuple[int | None, int | None, int | None]:
    """Return the median in days with its limits: the first days at which half or fewer are left.

    Limits are where those of the curve reach one half (Brookmeyer and Crowley 1982, Biometrics
    38:29); each is None where it is not reached. Where the share stays at exactly one half, R gives
    the middle of that time, this its first day.
    """

    def first(column: str) -> int | None:
        reached = curve.filter(pl.col(column) <= HALF)["day"]
        return int(reached[0]) if len(reached) else None

    return first("share"), first("low"), first("high")


@dataclass(frozen=True)
class Mean:
    """A mean time up to a horizon, in days, with its standard error."""

    days: float
    error: float


def restricted_mean(curve: pl.DataFrame, horizon: int) -> Mean | None:
    """Return the mean time up to `horizon`: the area under the curve; None where it ends before.

    Standard error after Greenwood, with the area to the right of each loss (Klein and Moeschberger
    2003, Survival Analysis, section 4.5), as R's survfit prints it.
    """
    last = curve.tail(1)
    if last["day"].item() < horizon and last["share"].item() > 0:
        return None
    before = curve.filter(pl.col("day") < horizon)
    start = before["day"].to_numpy().astype(np.float64)
    area = np.diff(np.append(start, float(horizon))) * before["share"].to_numpy()
    right = np.cumsum(area[::-1])[::-1]
    lost = before["lost"].to_numpy().astype(np.float64)
    risk = before["at_risk"].to_numpy().astype(np.float64)
    rest = np.where(risk > lost, risk - lost, 1.0)
    variance = np.where(risk > lost, right**2 * lost / (risk * rest), 0.0)
    return Mean(float(area.sum()), float(np.sqrt(variance.sum())))
