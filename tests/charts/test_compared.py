"""Charts of groups: the numbers that they hold are those of the finding, in either width."""

from pathlib import Path
from typing import Any

import altair as alt
import polars as pl
import pytest

from pipelines import ComparisonFinding, disclose_comparison, open_practice
from pipelines.charts import funnel, pooling, ratios, theme
from pipelines.disclosure.comparison_words import expected, outside
from pipelines.disclosure.comparison_words import pooled as pooled_words


@pytest.fixture(scope="module")
def finding(small_practice: Path) -> ComparisonFinding:
    found = disclose_comparison(
        open_practice(small_practice).comparison(by=["clinic_key"]), "internal"
    )
    assert isinstance(found, ComparisonFinding)
    return found


def rows(chart: alt.LayerChart, *columns: str) -> set[tuple[Any, ...]]:
    """Return the rows of all data of a chart that have these columns."""
    data = chart.to_dict()["datasets"].values()
    return {
        tuple(row[name] for name in columns)
        for part in data for row in part if set(columns) <= row.keys()
    }  # fmt: skip


def says(chart: alt.LayerChart, sentence: str) -> bool:
    """Return whether the title is a sentence, however it is broken into lines and held together."""
    text = chart.to_dict()["title"]["text"]
    title = text if isinstance(text, str) else "".join(text)
    return "".join(title.split()) == "".join(sentence.split())


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("kind", ["rates", "ratios"])
def test_a_funnel_draws_each_group_and_the_limits_that_decide(
    finding: ComparisonFinding, kind: str, narrow: bool
) -> None:
    found = finding.rate_funnel if kind == "rates" else finding.ratio_funnel
    drawn = funnel.chart(finding, found, narrow=narrow)
    groups = found.frame.select("label", "size", "value").rows()
    assert rows(drawn, "label", "size", "value") == set(groups)
    assert len(groups) > 1
    assert says(drawn, outside(found))
    for name in ("95", "998"):
        if kind == "ratios":
            bars = set(found.frame.select("size", f"low_{name}", f"high_{name}").rows())
            assert bars <= rows(drawn, "size", "value", "high")
        for end in ("low", "high"):
            line = set(found.curve.select("size", f"{end}_{name}").rows())
            assert line <= rows(drawn, "size", "value")


def test_names_of_groups_of_like_size_and_rate_do_not_lie_on_each_other(
    finding: ComparisonFinding,
) -> None:
    found = finding.rate_funnel
    alike = found.frame[:3].with_columns(
        size=pl.Series([40, 48, 55]), value=pl.Series([0.5, 0.49, 0.5]),
        label=pl.Series(["cusdmto0eocpp", "Lindenhof", "cds55n3ihmhg8"]),
    )  # fmt: skip
    moved = type(found)(
        found.kind, alike, found.curve, found.target, found.phi, found.tau, found.widened,
        found.refused,
    )  # fmt: skip
    lifts = rows(funnel.chart(finding, moved, narrow=True), "label", "lift")
    assert len({lift for _, lift in lifts}) == 3


def test_a_group_beyond_the_outer_limits_is_coloured(finding: ComparisonFinding) -> None:
    found = finding.rate_funnel
    far = (
        pl.when(pl.int_range(pl.len()) == 0).then(pl.col("high_998") + 0.01).otherwise(found.target)
    )
    moved = type(found)(
        found.kind, found.frame.with_columns(value=far), found.curve, found.target, found.phi,
        found.tau, found.widened, found.refused,
    )  # fmt: skip
    layers = funnel.chart(finding, moved).to_dict()
    data = layers["datasets"]
    coloured = {
        layer["mark"]["color"]: len(data[layer["data"]["name"]])
        for layer in layers["layer"] if layer["mark"]["type"] == "point"
    }  # fmt: skip
    assert coloured == {
        theme.COMMON_CAUSE: moved.frame.height - 1, theme.IMPROVEMENT: 1, theme.CONCERN: 0,
    }  # fmt: skip


@pytest.mark.parametrize("narrow", [False, True])
def test_ratios_keep_a_row_for_every_group(finding: ComparisonFinding, narrow: bool) -> None:
    drawn = ratios.chart(finding, narrow=narrow)
    told = finding.groups.filter(pl.col("ratio").is_not_null())
    assert rows(drawn, "label", "ratio", "ratio_low", "ratio_high") == set(
        told.select("label", "ratio", "ratio_low", "ratio_high").rows()
    )
    without = finding.groups.filter(pl.col("ratio").is_null())["label"].to_list()
    assert {label for label, _ in rows(drawn, "label", "why")} == set(without)
    assert says(drawn, expected(finding))


@pytest.mark.parametrize("narrow", [False, True])
def test_pooled_rates_stand_beside_the_rates_as_they_are(
    finding: ComparisonFinding, narrow: bool
) -> None:
    columns = ("label", "pooled", "pooled_low", "pooled_high", "rate")
    told = finding.pooled.filter(pl.col("pooled").is_not_null())
    drawn = pooling.chart(finding, narrow=narrow)
    assert rows(drawn, *columns) == set(told.select(columns).rows())
    assert says(drawn, pooled_words(finding))
