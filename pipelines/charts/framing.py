"""The frame that the charts of one condition share: width, title that says the finding, alt text."""

import textwrap

import altair as alt

from pipelines.charts.spelled import unbroken


def framed(layers: alt.LayerChart, said: str, height: int, narrow: bool) -> alt.LayerChart:
    """Return layers with their size and title; what the title says is the alt text too."""
    drawn: alt.LayerChart = layers.properties(
        width=380 if narrow else 900,
        height=height,
        autosize=alt.AutoSizeParams(type="fit-x", contains="padding"),
        title=alt.TitleParams(
            textwrap.wrap(unbroken(said), 44 if narrow else 125), fontSize=13.5, limit=2000
        ),
        description=said,
        usermeta={"embedOptions": {"renderer": "svg"}},
    )
    return drawn
