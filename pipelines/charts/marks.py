"""The layers of a rate chart: bands, rates, published ticks, labels and columns of text."""

from collections.abc import Sequence
from typing import Literal

import altair as alt
import polars as pl

from pipelines.charts import theme
from pipelines.charts.layout import Layout
from pipelines.charts.places import (
    at,
    below_top,
    right_of_bands,
    row,
    together,
    up_to_right_of_bands,
)
from pipelines.charts.spelled import axis_title
from pipelines.disclosure import Finding

Colours = tuple[str, str]
Weight = Literal["normal", "bold"]
BOLD: Weight = "bold"
PLAIN: Weight = "normal"


def share(name: str, title: str) -> alt.X:
    """Return a share on the axis that all layers have in common, with its labels on top."""
    axis = alt.Axis(
        orient="top",
        title=title,
        titleAnchor="start",
        values=[0, 0.25, 0.5, 0.75, 1],
        labelExpr="round(100 * datum.value) + (datum.value == 1 ? ' %' : '')",
        grid=True,
    )
    return alt.X(f"{name}:Q", scale=alt.Scale(domain=[0, 1], nice=False), axis=axis)


def _tips() -> list[alt.Tooltip]:
    names = {
        "label": "Row", "due": "Due", "assessed": "Assessed", "follow_up": "Followed up",
        "met": "Met", "at_least": "At least", "at_most": "At most", "among": "Among assessed",
    }  # fmt: skip
    return [alt.Tooltip(f"{name}:N", title=title) for name, title in names.items()]


def rules(content: pl.DataFrame, layout: Layout) -> alt.Chart:
    """Return a hair line above each group."""
    tops = content[1:].filter("opens")
    lines = tops.select(y=pl.col("y") - layout.above - layout.group_gap / 2)
    drawn: alt.Chart = (
        alt.Chart(lines)
        .mark_rule(color=theme.GRID, strokeWidth=1)
        .encode(
            y=row(),
            x=at(-layout.label_width),
            x2=up_to_right_of_bands(layout.columns[-1]),
        )
    )
    return drawn


def bands(content: pl.DataFrame, layout: Layout, finding: Finding, colours: Colours) -> alt.Chart:
    """Return the bands from known to highest possible."""
    drawn: alt.Chart = (
        alt.Chart(content.filter(pl.col("known").is_not_null()))
        .mark_bar(color=colours[1], height=layout.band, cornerRadius=2)
        .encode(x=share("known", axis_title(finding)), x2="highest:Q", y=row(), tooltip=_tips())
    )
    return drawn


def rates(content: pl.DataFrame, finding: Finding, colours: Colours) -> alt.LayerChart:
    """Return dots and lines: rate and interval, hollow where unstable."""
    base = alt.Chart(content.filter(pl.col("rate").is_not_null()))
    fill = alt.when("datum.solid").then(alt.value(colours[0])).otherwise(alt.value(theme.WHITE))
    weight = alt.when("datum.solid").then(alt.value(2.0)).otherwise(alt.value(1.25))
    line = base.mark_rule(color=colours[0]).encode(
        x=share("low", axis_title(finding)),
        x2="high:Q",
        y=row(),
        strokeWidth=weight,
        tooltip=_tips(),
    )
    dot = base.mark_point(size=62, color=colours[0], opacity=1, strokeWidth=1.75).encode(
        x=share("rate", axis_title(finding)), y=row(), fill=fill, tooltip=_tips()
    )
    return together(line, dot)


def published(figures: pl.DataFrame, finding: Finding) -> alt.Chart:
    """Return hollow ticks at published figures of the same rule and window."""
    return theme.tick(alt.Chart(figures)).encode(
        x=share("share", axis_title(finding)),
        y=row(),
        tooltip=[alt.Tooltip("figure:N", title="Published"), alt.Tooltip("citation:N", title="In")],
    )


def labels(content: pl.DataFrame, layout: Layout) -> alt.LayerChart:
    """Return the row labels: groups in bold, parts indented under them, the divider muted."""
    above = layout.label_rise
    styles = {
        "group": (BOLD, theme.INK),
        "part": (PLAIN, theme.INK),
        "divider": (BOLD, theme.MUTED),
    }
    return together(
        *[
            alt.Chart(rows)
            .mark_text(align="left", baseline="middle", fontWeight=weight, color=colour, dy=-above)
            .encode(text="label:N", y=row(), x=at(layout.indent * steps - layout.label_width))
            for kind, (weight, colour) in styles.items()
            for (steps,), rows in content.filter(pl.col("kind") == kind).group_by(
                "indent", maintain_order=True
            )
        ],
        alt.Chart(content.filter((pl.col("note") != "") & (not layout.stacked)))
        .mark_text(align="left", baseline="middle", color=theme.MUTED)
        .encode(text="note:N", y=row(), x=at(6)),
    )


def columns(content: pl.DataFrame, layout: Layout, beside: int) -> alt.LayerChart:
    """Return the columns of text right of the bands, or one above them where they are stacked."""
    names = (
        ["narrow"]
        if layout.stacked
        else ["due", "follow_up", *[f"beside_{n}" for n in range(beside)]]
    )
    above = layout.label_rise
    rows = content.filter(pl.col("kind") != "divider")
    return together(
        *[
            alt.Chart(rows.filter((pl.col(name) == "hidden") == muted))
            .mark_text(
                align="right",
                baseline="middle",
                dy=-above,
                color=theme.MUTED if muted or layout.stacked else theme.INK,
            )
            .encode(text=f"{name}:N", y=row(), x=right_of_bands(edge))
            for name, edge in zip(names, layout.columns, strict=False)
            for muted in (False, True)
        ],
        alt.Chart(rows.filter(pl.col("flag") == "*"))
        .mark_text(align="left", baseline="middle", dy=-above)
        .encode(text="flag:N", y=row(), x=right_of_bands(layout.columns[0] + 2)),
    )


def headings(finding: Finding, beside: Sequence[Finding], layout: Layout) -> alt.LayerChart:
    """Return the headings of the columns, level with the labels of the axis."""
    measures = finding.definitions.labels("measure_labels", "measure")
    others = [measures[other.question.measure].replace(" ", "\n", 1) for other in beside]
    words = [] if layout.stacked else ["Due", "Followed\nup", *others]
    texts = pl.DataFrame({"text": words}, schema={"text": pl.String})
    return together(
        *[
            alt.Chart(texts[number : number + 1])
            .mark_text(
                align="right",
                baseline="line-bottom",
                lineBreak="\n",
                color=theme.MUTED,
                fontSize=12,
                dy=-14 * word.count("\n"),
                lineHeight=14,
            )
            .encode(text="text:N", y=below_top(-8), x=right_of_bands(edge))
            for number, (word, edge) in enumerate(zip(words, layout.columns, strict=False))
        ]
    )
