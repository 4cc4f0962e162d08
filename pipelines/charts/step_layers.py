"""Layers that curves over time or infusions share: steps or lines, their band, who is still followed."""

from typing import Literal

import altair as alt
import polars as pl

from pipelines.charts import theme


def shares(title: str) -> alt.Y:
    """Return an axis of shares, from 0 to all, written in per cent."""
    return alt.Y(
        "share:Q",
        title=title,
        scale=alt.Scale(domain=[0, 1], nice=False),
        axis=alt.Axis(values=[0, 0.25, 0.5, 0.75, 1], labelExpr=theme.PERCENT, format="%"),
    )


Drawn = Literal["step-after", "linear"]


def band(frame: pl.DataFrame, x: alt.X, colour: str, drawn_as: Drawn = "step-after") -> alt.Chart:
    """Return the interval low to high around a curve, of steps unless told."""
    drawn: alt.Chart = (
        alt.Chart(frame)
        .mark_area(interpolate=drawn_as, color=colour, opacity=0.55)
        .encode(x=x, y=alt.Y("low:Q"), y2="high:Q")
    )
    return drawn


def steps(frame: pl.DataFrame, x: alt.X, y: alt.Y, colour: str, dashes: bool = False) -> alt.Chart:
    """Return a curve of steps: a share holds until the next event."""
    return line(frame, x, y, colour, dashes, "step-after")


def line(
    frame: pl.DataFrame, x: alt.X, y: alt.Y, colour: str, dashes: bool = False,
    drawn_as: Drawn = "linear",
) -> alt.Chart:  # fmt: skip
    """Return a curve."""
    drawn: alt.Chart = (
        alt.Chart(frame)
        .mark_line(
            interpolate=drawn_as, color=colour, strokeWidth=2,
            strokeDash=[5, 4] if dashes else [1, 0],
        )
        .encode(x=x, y=y)
    )  # fmt: skip
    return drawn


def followed(frame: pl.DataFrame, x: alt.X, height: int) -> alt.Chart:
    """Return the numbers still followed, under the axis; `frame` has the column of x and at_risk."""
    drawn: alt.Chart = (
        alt.Chart(frame)
        .mark_text(baseline="top", color=theme.MUTED, fontSize=12)
        .encode(x=x, y=alt.value(height + 48), text=alt.Text("at_risk:Q", format=","))
    )
    return drawn
