"""Kaplan-Meier against R's survfit, and at the edges by hand."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from pipelines.estimates.competing import cumulative_incidence
from pipelines.estimates.survival import at_days, kaplan_meier, median

REFERENCE = Path(__file__).resolve().parents[1] / "reference"


def curve(*ends: tuple[int, int]) -> pl.DataFrame:
    return kaplan_meier(
        np.array([day for day, _ in ends]), np.array([lost == 1 for _, lost in ends])
    )


def freireich(studies: Path, arm: str) -> pl.DataFrame:
    ends = pl.read_csv(studies / "reference_values" / "freireich_6mp.csv").filter(arm=arm)
    return curve(*ends.select("time", "status").rows())


def golden(data: str, group: str, what: str) -> pl.DataFrame:
    table = pl.read_csv(REFERENCE / "survival_r.csv", comment_prefix="#")
    return table.filter(data=data, group=group, what=what)


@pytest.mark.parametrize("arm", ["6MP", "placebo"])
def test_the_curve_of_the_freireich_patients_against_r_survfit(studies: Path, arm: str) -> None:
    table = pl.read_csv(
        studies / "reference_values" / "freireich_6mp_km_R_survfit.csv", null_values="NA"
    ).filter(pl.col("arm") == arm, pl.col("conf.type") == "log-log")
    found = freireich(studies, arm).filter(pl.col("day").is_in(table["time"].to_list()))
    assert found["at_risk"].to_list() == table["n.risk"].to_list()
    assert found["lost"].to_list() == table["n.event"].to_list()
    for ours, theirs in (("share", "surv"), ("low", "lower"), ("high", "upper")):
        assert found[ours].to_list() == pytest.approx(table[theirs].to_list(), abs=1e-9), ours


@pytest.mark.parametrize(("arm", "expected"), [("6MP", (23, 13, None)), ("placebo", (8, 4, 11))])
def test_the_median_with_its_limits_against_r_survfit(
    studies: Path, arm: str, expected: tuple[int, int, int | None]
) -> None:
    assert golden("freireich", arm, "median").select("value", "low", "high").row(0) == expected
    assert median(freireich(studies, arm)) == expected


def test_limits_with_two_rows_of_each_patient_against_r_survfit_with_cluster() -> None:
    """The colon data of R's survival: recurrence and death of the patients under observation."""
    ends = pl.read_csv(REFERENCE / "survival_colon.csv").select(
        "time",
        way=pl.when(pl.col("status") == 1).then(pl.lit("lost")).otherwise(pl.lit("censored")),
        patient_key=pl.col("id").cast(pl.String),
    )
    table = golden("colon", "Obs", "still")
    found = cumulative_incidence(ends, ["lost"]).rename({"time": "day"})
    at = at_days(found, table["time"].to_list(), "still_share")
    assert at["at_risk"].to_list() == table["at_risk"].to_list()
    for ours, theirs in (("still_share", "value"), ("still_low", "low"), ("still_high", "high")):
        assert at[ours].to_list() == pytest.approx(table[theirs].to_list(), abs=1e-9), ours


def test_nobody_lost_leaves_a_share_of_1_without_limits_or_median() -> None:
    found = curve((6, 0), (7, 0))
    assert found.select("share", "low", "high").rows() == [(1.0, None, None)] * 3
    assert median(found) == (None, None, None)


def test_all_lost_at_once_end_at_0_without_limits() -> None:
    found = curve((5, 1), (5, 1))
    assert found.rows() == [(0, 2, 0, 0, 1.0, None, None), (5, 2, 2, 0, 0.0, None, None)]
    assert median(found) == (5, None, None)


def test_after_the_last_day_seen_the_share_is_not_known_unless_nobody_is_left() -> None:
    open_end, closed = curve((10, 1), (20, 0)), curve((10, 1), (20, 1))
    assert at_days(open_end, [9, 20, 21]).select("at_risk", "share").rows() == [
        (2, 1.0), (1, 0.5), (0, None),
    ]  # fmt: skip
    assert at_days(closed, [21]).select("at_risk", "share").rows() == [(0, 0.0)]
