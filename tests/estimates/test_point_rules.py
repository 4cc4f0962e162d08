from pathlib import Path

import numpy as np
import polars as pl
import pytest

from pipelines.estimates.control_limits import Floats, Limits, limits
from pipelines.estimates.point_rules import RULES, making_data_count

R_CHARTS = Path(__file__).parents[1] / "reference" / "control_charts_r.csv"
SHORT = {"common": ".", "outside": "o", "trend": "t", "two_of_three": "2", "shift": "s"}


def about(centre: float, sigma: float, points: Floats) -> Limits:
    """Return lines that are given, not computed from the points."""
    return Limits(*[np.full(len(points), centre + k * sigma) for k in (0, -3, 3, -2, 2)])


@pytest.mark.parametrize(
    ("drawn", "rules", "ways"),
    [
        # centre 0, near lines at 2, limits at 3
        ("1 -1 4 -1 1", "..o..", "00+00"),
        ("1 -1 -3 3 1", ".....", "00000"),  # on a limit is not outside
        ("0 0 -3.1 0 0", "..o..", "00-00"),
        ("1 -1 1 2.5 1 2.5 -1", "...2.2.", "000+0+0"),
        ("1 -1 2.5 2.5 -1 1", "......", "000000"),  # two near, never three on one side
        ("-1 2.5 2.5 1 -1", ".22..", "0++00"),
        ("-1 2.5 0 2.5 -1", ".....", "00000"),  # a point on the centre is on no side
        ("-1 2.5 4 2.5 -1", ".2o2.", "0+++0"),  # outside is not near, the other two are
        ("-1 2.5 1 4 -1", "...o.", "000+0"),
        ("-2.5 -1 -2.1 1", "2.2.", "-0-0"),
        ("1 1.5 1 1.5 1 1.5 1", "sssssss", "+++++++"),
        ("1 1.5 1 1.5 1 1.5 -1", ".......", "0000000"),  # six on one side
        ("1 1.5 1 0 1.5 1 1.5 1", "........", "00000000"),  # the centre ends a shift
        ("-1 1 1.5 1 1.5 1 1.5 1 1.5 -1", ".ssssssss.", "0++++++++0"),
        ("-1.5 -1 -.5 0 .5 1 1.5", "ttttttt", "+++++++"),
        ("1.5 1 .5 0 -.5 -1 -1.5", "ttttttt", "-------"),
        ("-1.5 -1 -.5 0 .5 1 1", ".......", "0000000"),  # a tie ends a trend
        ("-1.5 -1 -.5 -.5 .5 1 1.5", ".......", "0000000"),
        ("1 -1.5 -1 -.5 0 .5 1 1.5 0", ".ttttttt.", "0+++++++0"),
        ("-1.5 -1 -.5 0 .5 1 1.5 1 .5 0 -.5 -1 -1.5", "ttttttttttttt", "++++++-------"),
        ("-2.5 -2.2 -1 0 1 2 4", "tttttto", "+++++++"),
    ],
)  # fmt: skip
def test_each_rule_alone(drawn: str, rules: str, ways: str) -> None:
    points = np.array([float(text) for text in drawn.split()])
    rule, way = making_data_count(points, about(0, 1, points))
    assert "".join(SHORT[RULES[code]] for code in rule) == rules
    assert "".join("-0+"[one + 1] for one in way) == ways


def test_fewer_than_thirteen_points_are_judged_all_the_same() -> None:
    points = np.array([5.0, 6, 5, 6, 20, 6, 5, 6])
    rule, _ = making_data_count(points, limits("i", points, points, screened=True, nhs=True))
    assert [RULES[code] for code in rule] == ["common"] * 4 + ["outside"] + ["common"] * 3


@pytest.mark.parametrize("series", range(1, 31))
def test_against_nhsrplotthedots(series: int) -> None:
    rows = pl.read_csv(R_CHARTS, null_values="NA").filter(pl.col("series") == series)
    points = rows["numerator"].cast(pl.Float64).to_numpy()
    lines = limits("i", points, points, screened=series % 2 == 0, nhs=True)
    assert lines.lower == pytest.approx(rows["lower"].to_numpy(), abs=1e-9)
    assert lines.upper == pytest.approx(rows["upper"].to_numpy(), abs=1e-9)
    rule, way = making_data_count(points, lines)
    found = [f"{RULES[code]} {one}" for code, one in zip(rule, way, strict=True)]
    assert found == [SAID[text] for text in rows["rule"]]


SAID = {
    "Common Cause": "common 0",
    "Above UCL": "outside 1",
    "Below LCL": "outside -1",
    "7 Point Trend (Increasing)": "trend 1",
    "7 Point Trend (Decreasing)": "trend -1",
    "2 in 3 Above CL": "two_of_three 1",
    "2 in 3 Below CL": "two_of_three -1",
    "7 Points Above CL": "shift 1",
    "7 Points Below CL": "shift -1",
}
