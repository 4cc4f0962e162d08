"""Which rules of data quality fail: each rule's clinics on a line, with what is allowed."""

import textwrap

import altair as alt
import polars as pl

from pipelines.charts import theme
from pipelines.charts.places import Layer, at, right_of_bands, row, together, up_to
from pipelines.charts.spelled import unbroken
from pipelines.disclosure import QualityFinding
from pipelines.disclosure.quality_words import (
    clinic_name,
    handful,
    limit,
    names,
    numbers,
    share,
    where,
)

STEP = 62
BARS = "Bar: all clinics. Tick: the most that is allowed."
DOTS = "Dots: clinics, orange where the rule fails."
LINE = {"y": pl.Float64, "label": pl.String, "right": pl.String, "said": pl.String,
        "share": pl.Float64, "most": pl.Float64}  # fmt: skip
DOT = {"y": pl.Float64, "share": pl.Float64, "failed": pl.Boolean, "clinic": pl.String,
       "text": pl.String}  # fmt: skip


def chart(finding: QualityFinding, *, narrow: bool = False) -> alt.LayerChart:
    """Return a line per failing rule, the gravest on top.

    Dots are clinics, orange where the rule fails; the bar is what fails over all; the tick is the
    most that the rule allows. What is hidden draws nothing.
    """
    lines, dots = _lines(finding, 4 if narrow else 10), _dots(finding)
    return together(*_layers(lines, dots, narrow)).properties(
        width=380 if narrow else 900,
        height=max(lines.height, 1) * STEP,
        autosize=alt.AutoSizeParams(type="fit-x", contains="padding"),
        title=alt.TitleParams(
            textwrap.wrap(unbroken(title(finding)), 42 if narrow else 112),
            subtitle=textwrap.wrap(_how_to_read(dots), 54 if narrow else 140),
            limit=2000,
        ),
        description=alt_text(finding),
        usermeta={"embedOptions": {"renderer": "svg"}},
    )


def _layers(lines: pl.DataFrame, dots: pl.DataFrame, narrow: bool) -> list[Layer]:
    axis = alt.Axis(orient="top", title="Share that fails (%)", titleAnchor="start", grid=True,
                    labelExpr=theme.PERCENT, tickCount=5)  # fmt: skip
    x = alt.X("share:Q", scale=alt.Scale(domain=[0, _top(lines, dots)], nice=False), axis=axis)
    base = alt.Chart(lines).encode(y=row())
    shown = base.transform_filter("isValid(datum.share)")
    return [
        shown.mark_bar(height=9, color=theme.MISSING, cornerRadius=2).encode(
            x=x, x2=up_to(0), tooltip=_tips("label", "said")
        ),
        _ticks(lines, x),
        alt.Chart(dots)
        .mark_point(filled=True, size=62, opacity=0.95, stroke=theme.WHITE, strokeWidth=1)
        .encode(
            x=x,
            y=row(),
            color=alt.when("datum.failed")
            .then(alt.value(theme.CONCERN))
            .otherwise(alt.value(theme.COMMON_CAUSE)),
            tooltip=_tips("clinic", "text"),
        ),
        base.mark_text(align="left", dy=-18, fontWeight=600).encode(text="label:N", x=at(0)),
        base.mark_text(align="right", dy=-18).encode(text="right:N", x=right_of_bands(0)),
        base.mark_text(align="left", dy=17, color=theme.MUTED, fontSize=12, limit=370 if narrow else 880)
        .encode(text="said:N", x=at(0)),
    ]  # fmt: skip


def _how_to_read(dots: pl.DataFrame) -> str:
    return BARS if dots.is_empty() else f"{DOTS} {BARS}"


def _ticks(lines: pl.DataFrame, x: alt.X) -> alt.Chart:
    allowed = lines.filter(pl.col("most").is_not_null()).with_columns(share=pl.col("most"))
    marked = alt.Chart(allowed).mark_tick(color=theme.INK, thickness=2, size=19)
    ticks: alt.Chart = marked.encode(x=x, y=row(), tooltip=_tips("label", "said"))
    return ticks


def _tips(*names_of: str) -> list[alt.Tooltip]:
    return [alt.Tooltip(f"{name}:N", title=name.capitalize()) for name in names_of]


def _top(lines: pl.DataFrame, dots: pl.DataFrame) -> float:
    found = pl.concat([lines["share"], lines["most"], dots["share"]]).drop_nulls()
    most = found.max()
    return min(1.0, 1.08 * most) if isinstance(most, float) and most else 1.0


def _lines(finding: QualityFinding, most_names: int) -> pl.DataFrame:
    """Return a line per failing rule; one that counts a handful has numbers and no bar."""
    rows = []
    for number, found in enumerate(finding.failures.iter_rows(named=True)):
        places = names(finding.definitions, where(found, finding.clinics), most_names)
        said = f"allowed: {limit(found)}" + (f"; fails at {places}" if places else "")
        most = float(found["max_failing_percent"]) / 100
        right = f"{share(found)} {found['unit']}" if handful(found) else share(found)
        drawn = (None, None) if handful(found) or found["hidden"] else (found["share"], most)
        rows.append((number * STEP + 30.0, found["label"], right, said, *drawn))
    return pl.DataFrame(rows, schema=LINE, orient="row")


def _dots(finding: QualityFinding) -> pl.DataFrame:
    rows = []
    for number, found in enumerate(finding.failures.iter_rows(named=True)):
        own = finding.clinics.filter(
            (pl.col("rule") == found["rule"]) & pl.col("share").is_not_null() & (not handful(found))
        )
        for clinic in own.iter_rows(named=True):
            said = numbers(found | clinic)
            rows.append((number * STEP + 30.0, clinic["share"], clinic["status"] == "failed",
                         clinic_name(finding.definitions, clinic["clinic_key"]), said))  # fmt: skip
    frame = pl.DataFrame(rows, schema=DOT, orient="row")
    return frame.sort("failed")


def title(finding: QualityFinding) -> str:
    """Return how many rules fail, and the gravest."""
    failures = finding.failures
    if failures.is_empty():
        return "No rule fails"
    first = str(failures["label"][0])
    if failures.height == 1:
        return f"One rule fails: {first[:1].lower()}{first[1:]}"
    return f"{failures.height} rules fail; the gravest is {first[:1].lower()}{first[1:]}"


def alt_text(finding: QualityFinding) -> str:
    """Return the failing rules in words."""
    said = [
        f"{found['label']}: "
        + ("numbers hidden" if found["hidden"] else f"{share(found)} over all clinics")
        + f", {limit(found)} allowed"
        + (
            f", fails at {places}"
            if (places := names(finding.definitions, where(found, finding.clinics), 20))
            else ""
        )
        for found in finding.failures.iter_rows(named=True)
    ]
    return f"{title(finding)}. " + "; ".join(said)
