"""A rate chart as a picture that can stand alone: with its footnote under it."""

import io
import textwrap
from collections.abc import Sequence

import altair as alt

from pipelines.charts import theme
from pipelines.charts.layout import WIDE
from pipelines.charts.places import at, below_rows
from pipelines.charts.response import chart
from pipelines.charts.spelled import how_to_read
from pipelines.disclosure import Finding

LINE = 17


def png(finding: Finding, beside: Sequence[Finding] = ()) -> bytes:
    """Return the chart and its footnote (window, build, days, policy) as a PNG for print."""
    policies = finding.definitions["policies"]
    promise = dict(policies.select("policy", "sentence").rows())[finding.policy]
    lines = textwrap.wrap(f"{how_to_read(finding)} {finding.footnote} {promise}", 165)
    drawn = chart(finding, beside)
    foot = alt.Chart(alt.InlineData(values=[{}])).mark_text(
        text=lines, align="left", baseline="top", color=theme.MUTED, fontSize=11.5, lineHeight=LINE
    )
    below = foot.encode(x=at(-WIDE.label_width), y=below_rows(20))
    whole = drawn + below
    picture = io.BytesIO()
    whole.save(picture, format="png", scale_factor=2)
    return picture.getvalue()
