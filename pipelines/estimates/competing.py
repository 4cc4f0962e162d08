"""Aalen-Johansen: how large a share has ended in each way, by time, where one way ends the others."""

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipelines.estimates.survival import Z

Floats = NDArray[np.float64]


def cumulative_incidence(ended: pl.DataFrame, ways: Sequence[str]) -> pl.DataFrame:
    """Return by time the share that has ended in each way and that has not, with 95 % intervals.

    `ended` has one row per course: time (whole number), way (one of `ways`, or `censored`),
    patient_key. Rows are time 0 and each time at which a course ended; columns time, at_risk,
    censored, for each way its number at that time and `_share`, `_low`, `_high`, and `still_share`,
    `still_low`, `still_high`. Ties are kept as they are. Source: Aalen and Johansen 1978 (Scand J
    Stat 5:141); standard errors by the infinitesimal jackknife, summed within a patient, as R's
    survfit; limits on the log-log scale (Choudhury 2002, Stat Med 21:1129). Limits are null where
    the share is 0 or 1 or has no variance.
    """
    time, way = ended["time"].to_numpy(), ended["way"].to_numpy()
    at = np.unique(np.append(time, 0))
    here = {name: (way == name) for name in (*ways, "censored")}
    number = {name: _at_each(time[mask], at) for name, mask in here.items()}
    risk = np.array([(time >= moment).sum() for moment in at], dtype=np.float64)
    hazards = {name: number[name] / np.maximum(risk, 1) for name in ways}
    still: Floats = np.cumprod(1.0 - np.sum(list(hazards.values()), axis=0))
    before = np.append(1.0, still[:-1])
    shares: dict[str, Floats] = {name: np.cumsum(before * hazards[name]) for name in ways}
    errors = _errors(time, at, {name: here[name] for name in ways}, hazards, risk, before,
                     ended["patient_key"])  # fmt: skip
    columns = {"time": at, "at_risk": risk.astype(np.int64)}
    columns |= {name: counted.astype(np.int64) for name, counted in number.items()}
    for name, share in {**shares, "still": still}.items():
        low, high = log_log_limits(share, errors[name])
        columns |= {f"{name}_share": share, f"{name}_low": low, f"{name}_high": high}
    return pl.DataFrame(columns).with_columns(pl.col(pl.Float64).fill_nan(None))


def log_log_limits(share: Floats, error: Floats) -> tuple[Floats, Floats]:
    """Return 95 % limits of a share on the log-log scale; NaN at 0, at 1 and without variance."""
    none = (share <= 0) | (share >= 1 - 1e-12) | (error <= 0)
    inside = np.where(none, 0.5, share)
    power = Z * np.where(none, 0.0, error) / (inside * -np.log(inside))
    limits = inside ** np.exp(power), inside ** np.exp(-power)
    return np.where(none, np.nan, limits[0]), np.where(none, np.nan, limits[1])


def _at_each(times: NDArray[np.int64], at: NDArray[np.int64]) -> Floats:
    return np.array([(times == moment).sum() for moment in at], dtype=np.float64)


def _errors(
    time: NDArray[np.int64],
    at: NDArray[np.int64],
    here: dict[str, NDArray[np.bool_]],
    hazards: dict[str, Floats],
    risk: Floats,
    before: Floats,
    patients: pl.Series,
) -> dict[str, Floats]:
    """Return the standard error of each share at each time.

    A course's influence on a share is the derivative of the share by the course's weight.
    """
    owner = patients.rank("dense").to_numpy().astype(np.int64) - 1
    on = {name: np.zeros(len(time)) for name in (*here, "still")}
    found = {name: np.zeros(len(at)) for name in on}
    for place, moment in enumerate(at):
        weight = before[place] / max(risk[place], 1.0)
        steps = {}
        for name, mask in here.items():
            hazard = hazards[name][place]
            own = ((time == moment) & mask) - (time >= moment) * hazard
            steps[name] = on["still"] * hazard + weight * own
        for name, step in steps.items():
            on[name] = on[name] + step
            on["still"] = on["still"] - step
        for name, influence in on.items():
            found[name][place] = np.sqrt((np.bincount(owner, influence) ** 2).sum())
    return found
