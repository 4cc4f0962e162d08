"""Safety of infusions: events by month, infusions between serious ones, a sign by minute."""

import altair as alt
import polars as pl

from pipelines.charts import control, theme
from pipelines.charts.framing import framed
from pipelines.charts.places import together
from pipelines.disclosure import safety_words as words
from pipelines.disclosure.control import ShownChart
from pipelines.disclosure.safety import EventsOverTime, SafetyFinding

HEIGHT, SMALL = 260, 180


def over_time(one: EventsOverTime, *, narrow: bool = False) -> alt.LayerChart:
    """Return events per 100 infusions over time, or the infusions between rare ones."""
    axis = "Infusions between" if one.rare else "Events per 100 infusions"
    return control.chart(one.shown, words.over_time(one), axis, HEIGHT, narrow=narrow)


def dose(label: str, shown: ShownChart, *, narrow: bool = False) -> alt.LayerChart:
    """Return the mean dose of one condition by month."""
    title = words.dose(label, shown)
    return control.chart(shown, title, "Mean dose (mg/kg)", SMALL, narrow=narrow)


def between(finding: SafetyFinding, *, narrow: bool = False) -> alt.LayerChart:
    """Return the number of infusions between one serious event and the next."""
    return control.chart(
        finding.between, words.between(finding), "Infusions between", SMALL, narrow=narrow
    )


def by_minute(
    finding: SafetyFinding, sign: str, label: str, *, narrow: bool = False
) -> alt.LayerChart:
    """Return the median of a sign by minute, with the band that holds the middle 80 % of infusions."""
    rows = finding.signs.filter(pl.col("sign") == sign)
    x = alt.X("minute:Q", title="Minutes after the start of the infusion",
              axis=alt.Axis(grid=False, values=rows["minute"].to_list()))  # fmt: skip
    scale = alt.Scale(zero=sign in ("cadss", "moaas"), nice=True)
    base = alt.Chart(rows)
    tips = [
        alt.Tooltip("minute:Q", title="Minute"), alt.Tooltip("median:Q", title="Median"),
        alt.Tooltip("low:Q", title="10 %"), alt.Tooltip("high:Q", title="90 %"),
        alt.Tooltip("read:Q", title="Infusions", format=","),
    ]  # fmt: skip
    band = base.mark_area(color=theme.IMPROVEMENT_PALE, opacity=0.6).encode(
        x=x, y=alt.Y("low:Q", title=label, scale=scale), y2="high:Q"
    )
    ends = base.mark_rule(color=theme.IMPROVEMENT_PALE, strokeWidth=6).encode(
        x=x, y=alt.Y("low:Q"), y2="high:Q"
    )
    line = base.mark_line(color=theme.IMPROVEMENT, strokeWidth=2).encode(x=x, y=alt.Y("median:Q"))
    dots = base.mark_point(color=theme.IMPROVEMENT, fill=theme.IMPROVEMENT, size=45, opacity=1)
    drawn = together(ends, band, line, dots.encode(x=x, y=alt.Y("median:Q"), tooltip=tips))
    middle = rows.sort("median", descending=True)
    said = f"{label}: median and the middle 80 % of infusions by minute"
    if middle.height > 1:
        top = middle.row(0, named=True)
        said = f"{label}: median highest at minute {top['minute']}, {top['median']:g}"
    return framed(drawn, said, SMALL, narrow)
