"""A rate by month with its limits, changes and target; follow-up beneath it on the same months."""

import altair as alt
import polars as pl

from pipelines.charts import theme
from pipelines.charts.framing import framed
from pipelines.charts.places import Layer, together
from pipelines.disclosure.trend import TrendFinding
from pipelines.disclosure.trend_words import WHY_OUT, follow_up_title, period, title
from pipelines.disclosure.words import met, percent, span

HEIGHT, FOLLOW_UP_HEIGHT = 280, 120
LABELS_WIDE, LABELS_NARROW = 12, 5  # at most so many labels along the axis
COLOURS = {
    "common": theme.COMMON_CAUSE, "improvement": theme.IMPROVEMENT, "concern": theme.CONCERN,
}  # fmt: skip


def chart(finding: TrendFinding, *, narrow: bool = False) -> alt.LayerChart:
    """Return the rate: grey line and limits, points that chance does not explain in colour.

    Hollow: kept out of the rules. Numbered lines: dated changes. Dashed centre: runs signal.
    """
    did = met(finding.question, finding.definitions)
    content = _content(finding, finding.points)
    y = _shares(f"Followed up and {did} (%)")
    layers = [
        *_lines(content, finding.rate.phases, y, narrow),
        *_target(content, y, narrow),
        *_events(finding, content, narrow),
        *_points(content, y, narrow),
    ]
    return framed(together(*layers), title(finding), HEIGHT, narrow)


def follow_up_chart(finding: TrendFinding, *, narrow: bool = False) -> alt.LayerChart:
    """Return follow-up by the same periods, with its limits."""
    content = _content(finding, finding.follow_up_points)
    y = _shares("Due and followed up (%)", [0, 0.5, 1])
    layers = [
        *_lines(content, finding.follow_up.phases, y, narrow),
        *_target(content, y, narrow),
        *_events(finding, content, narrow, numbered=False),
        *_points(content, y, narrow),
    ]
    return framed(together(*layers), follow_up_title(finding), FOLLOW_UP_HEIGHT, narrow)


def _content(finding: TrendFinding, points: pl.DataFrame) -> pl.DataFrame:
    named = [period(month, finding.width) for month in points["first_month"].to_list()]
    said = [
        WHY_OUT.get(str(row["why_out"]), "") or f"limits {span(row['lower'], row['upper'])}"
        for row in points.iter_rows(named=True)
    ]
    return points.with_columns(
        period=pl.Series(named, dtype=pl.String),
        said=pl.Series(said, dtype=pl.String),
        stretch=pl.struct("phase", gaps=pl.col("rule").is_null().cum_sum()).rank("dense"),
        shown=pl.Series([percent(value) for value in points["value"]], dtype=pl.String),
    )


def _x(content: pl.DataFrame, narrow: bool) -> alt.X:
    names = content["period"].to_list()
    every = -(-len(names) // (LABELS_NARROW if narrow else LABELS_WIDE))
    axis = alt.Axis(title=None, values=names[::every], labelAngle=0, labelOverlap=False, grid=False)
    return alt.X("period:O", scale=alt.Scale(domain=names), axis=axis)


def _shares(title: str, values: list[float] | None = None) -> alt.Y:
    ticks = values or [0, 0.25, 0.5, 0.75, 1]
    axis = alt.Axis(title=title, labelExpr=theme.PERCENT, values=ticks)
    return alt.Y("value:Q", scale=alt.Scale(domain=[0, 1], nice=False), axis=axis)


def _lines(content: pl.DataFrame, phases: pl.DataFrame, y: alt.Y, narrow: bool) -> list[Layer]:
    """Return limits and centre of each phase, and the line that joins neighbours that count."""
    counted = content.filter(pl.col("rule").is_not_null())
    x = _x(content, narrow)
    found: list[Layer] = []
    for row in phases.iter_rows(named=True):
        own = counted.filter(pl.col("phase") == row["phase"])
        for name in ("lower", "upper", "centre"):
            centre = name == "centre"
            dashes = [4, 3] if not centre or row["run_signal"] else [1, 0]
            line = alt.Chart(own.select("period", value=name).drop_nulls()).mark_line(
                interpolate="linear" if centre else "step",
                color=theme.INK if centre else theme.MUTED,
                strokeWidth=1.25 if centre else 1,
                strokeDash=dashes,
            )
            found.append(line.encode(x=x, y=y))
    joined = alt.Chart(counted).mark_line(color=theme.COMMON_CAUSE, strokeWidth=1.5)
    return [*found, joined.encode(x=x, y=y, detail="stretch:N")]


def _target(content: pl.DataFrame, y: alt.Y, narrow: bool) -> list[Layer]:
    held = content.filter(pl.col("target").is_not_null()).select("period", value="target")
    if held.is_empty():
        return []
    line = alt.Chart(held).mark_line(
        interpolate="step", color=theme.ACCENT, strokeWidth=1.5, strokeDash=[8, 3]
    )
    named = alt.Chart(held[-1:]).mark_text(
        align="right", baseline="bottom", dy=-4, color=theme.ACCENT, fontSize=11.5
    )
    x = _x(content, narrow)
    return [line.encode(x=x, y=y), named.encode(x=x, y=y, text=alt.value("target"))]


def _events(
    finding: TrendFinding, content: pl.DataFrame, narrow: bool, *, numbered: bool = True
) -> list[Layer]:
    """Return a line before the first period after each change, with its number on top."""
    names = content["period"].to_list()
    rows = pl.DataFrame(
        [
            {"period": names[one.place], "number": str(place), "title": one.title}
            for place, one in enumerate(finding.events, start=1)
            if 0 <= one.place < len(names)
        ],
        schema={"period": pl.String, "number": pl.String, "title": pl.String},
    )
    if rows.is_empty():
        return []
    same = rows.group_by("period", maintain_order=True).agg(
        pl.col("number").str.join(", "), pl.col("title").str.join("; ")
    )
    base = alt.Chart(same)
    tip = [alt.Tooltip("title:N", title="Change"), alt.Tooltip("period:O", title="From")]
    x = _x(content, narrow).bandPosition(0)
    line = base.mark_rule(color=theme.ACCENT, strokeWidth=1).encode(x=x, tooltip=tip)
    text = base.mark_text(align="left", dx=3, color=theme.ACCENT, fontSize=11.5, fontWeight=600)
    named = text.encode(x=x, y=alt.value(6), text="number:N", tooltip=tip)
    return [line, named] if numbered else [line]


def _points(content: pl.DataFrame, y: alt.Y, narrow: bool) -> list[Layer]:
    tip = [
        alt.Tooltip("period:O", title="Began"), alt.Tooltip("shown:N", title="Share"),
        alt.Tooltip("numerator:Q", title="Of these"), alt.Tooltip("denominator:Q", title="Of"),
        alt.Tooltip("said:N", title="Note"),
    ]  # fmt: skip
    x = _x(content, narrow)
    drawn: list[Layer] = []
    out = alt.Chart(content.filter((pl.col("colour") == "out") & pl.col("value").is_not_null()))
    hollow = out.mark_point(size=34, color=theme.MISSING, fill=theme.WHITE, opacity=1)
    drawn.append(hollow.encode(x=x, y=y, tooltip=tip))
    for name, colour in COLOURS.items():
        own = alt.Chart(content.filter(pl.col("colour") == name))
        size = 46 if name == "common" else 74
        drawn.append(
            own.mark_point(size=size, color=colour, fill=colour, opacity=1).encode(
                x=x, y=y, tooltip=tip
            )
        )
    return drawn
