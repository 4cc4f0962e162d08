"""How long a response lasts: the share not yet lost, by weeks after the first response."""

import altair as alt
import polars as pl

from pipelines.charts import theme
from pipelines.charts.framing import framed
from pipelines.charts.places import together
from pipelines.charts.step_layers import band, followed, line, shares
from pipelines.disclosure.condition import ConditionFinding
from pipelines.disclosure.condition_words import lasting

HEIGHT = 260
TOLD = (
    "Two readings of the same scores. Line: lost once a score has fallen back and the next confirms it;"
    " rare scores leave losses unconfirmed. Dashed: lost with the first such score. Scores tell only"
    " between which two of them a response was lost; both lines allow for that."
)


def chart(finding: ConditionFinding, *, narrow: bool = False) -> alt.LayerChart:
    """Return the share still in response with its band, numbers still followed under it.

    Dashed: the same if the first lost score counted at once.
    """
    weeks = finding.weeks["weeks"].to_list()
    most = max([*weeks, 4])
    x = alt.X(
        "week:Q",
        title="Weeks after the first response",
        axis=alt.Axis(values=[0, *weeks], format="d", grid=False),
        scale=alt.Scale(domain=[0, most], nice=False),
    )
    curve, at_once = (
        frame.select(week=pl.col("day") / 7, share="share", low="low", high="high").filter(
            pl.col("week") <= most
        )
        for frame in (finding.curve, finding.curve_at_once)
    )
    numbers = finding.weeks.select(week=pl.col("weeks"), at_risk="at_risk")
    return framed(
        together(
            band(curve.drop_nulls(), x, theme.IMPROVEMENT_PALE, "linear"),
            line(at_once, x, shares("Still in response (%)"), theme.COMMON_CAUSE, dashes=True),
            line(curve, x, shares("Still in response (%)"), theme.IMPROVEMENT),
            followed(numbers, x, HEIGHT),
        ),
        lasting(finding),
        HEIGHT,
        narrow,
    )
