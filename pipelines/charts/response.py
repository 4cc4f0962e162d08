"""Rates with their bounds, condition by condition: bands, dots, published ticks and columns."""

import textwrap
from collections.abc import Sequence

import altair as alt

from pipelines.charts import theme
from pipelines.charts.key import key
from pipelines.charts.layout import NARROW, WIDE, Layout
from pipelines.charts.marked import marked
from pipelines.charts.marks import bands, columns, headings, labels, published, rates, rules
from pipelines.charts.places import Layer, together
from pipelines.charts.rows import rows
from pipelines.charts.spelled import alt_text, subtitle, title, unbroken
from pipelines.charts.table import drawn, ticks
from pipelines.disclosure import Finding
from pipelines.disclosure.words import counts_as_harm


def chart(
    finding: Finding, beside: Sequence[Finding] = (), *, narrow: bool = False
) -> alt.LayerChart:
    """Return the rates of a Finding by its groups, from what is at least to what is at most true.

    Pale band: from known to highest possible. Dot and line: rate and 95 % interval among those
    assessed, hollow where unstable, absent where follow-up is too low. Tick: a published figure of
    the same rule and window. A hidden row draws nothing. `beside` are Findings of other measures of
    the same view, told in columns. `narrow` puts labels above the bands, for a phone.
    """
    layout = NARROW if narrow else WIDE
    shown = rows(finding)
    places, height = layout.places(shown)
    content = drawn(finding, beside, shown, places)
    colours = _colours(finding)
    figures = ticks(finding, shown, places)
    layers: list[Layer] = [
        rules(content, layout),
        bands(content, layout, finding, colours),
        published(figures, finding),
        rates(content, finding, colours),
        labels(content, layout),
        columns(content, layout, len(beside)),
        headings(finding, beside, layout),
        key(finding, layout, colours, not figures.is_empty()),
    ]
    return _framed(together(*layers), finding, layout, height)


def alone(finding: Finding) -> alt.LayerChart:
    """Return the rates of a Finding as a chart that says its policy, for where no page says it."""
    return marked(chart(finding), finding.policy, "rates", finding.definitions)


def _colours(finding: Finding) -> tuple[str, str]:
    if counts_as_harm(finding.question, finding.definitions):
        return theme.CONCERN, theme.CONCERN_PALE
    return theme.IMPROVEMENT, theme.IMPROVEMENT_PALE


def _framed(
    layers: alt.LayerChart, finding: Finding, layout: Layout, height: int
) -> alt.LayerChart:
    framed: alt.LayerChart = layers.properties(
        width=layout.width,
        height=height,
        autosize=alt.AutoSizeParams(type="fit-x", contains="padding"),
        title=alt.TitleParams(
            text=_lines(title(finding), layout.wrap),
            subtitle=_lines(subtitle(finding), round(layout.wrap * 1.25)),
            limit=2000,
        ),
        description=alt_text(finding),
        usermeta={"embedOptions": {"renderer": "svg"}},
    ).resolve_scale(x="shared", y="shared")
    return framed


def _lines(text: str, width: int) -> list[str]:
    """Return a text in lines of so many characters; vega does not break lines."""
    return textwrap.wrap(unbroken(text), width)
