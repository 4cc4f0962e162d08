"""Response by infusion number: who has responded, who stopped without, who is still being treated."""

import altair as alt
import polars as pl

from pipelines.charts import theme
from pipelines.charts.framing import framed
from pipelines.charts.places import together
from pipelines.charts.step_layers import followed, shares
from pipelines.disclosure.condition import ConditionFinding
from pipelines.disclosure.condition_words import by_infusion
from pipelines.disclosure.words import percent, span

HEIGHT = 260
MOST = 12


def chart(finding: ConditionFinding, *, narrow: bool = False) -> alt.LayerChart:
    """Return shares by infusion: responded from below, stopped from above, the rest between.

    Line and dots with 95 % interval: cumulative share of first responses. Numbers under the axis:
    courses that had this infusion without an earlier response.
    """
    rows = finding.by_infusion.filter(pl.col("infusion") <= MOST).select(
        "infusion",
        "at_risk",
        share="responded_share",
        low="responded_low",
        high="responded_high",
        stopped=1 - pl.col("stopped_share"),
        said=pl.Series(
            [
                f"{percent(row['responded_share'])} ({span(row['responded_low'], row['responded_high'])})"
                for row in finding.by_infusion.filter(pl.col("infusion") <= MOST).iter_rows(
                    named=True
                )
            ],
            dtype=pl.String,
        ),
    )
    x = alt.X(
        "infusion:Q",
        title="Infusion",
        axis=alt.Axis(values=list(range(1, MOST + 1)), format="d", grid=False),
        scale=alt.Scale(domain=[1, max(_last(rows), 2)], nice=False, padding=14),
    )
    base = alt.Chart(rows).encode(x=x)
    gone = base.mark_area(color=theme.MISSING, opacity=0.7).encode(
        y=alt.Y("stopped:Q"), y2=alt.Y2Datum(1)
    )
    inside = base.mark_area(color=theme.IMPROVEMENT_PALE, opacity=0.6).encode(
        y=shares("Courses (%)"), y2=alt.Y2Datum(0)
    )
    intervals = base.mark_rule(color=theme.IMPROVEMENT, strokeWidth=1.5).encode(
        y=alt.Y("low:Q"), y2="high:Q"
    )
    line = base.mark_line(color=theme.IMPROVEMENT, strokeWidth=2).encode(y=alt.Y("share:Q"))
    dots = base.mark_point(color=theme.IMPROVEMENT, filled=True, size=45, opacity=1).encode(
        y=alt.Y("share:Q"), tooltip=["infusion:Q", alt.Tooltip("said:N", title="seen to respond")]
    )
    numbers = rows.filter(pl.col("infusion") % 2 == 1) if narrow else rows
    layers = together(inside, gone, intervals, line, dots, followed(numbers, x, HEIGHT))
    return framed(layers, by_infusion(finding), HEIGHT, narrow)


def _last(rows: pl.DataFrame) -> int:
    last = rows["infusion"].max()
    return last if isinstance(last, int) else 1
