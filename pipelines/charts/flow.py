"""Flow over time: shares of visits and courses by month."""

import altair as alt

from pipelines.charts import control
from pipelines.disclosure.control import ShownChart
from pipelines.disclosure.flow_words import over_time

HEIGHT = 240


def chart(label: str, shown: ShownChart, *, narrow: bool = False) -> alt.LayerChart:
    """Return one share by month."""
    return control.chart(shown, over_time(label, shown), f"{label} (%)", HEIGHT, narrow=narrow)
