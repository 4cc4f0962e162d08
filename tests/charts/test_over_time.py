"""Charts over time: points, limits and changes are those of the finding, in either width."""

from pathlib import Path

import polars as pl
import pytest

from pipelines import TrendFinding, disclose_trend, open_practice
from pipelines.charts import trend
from pipelines.disclosure.trend_words import follow_up_title, title
from pipelines.disclosure.words import percent
from tests.charts.test_compared import rows, says


@pytest.fixture(scope="module")
def finding(small_practice: Path) -> TrendFinding:
    found = disclose_trend(open_practice(small_practice).trend(), "internal")
    assert isinstance(found, TrendFinding)
    return found


@pytest.mark.parametrize("narrow", [False, True])
def test_every_point_is_drawn_once_and_lines_are_those_of_the_chart(
    finding: TrendFinding, narrow: bool
) -> None:
    for drawn, shown, sentence in (
        (trend.chart(finding, narrow=narrow), finding.rate, title(finding)),
        (
            trend.follow_up_chart(finding, narrow=narrow),
            finding.follow_up,
            follow_up_title(finding),
        ),
    ):
        points = shown.points.filter(pl.col("value").is_not_null())
        assert points.height > 3
        assert rows(drawn, "period", "value", "colour") == set(
            points.select("period", "value", "colour").rows()
        )
        counted = points.filter(pl.col("rule").is_not_null())
        lines = rows(drawn, "place", "value")
        for name in ("centre", "lower", "upper"):
            assert set(counted.select("place", name).drop_nulls().rows()) <= lines
        assert says(drawn, sentence)


@pytest.mark.parametrize("narrow", [False, True])
def test_each_centre_is_named_with_its_value(finding: TrendFinding, narrow: bool) -> None:
    centre = finding.rate.points["centre"].drop_nulls()[0]
    kind = {"run": "median"}.get(finding.rate.chart.phases["kind"][0], "mean")
    drawn = trend.chart(finding, narrow=narrow)
    assert (centre, f"{kind} {percent(centre)}") in {
        row[:2] for row in rows(drawn, "value", "said", "side")
    }


def test_points_kept_out_of_the_rules_are_hollow_and_say_why(finding: TrendFinding) -> None:
    drawn = trend.chart(finding)
    out = finding.rate.points.filter(pl.col("why_out").is_not_null(), pl.col("value").is_not_null())
    notes = dict(rows(drawn, "period", "said"))
    assert out.height
    assert all("limits" not in notes[period] for period in out["period"])
    counted = finding.rate.points.filter(pl.col("why_out").is_null())["period"]
    assert all(notes[period].startswith("limits") for period in counted)
