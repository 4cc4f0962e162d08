"""A rate by month with its limits, changes and target; follow-up beneath it on the same months."""

import altair as alt

from pipelines.charts import control
from pipelines.disclosure.trend import TrendFinding
from pipelines.disclosure.trend_words import follow_up_title, title
from pipelines.disclosure.words import met

HEIGHT, FOLLOW_UP_HEIGHT = 280, 130


def chart(finding: TrendFinding, *, narrow: bool = False) -> alt.LayerChart:
    """Return the rate over time; see `charts.control`."""
    did = met(finding.question, finding.definitions)
    axis = f"Followed up and {did} (%)"
    return control.chart(finding.rate, title(finding), axis, HEIGHT, narrow=narrow)


def follow_up_chart(finding: TrendFinding, *, narrow: bool = False) -> alt.LayerChart:
    """Return follow-up by the same periods, with its limits."""
    axis = "Followed up (%)"
    return control.chart(
        finding.follow_up, follow_up_title(finding), axis, FOLLOW_UP_HEIGHT,
        narrow=narrow,
    )  # fmt: skip
