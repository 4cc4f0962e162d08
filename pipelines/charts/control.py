"""A control chart: points over time, the lines they are held against, changes and targets."""

from collections.abc import Sequence
from math import ceil, inf

import altair as alt
import polars as pl

from pipelines.charts import theme
from pipelines.charts.framing import framed
from pipelines.charts.places import Layer, together
from pipelines.disclosure.control import ShownChart
from pipelines.disclosure.control_words import WHY_OUT, limits, value
from pipelines.estimates.noted import Event

LABELS_WIDE, LABELS_NARROW = 12, 5  # at most so many labels along the axis
SHARE_AXES = (0.04, 0.12, 0.2, 0.4, 1.0)  # where axes of shares may end: four even steps
CENTRES = {"run": "median", "g": "median", "t": "centre"}  # of all other kinds the mean
NAME = 78  # pixels that the name of a centre line is wide
CLEAR = 8  # pixels from its middle within which it would hide a point
NAMED = {"place": pl.Int64, "value": pl.Float64, "said": pl.String, "side": pl.Int64}
COLOURS = {
    "common": theme.COMMON_CAUSE, "neutral": theme.ACCENT, "improvement": theme.IMPROVEMENT, "concern": theme.CONCERN,
}  # fmt: skip


def chart(
    shown: ShownChart,
    title: str,
    axis: str,
    height: int,
    *,
    narrow: bool = False,
) -> alt.LayerChart:
    """Return a chart: grey line and limits, points that chance does not explain in colour.

    Hollow: kept out of the rules. Numbered lines: dated changes. Dashed centre: runs signal. Points
    are told apart by their place, since several may be of one month.
    """
    content = _content(shown)
    y = _y(shown, axis)
    layers = [
        *_lines(content, shown.chart.phases, y, narrow),
        *_target(content, y, narrow),
        *_events(content, shown.events, narrow),
        *_points(content, y, narrow),
        *_centres(content, shown, y, height, narrow),
    ]
    return framed(together(*layers), title, height, narrow)


def _content(shown: ShownChart) -> pl.DataFrame:
    rows = list(shown.points.iter_rows(named=True))
    said = [
        WHY_OUT.get(str(row["why_out"]), "") or f"limits {limits(row, shown.scale)}" for row in rows
    ]
    told = [value(row["value"], shown.scale) for row in rows]
    return shown.points.with_columns(
        said=pl.Series(said, dtype=pl.String),
        told=pl.Series(told, dtype=pl.String),
        stretch=pl.struct("phase", gaps=pl.col("rule").is_null().cum_sum()).rank("dense"),
    )


