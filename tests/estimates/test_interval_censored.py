"""Turnbull's estimate against R's survfit, against Kaplan-Meier where times are known, and by hand."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from pipelines.estimates.competing import log_log_limits
from pipelines.estimates.interval_censored import Turnbull, turnbull
from pipelines.estimates.survival import kaplan_meier

REFERENCE = Path(__file__).resolve().parents[1] / "reference"
NEVER = float("inf")


def estimate(*ends: tuple[float, float], patients: list[str] | None = None) -> Turnbull:
    after, by = np.array(ends, dtype=np.float64).T
    return turnbull(after, by, pl.Series(patients or [str(place) for place in range(len(ends))]))


def drawn() -> Turnbull:
    """Return the estimate of the times that interval_censored.R draws."""
    rows = pl.read_csv(REFERENCE / "interval_censored.csv").with_columns(
        pl.col("by").fill_null(NEVER)
    )
    return estimate(*rows.select(pl.col("after").cast(pl.Float64), "by").rows())


def test_the_share_at_each_end_of_an_interval_against_r_survfit() -> None:
    """R stops a little before the maximum: its shares are as near as a third of a per cent."""
    table = pl.read_csv(REFERENCE / "interval_censored_r.csv", comment_prefix="#")
    found = drawn()
    ends = found.by[np.isfinite(found.by)]
    ours = found.at(ends.astype(int).tolist())["share"].to_numpy()
    theirs = np.array([table.filter(pl.col("time") <= end)["share"][-1] for end in ends])
    assert ours == pytest.approx(theirs, abs=0.004)


def test_at_the_maximum_no_slope_of_the_likelihood_is_above_the_number_of_courses() -> None:
    """Gentleman and Geyer's condition, which only the maximum meets, on all intervals of two days."""
    rows = pl.read_csv(REFERENCE / "interval_censored.csv").with_columns(
        pl.col("by").fill_null(NEVER)
    )
    after, by = rows["after"].to_numpy(), rows["by"].to_numpy()
    found = drawn()
    inside = (after[:, None] <= found.after) & (found.by <= by[:, None])
    each = inside @ found.mass
    day = np.arange(320)
    slopes = [((after < here) & (here <= by) & (each > 0)) / each for here in day]
    assert max(slope.sum() for slope in slopes) <= len(after) * (1 + 1e-6)
    assert found.mass.sum() == pytest.approx(1)


@pytest.mark.parametrize("arm", ["6MP", "placebo"])
def test_times_known_to_the_day_are_kaplan_meier_with_greenwood_s_errors(
    studies: Path, arm: str
) -> None:
    rows = pl.read_csv(studies / "reference_values" / "freireich_6mp.csv").filter(arm=arm)
    time, lost = rows["time"].to_numpy(), rows["status"].to_numpy() == 1
    found = estimate(*zip(time - lost, np.where(lost, time, NEVER), strict=True))
    curve = kaplan_meier(time, lost).filter(pl.col("lost") > 0, pl.col("share") > 0)
    ours = found.at(curve["day"].to_list())
    assert ours["share"].to_list() == pytest.approx(curve["share"].to_list(), abs=1e-7)
    left = (curve["day"].to_numpy()[:, None] < found.by).astype(float)
    widened = len(time) / (len(time) - len(found.mass) + 1)
    errors = np.sqrt(np.einsum("ij,jk,ik->i", left, found.covariance / widened, left))
    low, high = log_log_limits(curve["share"].to_numpy(), errors)
    assert low == pytest.approx(curve["low"].to_numpy(), abs=1e-6)
    assert high == pytest.approx(curve["high"].to_numpy(), abs=1e-6)


def test_between_two_looks_the_share_is_spread_evenly_and_limits_hold_both_ends() -> None:
    """One of two ends between day 10 and 20, the other is not seen to end."""
    found = estimate((10, 20), (30, NEVER))
    assert found.at([0, 10, 15, 20, 30])["share"].to_list() == pytest.approx([1, 1, 0.75, 0.5, 0.5])
    assert found.at([0, 10, 11, 31])["at_risk"].to_list() == [2, 2, 1, 0]
    inside = found.at([15]).row(0, named=True)
    assert inside["high"] == 1
    assert inside["low"] == found.at([20])["low"].item()


def test_looks_that_overlap_share_the_interval_that_both_hold() -> None:
    found = estimate((0, 30), (20, 50), (60, 70), (60, 70))
    assert list(zip(found.after, found.by, found.mass, strict=True)) == [
        (20, 30, 0.5),
        (60, 70, 0.5),
    ]


def test_the_mean_is_the_area_under_the_curve() -> None:
    found = drawn()
    for horizon in (40, 182):
        shares = found.at(range(horizon + 1))["share"].to_numpy()
        assert found.mean(horizon)[0] == pytest.approx(np.trapezoid(shares), abs=1e-9)


def test_the_error_of_the_mean_is_near_that_of_resampled_patients() -> None:
    rows = pl.read_csv(REFERENCE / "interval_censored.csv").with_columns(
        pl.col("by").fill_null(NEVER)
    )
    after, by = rows["after"].to_numpy().astype(np.float64), rows["by"].to_numpy()
    chance = np.random.default_rng(1)
    means = []
    for _ in range(100):
        again = chance.integers(0, len(after), len(after))
        means.append(turnbull(after[again], by[again], pl.Series(again)).mean(100)[0])
    assert drawn().mean(100)[1] == pytest.approx(np.std(means), rel=0.3)


def test_courses_of_one_patient_widen_the_limits() -> None:
    ends = [(10.0, 20.0), (10.0, 20.0), (30.0, NEVER), (30.0, NEVER)] * 6
    alone = estimate(*ends).at([20]).row(0, named=True)
    pairs = [str(place // 2) for place in range(len(ends))]
    paired = estimate(*ends, patients=pairs).at([20]).row(0, named=True)
    assert paired["share"] == alone["share"] == 0.5
    assert paired["low"] < alone["low"] < alone["high"] < paired["high"]


def test_nobody_seen_to_end_leaves_a_share_of_1_without_limits() -> None:
    found = estimate((5, NEVER), (7, NEVER)).at([0, 7])
    assert found.select("at_risk", "share", "low", "high").rows() == [
        (2, 1, None, None),
        (1, 1, None, None),
    ]
