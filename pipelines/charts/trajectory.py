"""The mean score week by week, with its interval and how many are still scored."""

import altair as alt
import polars as pl

from pipelines.charts import theme
from pipelines.charts.framing import framed
from pipelines.charts.places import together
from pipelines.charts.step_layers import followed
from pipelines.disclosure.condition import ConditionFinding
from pipelines.disclosure.condition_words import trajectory

HEIGHT = 240


def chart(finding: ConditionFinding, *, narrow: bool = False) -> alt.LayerChart:
    """Return mean scores by week after the first infusion; numbers under the axis are courses scored."""
    rows = finding.trajectory
    scale = finding.definitions["instruments"].filter(pl.col("instrument") == finding.instrument)
    lowest, highest = (float(scale[name].item()) for name in ("minimum", "maximum"))
    last = rows["week"].max()
    x = alt.X(
        "week:Q",
        title="Weeks after the first infusion",
        axis=alt.Axis(values=rows["week"].to_list(), format="d", grid=False),
        scale=alt.Scale(domain=[0, last if isinstance(last, int) and last else 1], padding=12),
    )
    y = alt.Y("mean:Q", title="Mean score", scale=alt.Scale(domain=[lowest, highest], nice=False))
    base = alt.Chart(rows).encode(x=x)
    intervals = base.mark_rule(color=theme.IMPROVEMENT, strokeWidth=1.5).encode(
        y=alt.Y("low:Q"), y2="high:Q"
    )
    line = base.mark_line(color=theme.IMPROVEMENT, strokeWidth=1.5, strokeDash=[2, 3]).encode(y=y)
    dots = base.mark_point(color=theme.IMPROVEMENT, filled=True, size=50, opacity=1).encode(
        y=y, tooltip=["week:Q", alt.Tooltip("mean:Q", format=".1f"), "courses:Q"]
    )
    every = 2 if narrow else 1
    numbers = rows.filter(pl.col("week") % every == 0).rename({"courses": "at_risk"})
    return framed(
        together(line, intervals, dots, followed(numbers, x, HEIGHT)),
        trajectory(finding),
        HEIGHT,
        narrow,
    )