def _x(content: pl.DataFrame, narrow: bool) -> alt.X:
    """Return the axis of places, written as their periods."""
    places, names = content["place"].to_list(), content["period"].to_list()
    every = -(-len(places) // (LABELS_NARROW if narrow else LABELS_WIDE))
    written = f"{names}[datum.value - {places[0] if places else 0}]"
    axis = alt.Axis(title=None, values=places[::every], labelExpr=written, labelAngle=0,
                    labelOverlap=False, grid=False)  # fmt: skip
    return alt.X("place:O", scale=alt.Scale(domain=places), axis=axis)


def _y(shown: ShownChart, title: str) -> alt.Y:
    top = _top(shown)
    if shown.scale == "share":
        axis = alt.Axis(
            title=title, labelExpr=theme.PERCENT, values=[top * n / 4 for n in range(5)]
        )
        return alt.Y("value:Q", scale=alt.Scale(domain=[0, top], nice=False), axis=axis)
    times = "100 * " if shown.scale == "per_100" else ""
    axis = alt.Axis(title=title, labelExpr=f"format({times}datum.value, ',')", tickCount=5)
    return alt.Y("value:Q", scale=alt.Scale(domain=[0, top]), axis=axis)


def _top(shown: ShownChart) -> float:
    """Return where the axis of values ends."""
    numbers = pl.concat([shown.points["value"], shown.points["upper"]]).drop_nulls().to_list()
    if shown.scale == "share":
        return next(top for top in SHARE_AXES if top >= max([*numbers, 0]))
    return float(1.05 * max([*numbers, 0.01]))


def _lines(content: pl.DataFrame, phases: pl.DataFrame, y: alt.Y, narrow: bool) -> list[Layer]:
    """Return limits and centre of each phase, and the line that joins neighbours that count."""
    counted = content.filter(pl.col("rule").is_not_null())
    x = _x(content, narrow)
    found: list[Layer] = []
    for row in phases.iter_rows(named=True):
        own = counted.filter(pl.col("phase") == row["phase"])
        for name in ("lower", "upper", "centre"):
            centre = name == "centre"
            line = alt.Chart(own.select("place", value=name).drop_nulls()).mark_line(
                interpolate="linear" if centre else "step",
                color=theme.INK if centre else theme.MUTED,
                strokeWidth=1.25 if centre else 1,
                strokeDash=[4, 3] if not centre or row["run_signal"] else [1, 0],
            )
            found.append(line.encode(x=x, y=y))
    joined = alt.Chart(counted).mark_line(color=theme.COMMON_CAUSE, strokeWidth=1.5)
    return [*found, joined.encode(x=x, y=y, detail="stretch:N")]


def _centres(
    content: pl.DataFrame, shown: ShownChart, y: alt.Y, height: int, narrow: bool
) -> list[Layer]:
    """Return what each centre line is and its value, written where points leave most room, if any do."""
    kinds = dict(shown.chart.phases.select("phase", "kind").rows())
    counted = content.filter(pl.col("rule").is_not_null() & pl.col("centre").is_not_null())
    rows = []
    for (phase,), own in counted.group_by("phase", maintain_order=True):
        centre = own["centre"][0]
        room = _room(content, own["place"].to_list(), centre, _top(shown) / height, narrow)
        if room is None:
            continue
        place, side = room
        said = f"{CENTRES.get(kinds[phase], 'mean')} {value(centre, shown.scale)}"
        rows.append((place, centre, said, side))
    named = pl.DataFrame(rows, schema=NAMED, orient="row")
    x = _x(content, narrow)
    return [
        alt.Chart(own).mark_text(
            align="left", baseline="middle", dx=-4, dy=-8 * side, fontSize=11.5, color=colour,
            stroke=colour, strokeWidth=width,
        ).encode(x=x, y=y, text="said:N")
        for (side,), own in named.partition_by("side", as_dict=True).items()
        for colour, width in ((theme.WHITE, 4), (theme.INK, 0))
    ]  # fmt: skip


def _room(
    content: pl.DataFrame, own: Sequence[int], centre: float, pixel: float, narrow: bool
) -> tuple[int, int] | None:
    """Return at which place of a phase its name begins, and whether above (1) or below (-1) the line.

    None where it would hide a point everywhere.
    """
    points = content.drop_nulls("value").select("place", "value").rows()
    last = content["place"].to_list()[-1]
    wide = ceil(NAME * content.height / theme.PLOT[narrow])
    best, room = None, CLEAR * pixel
    for place in own:
        for side in (1, -1):
            middle = centre + 8 * side * pixel
            near = [abs(v - middle) for at, v in points if place <= at < place + wide]
            free = min(near, default=inf)
            if free > room and place + wide - 1 <= last:
                best, room = (place, side), free
    return best


def _target(content: pl.DataFrame, y: alt.Y, narrow: bool) -> list[Layer]:
    held = content.filter(pl.col("target").is_not_null()).select("place", value="target")
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


def _events(content: pl.DataFrame, events: Sequence[Event], narrow: bool) -> list[Layer]:
    """Return a line before the first period after each change, with its number on top."""
    places = set(content["place"].to_list())
    rows = pl.DataFrame(
        [
            {"place": one.place, "number": str(number), "title": one.title}
            for number, one in enumerate(events, start=1)
            if one.place in places
        ],
        schema={"place": pl.Int64, "number": pl.String, "title": pl.String},
    )
    if rows.is_empty():
        return []
    same = rows.group_by("place", maintain_order=True).agg(
        pl.col("number").str.join(", "), pl.col("title").str.join("; ")
    )
    tip = [alt.Tooltip("title:N", title="Change")]
    x = _x(content, narrow).bandPosition(0)
    base = alt.Chart(same)
    line = base.mark_rule(color=theme.ACCENT, strokeWidth=1).encode(x=x, tooltip=tip)
    text = base.mark_text(align="left", dx=3, color=theme.ACCENT, fontSize=11.5, fontWeight=600)
    return [line, text.encode(x=x, y=alt.value(6), text="number:N", tooltip=tip)]


def _points(content: pl.DataFrame, y: alt.Y, narrow: bool) -> list[Layer]:
    tip = [
        alt.Tooltip("period:N", title="Period"), alt.Tooltip("told:N", title="Value"),
        alt.Tooltip("numerator:Q", title="Of these"), alt.Tooltip("denominator:Q", title="Of"),
        alt.Tooltip("said:N", title="Note"),
    ]  # fmt: skip
    x = _x(content, narrow)
    out = alt.Chart(content.filter((pl.col("colour") == "out") & pl.col("value").is_not_null()))
    hollow = out.mark_point(size=34, color=theme.MISSING, fill=theme.WHITE, opacity=1)
    drawn: list[Layer] = [hollow.encode(x=x, y=y, tooltip=tip)]
    for name, colour in COLOURS.items():
        own = alt.Chart(content.filter(pl.col("colour") == name))
        point = own.mark_point(
            size=46 if name == "common" else 74, color=colour, fill=colour, opacity=1
        )
        drawn.append(point.encode(x=x, y=y, tooltip=tip))
    return drawn
