"""How far scores fell: the share that fell by so much or more, for every degree of improvement."""

import altair as alt

from pipelines.charts import theme
from pipelines.charts.framing import framed
from pipelines.charts.places import together
from pipelines.charts.step_layers import shares
from pipelines.disclosure.condition import ConditionFinding
from pipelines.disclosure.condition_words import distribution

HEIGHT = 220


def chart(finding: ConditionFinding, *, narrow: bool = False) -> alt.LayerChart:
    """Return a falling line from all (rose by half, or less) to those whose score fell to nothing."""
    rows = finding.distribution
    x = alt.X(
        "fell_percent:Q",
        title="Score fell by at least (%)",
        axis=alt.Axis(values=[-50, -25, 0, 25, 50, 75, 100], grid=True),
        scale=alt.Scale(domain=[-50, 100], nice=False),
    )
    base = alt.Chart(rows).encode(x=x)
    area = base.mark_area(color=theme.IMPROVEMENT_PALE, opacity=0.6).encode(
        y=shares("Followed up (%)"), y2=alt.Y2Datum(0)
    )
    line = base.mark_line(color=theme.IMPROVEMENT, strokeWidth=2).encode(y=alt.Y("share:Q"))
    dots = base.mark_point(color=theme.IMPROVEMENT, filled=True, size=40, opacity=1).encode(
        y=alt.Y("share:Q"), tooltip=["fell_percent:Q", "courses:Q", "assessed:Q"]
    )
    return framed(together(area, line, dots), distribution(finding), HEIGHT, narrow)
