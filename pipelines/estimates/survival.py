"""Kaplan-Meier: how large a share goes on, by time, with its median."""

from collections.abc import Sequence

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
