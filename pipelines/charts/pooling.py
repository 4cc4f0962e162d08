"""Rates of groups as they are, and pooled towards the mean, highest pooled rate first."""

import altair as alt
import polars as pl

from pipelines.charts import theme
from pipelines.charts.framing import framed
from pipelines.charts.places import together
from pipelines.disclosure.comparison import ComparisonFinding
from pipelines.disclosure.comparison_words import pooled

ROW = 28


def chart(finding: ComparisonFinding, *, narrow: bool = False) -> alt.LayerChart:
    """Return pooled rates with 95 % intervals as filled dots, the rates as they are as hollow ones."""
    rows = finding.pooled.filter(pl.col("pooled").is_not_null()).select(
        "label", "pooled", "pooled_low", "pooled_high", "rate", "assessed"
    )
    x = alt.X(
        "pooled:Q",
        title="Pooled (hollow: as it is)",
        scale=alt.Scale(domain=[0, 1], nice=False),
        axis=alt.Axis(values=[0, 0.25, 0.5, 0.75, 1], labelExpr=theme.PERCENT),
    )
    y = alt.Y(
        "label:N",
        sort=None,
        title=None,
        axis=alt.Axis(labelLimit=170 if narrow else 300, labelColor=theme.INK, labelFontSize=13),
        scale=alt.Scale(domain=rows["label"].to_list()),
    )
    tips = [
        alt.Tooltip("label:N", title="Group"), alt.Tooltip("pooled:Q", format=".0%"),
        alt.Tooltip("rate:Q", title="among assessed", format=".0%"),
        alt.Tooltip("assessed:Q", format=","),
    ]  # fmt: skip
    base = alt.Chart(rows).encode(y=y, tooltip=tips)
    line = base.mark_rule(color=theme.ACCENT, strokeWidth=2).encode(
        x=alt.X("pooled_low:Q"), x2="pooled_high:Q"
    )
    raw = base.mark_point(color=theme.MUTED, fill=theme.WHITE, size=50, opacity=1).encode(
        x=alt.X("rate:Q")
    )
    dot = base.mark_point(color=theme.ACCENT, filled=True, size=62, opacity=1).encode(x=x)
    return framed(together(line, raw, dot), pooled(finding), ROW * rows.height, narrow)
