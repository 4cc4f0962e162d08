"""A funnel plot: groups by their size, against where chance alone would leave them."""

from math import ceil, floor

import altair as alt
import polars as pl

from pipelines.charts import theme
from pipelines.charts.framing import framed
from pipelines.charts.places import Layer, together
from pipelines.disclosure import Finding
from pipelines.disclosure.comparison import ComparisonFinding
from pipelines.disclosure.comparison_words import outside
from pipelines.disclosure.words import counts_as_harm, met
from pipelines.estimates.funnel import Funnel

HEIGHT = 300
MOST_NAMED = 8  # of more groups not all names have room
LETTER, LINE = 6.4, 12  # pixels that a letter of a name is wide, and a line of names high
LIFTS = (-7, 9, -20, 22, -33, 35)  # pixels off its dot at which a name is tried, in this order
LINES = (("low_998", [1, 0]), ("high_998", [1, 0]), ("low_95", [4, 3]), ("high_95", [4, 3]))
BARS = (("998", 1.0), ("95", 5.0))  # limits and the width of their bars


def chart(
    finding: ComparisonFinding | Finding, found: Funnel, *, narrow: bool = False
) -> alt.LayerChart:
    """Return dots by size within their limits; blue and orange: better and worse than the outer ones.

    Limits of rates are lines over the size; each ratio has its own, a bar. Of many groups only those outside
    the inner limits are named.
    """
    did = met(finding.question, finding.definitions)
    harm = counts_as_harm(finding.question, finding.definitions)
    rate = found.kind == "rate"
    x = alt.X(
        "size:Q",
        title="Assessed" if rate else "Expected responses",
        scale=alt.Scale(zero=True, nice=False, domain=[0, _widest(found)]),
        axis=alt.Axis(grid=False, tickCount=5),
    )
    y = _y(found, f"Followed up and {did} (%)" if rate else "Observed over expected")
    layers = _lines(found, x, y) if rate else _bars(found, x, y)
    whole = alt.Chart(pl.DataFrame({"value": [found.target]}))
    layers.append(whole.mark_rule(color=theme.INK, strokeWidth=1.25).encode(y=y))
    return framed(
        together(*layers, *_groups(found, x, y, narrow, harm)), outside(found), HEIGHT, narrow
    )


def _lines(found: Funnel, x: alt.X, y: alt.Y) -> list[Layer]:
    return [
        alt.Chart(found.curve.select("size", value=name))
        .mark_line(color=theme.MUTED, strokeWidth=1, strokeDash=dash, clip=True)
        .encode(x=x, y=y)
        for name, dash in LINES
    ]


def _bars(found: Funnel, x: alt.X, y: alt.Y) -> list[Layer]:
    return [
        alt.Chart(found.frame.select("size", value=f"low_{name}", high=f"high_{name}"))
        .mark_rule(color=theme.MISSING if width > 1 else theme.MUTED, strokeWidth=width, clip=True)
        .encode(x=x, y=y, y2="high:Q")
        for name, width in BARS
    ]


def _widest(found: Funnel) -> float:
    sizes = found.curve["size"] if found.curve.height else 1.05 * found.frame["size"]
    return float(max(sizes.to_list()))


def _ends(found: Funnel) -> list[float]:
    """Return where the axis of values begins and ends."""
    numbers = pl.concat([found.frame["value"], found.frame["low_998"], found.frame["high_998"]])
    low, high = min(numbers.to_list()), max(numbers.to_list())
    ends = [max(0.0, floor(10 * low - 0.5) / 10), ceil(10 * high + 0.5) / 10]
    return [ends[0], min(1.0, ends[1])] if found.kind == "rate" else ends


def _y(found: Funnel, title: str) -> alt.Y:
    if found.kind == "rate":
        axis = alt.Axis(title=title, labelExpr=theme.PERCENT, tickCount=6)
    else:
        axis = alt.Axis(title=title, format="~g", tickCount=5)
    return alt.Y("value:Q", scale=alt.Scale(domain=_ends(found), nice=False), axis=axis)


def _groups(found: Funnel, x: alt.X, y: alt.Y, narrow: bool, harm: bool) -> list[Layer]:
    value = pl.col("value")
    rows = found.frame.with_columns(
        side=pl.when(value > pl.col("high_998"))
        .then(pl.lit("worse" if harm else "better"))
        .when(value < pl.col("low_998"))
        .then(pl.lit("better" if harm else "worse"))
        .otherwise(pl.lit("in")),
        named=(value > pl.col("high_95"))
        | (value < pl.col("low_95"))
        | (found.frame.height <= MOST_NAMED),
        left=pl.col("size") > 0.8 * _widest(found),
    )
    tips = [
        alt.Tooltip("label:N", title="Group"),
        alt.Tooltip("size:Q", title="Size", format=",.1f"),
        alt.Tooltip("value:Q", title="Value", format=".3f"),
    ]
    drawn: list[Layer] = []
    for side, colour in (
        ("in", theme.COMMON_CAUSE),
        ("better", theme.IMPROVEMENT),
        ("worse", theme.CONCERN),
    ):
        own = rows.filter(pl.col("side") == side)
        point = alt.Chart(own).mark_point(size=60, color=colour, fill=colour, opacity=1)
        drawn.append(point.encode(x=x, y=y, tooltip=tips))
    placed = _placed(rows, found, narrow).partition_by("left", "lift", as_dict=True)
    for (left, lift), own in placed.items():
        named = alt.Chart(own).mark_text(
            align="right" if left else "left", dx=-8 if left else 8, dy=lift,
            color=theme.INK, fontSize=11 if narrow else 12,
        )  # fmt: skip
        drawn.append(named.encode(x=x, y=y, text="label:N"))
    return drawn


def _placed(rows: pl.DataFrame, found: Funnel, narrow: bool) -> pl.DataFrame:
    """Return the named groups with `lift`: how far below its dot a name is free of other names and dots.

    Widths are guessed from the number of letters; where nothing is free the last place is taken.
    """
    low, high = _ends(found)
    across = theme.PLOT[narrow] / _widest(found)
    down = HEIGHT / (high - low)
    dots = [
        (across * size - 5, 10.0, down * (high - v))
        for size, v in rows.select("size", "value").rows()
    ]
    taken, lifts = dots, []
    named = rows.filter("named").sort("size", "value")
    for size, value, label, left in named.select("size", "value", "label", "left").rows():
        wide = LETTER * len(label)
        start = across * size + (-8 - wide if left else 8)
        lift, at = LIFTS[0], 0.0
        for lift in LIFTS:
            at = down * (high - value) + lift
            if all(abs(at - y) >= LINE or start + wide < x or x + w < start for x, w, y in taken):
                break
        taken = [*taken, (start, wide, at)]
        lifts.append(lift)
    return named.with_columns(lift=pl.Series(lifts, dtype=pl.Int64))
