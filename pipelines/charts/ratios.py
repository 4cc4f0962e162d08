"""Observed over expected, group by group, on a scale where twice and half are as far from 1."""

import altair as alt
import polars as pl

from pipelines.charts import theme
from pipelines.charts.framing import framed
from pipelines.charts.places import together
from pipelines.disclosure.comparison import ComparisonFinding
from pipelines.disclosure.comparison_words import expected

ROW = 30
FEW = [0.5, 1, 2]
MARKS = [0.5, 0.67, 0.8, 1, 1.25, 1.5, 2]


def chart(finding: ComparisonFinding, *, narrow: bool = False) -> alt.LayerChart:
    """Return dots and 95 % intervals around the line of as many as expected.

    A group without a ratio keeps its row and says why; hollow dots are of few assessed.
    """
    rows = finding.groups.select(
        "label", "ratio", "ratio_low", "ratio_high", "unstable", "assessed", "enough_follow_up"
    )
    low, high = _domain(rows)
    rows = rows.with_columns(
        shown=pl.col("ratio").clip(low, high),
        beyond=pl.when((pl.col("ratio") < low) | (pl.col("ratio") > high)).then(
            pl.format("{} (beyond the axis)", pl.col("ratio").round(2))
        ),
        low_shown=pl.col("ratio_low").clip(low, high),
        high_shown=pl.col("ratio_high").clip(low, high),
    )
    x = alt.X(
        "shown:Q",
        title="Observed over expected",
        scale=alt.Scale(type="log", domain=[low, high], nice=False),
        axis=alt.Axis(
            values=[mark for mark in (FEW if narrow else MARKS) if low <= mark <= high], format="~g"
        ),
    )
    y = alt.Y(
        "label:N",
        sort=None,
        title=None,
        axis=alt.Axis(labelLimit=150 if narrow else 260, labelColor=theme.INK, labelFontSize=13),
        scale=alt.Scale(domain=rows["label"].to_list()),
    )
    tips = [
        alt.Tooltip("label:N", title="Group"), alt.Tooltip("ratio:Q", format=".2f"),
        alt.Tooltip("ratio_low:Q", format=".2f"), alt.Tooltip("ratio_high:Q", format=".2f"),
        alt.Tooltip("assessed:Q", title="Assessed", format=","),
    ]  # fmt: skip
    one = alt.Chart(pl.DataFrame({"shown": [1.0]})).mark_rule(color=theme.COMMON_CAUSE).encode(x=x)
    known = alt.Chart(rows.filter(pl.col("ratio").is_not_null()))
    line = known.mark_rule(color=theme.IMPROVEMENT, strokeWidth=2, clip=True).encode(
        x=alt.X("low_shown:Q"), x2="high_shown:Q", y=y, tooltip=tips
    )
    fill = alt.when("datum.unstable").then(alt.value(theme.WHITE)).otherwise(
        alt.value(theme.IMPROVEMENT)
    )  # fmt: skip
    dot = known.mark_point(size=62, color=theme.IMPROVEMENT, opacity=1, strokeWidth=1.75).encode(
        x=x, y=y, fill=fill, tooltip=tips
    )
    absent = (
        alt.Chart(rows.filter(pl.col("ratio").is_null()).select("label", why=why()))
        .mark_text(align="center", color=theme.MUTED, fontSize=12)
        .encode(x=alt.XDatum(1), y=y, text="why:N")
    )
    far = (
        alt.Chart(rows.filter(pl.col("beyond").is_not_null()))
        .mark_text(align="left", dx=10, dy=-9, color=theme.INK, fontSize=11)
        .encode(x=x, y=y, text="beyond:N")
    )
    return framed(
        together(one, line, dot, far, absent), expected(finding), ROW * rows.height, narrow
    )


def why() -> pl.Expr:
    """Return in short why a row has no dot; the table has the reason in full."""
    return (
        pl.when("enough_follow_up").then(pl.lit("not given")).otherwise(pl.lit("follow-up too low"))
    )


def _domain(rows: pl.DataFrame) -> tuple[float, float]:
    """Return ends of the scale, as far below 1 as above, that hold the ratios and their intervals."""
    ends = pl.concat([rows["ratio"], rows["ratio_low"], rows["ratio_high"]]).drop_nulls()
    above = [max(value, 1 / value) for value in ends.to_list() if value > 0]
    most = min(max([1.5, *above]) * 1.05, 5.0)
    return 1 / most, most
