"""Follow-up by the month in which courses began: due courses only, open months apart."""

import textwrap

import altair as alt
import polars as pl

from pipelines.charts import theme
from pipelines.charts.places import Layer, together
from pipelines.charts.spelled import unbroken
from pipelines.disclosure import QualityFinding
from pipelines.disclosure.quality_words import clinic_name
from pipelines.disclosure.words import percent

RECENT = 6  # months on each side of the comparison in the title
FEW_DUE = 5  # months with fewer due courses are drawn hollow
MONTHS = "['Jan','Feb','Mar','Apr','May','Jun','Jul','Aug','Sep','Oct','Nov','Dec']"


def chart(
    finding: QualityFinding, clinic: str | None = None, *, narrow: bool = False
) -> alt.LayerChart:
    """Return follow-up by month of all clinics together, or of one, small.

    Orange: under the follow-up of the settings, where no rate is told. Hollow: few due courses.
    Grey field: months whose courses are not due yet.
    """
    content = _months(finding, clinic)
    small = clinic is not None
    layers: list[Layer] = [
        _open(content, small),
        _least(finding, content, small, narrow),
        _line(content),
        _dots(content, finding, small),
    ]
    return together(*layers).properties(
        width=380 if narrow or small else 900,
        height=130 if small else 250,
        autosize=alt.AutoSizeParams(type="fit-x", contains="padding"),
        title=alt.TitleParams(
            textwrap.wrap(unbroken(title(finding, clinic)), 40 if narrow or small else 112),
            fontSize=13 if small else 16,
            offset=8 if small else 14,
            limit=2000,
        ),
        description=alt_text(finding, clinic),
        usermeta={"embedOptions": {"renderer": "svg"}},
    )


def _own(finding: QualityFinding, clinic: str | None) -> pl.DataFrame:
    return finding.capture.filter(pl.col("clinic_key").eq_missing(pl.lit(clinic, pl.String)))


def _months(finding: QualityFinding, clinic: str | None) -> pl.DataFrame:
    """Return one row per month of the practice, also those in which this clinic has no course."""
    every = finding.capture.select("month").unique().sort("month")
    own = every.join(_own(finding, clinic), on="month", how="left", maintain_order="left")
    least = finding.definitions.setting("follow_up_min_percent")
    return own.select(
        month=pl.col("month").dt.strftime("%Y-%m"),
        said=pl.col("month").dt.strftime("%b %Y"),
        share="follow_up",
        due=pl.col("due").fill_null(0),
        assessed=pl.col("assessed").fill_null(0),
        open=(pl.col("due").fill_null(0) == 0) & (pl.col("not_yet_due").fill_null(0) > 0),
        low=(100 * pl.col("assessed") < least * pl.col("due")).fill_null(False),
        few=pl.col("due").fill_null(0) < FEW_DUE,
        followed=pl.Series([percent(value) for value in own["follow_up"]], dtype=pl.String),
    )


def _x(content: pl.DataFrame, small: bool) -> alt.X:
    named = f"{MONTHS}[toNumber(substring(datum.value, 5)) - 1]"
    if small:
        said = "substring(datum.value, 5) == '01' ? substring(datum.value, 0, 4) : ''"
    else:
        said = (
            f"indexof(['01', '07'], substring(datum.value, 5)) < 0 ? '' : {named}"
            " + ' ' + substring(datum.value, 2, 4)"
        )
    axis = alt.Axis(title=None if small else "Month in which the course began", labelExpr=said,
                    labelAngle=0, labelOverlap=False, grid=False)  # fmt: skip
    scale = alt.Scale(domain=content["month"].to_list())
    return alt.X("month:O", scale=scale, axis=axis)


def _y(small: bool) -> alt.Y:
    axis = alt.Axis(title=None if small else "Due courses followed up (%)", labelExpr=theme.PERCENT,
                    values=[0, 0.5, 1] if small else [0, 0.25, 0.5, 0.75, 1])  # fmt: skip
    return alt.Y("share:Q", scale=alt.Scale(domain=[0, 1], nice=False), axis=axis)


def _open(content: pl.DataFrame, small: bool) -> alt.LayerChart:
    """Return a grey field over the months that are not due yet, named."""
    fields = content.filter("open")
    field = (
        alt.Chart(fields)
        .mark_bar(color=theme.SURFACE, stroke=theme.GRID, strokeWidth=0)
        .encode(x=_x(content, small), y=alt.YValue(0), y2=alt.Y2Value(alt.ExprRef("height")))  # type: ignore[no-untyped-call]
    )
    if small:
        return together(field)
    named = (
        alt.Chart(fields[-1:])
        .mark_text(align="right", color=theme.MUTED, fontSize=11, dx=14)
        .encode(x=_x(content, small), y=alt.YValue(10), text=alt.TextValue("not yet due"))  # type: ignore[no-untyped-call]
    )
    return together(field, named)


def _least(
    finding: QualityFinding, content: pl.DataFrame, small: bool, narrow: bool
) -> alt.LayerChart:
    """Return the line under which no rate is told, named."""
    least = finding.definitions.setting("follow_up_min_percent") / 100
    line = (
        alt.Chart(pl.DataFrame({"share": [least]}))
        .mark_rule(color=theme.INK, strokeDash=[4, 3], strokeWidth=1)
        .encode(y=_y(small))
    )
    if small:
        return together(line)
    text = alt.Chart(content[:1].with_columns(share=pl.lit(least))).mark_text(
        align="left", baseline="top", dy=5, dx=-4, color=theme.INK, fontSize=11.5
    )
    said = f"{round(100 * least)} %: no rate below" + ("" if narrow else ", only a range")
    named = text.encode(x=_x(content, small), y=_y(small), text=alt.TextValue(said))
    return together(line, named)


def _line(content: pl.DataFrame) -> alt.Chart:
    drawn: alt.Chart = (
        alt.Chart(content.filter(pl.col("share").is_not_null()))
        .mark_line(color=theme.COMMON_CAUSE, strokeWidth=1.5)
        .encode(x=alt.X("month:O"), y=alt.Y("share:Q"))
    )
    return drawn


def _dots(content: pl.DataFrame, finding: QualityFinding, small: bool) -> alt.LayerChart:
    shown = content.filter(pl.col("share").is_not_null())
    layers = []
    for low, colour in ((False, theme.IMPROVEMENT), (True, theme.CONCERN)):
        for few in (False, True):
            part = shown.filter((pl.col("low") == low) & (pl.col("few") == few))
            layers.append(
                alt.Chart(part)
                .mark_point(size=30 if small else 55, color=colour, opacity=1,
                            fill=theme.WHITE if few else colour)
                .encode(
                    x=_x(content, small),
                    y=_y(small),
                    tooltip=[
                        alt.Tooltip("said:N", title="Began"),
                        alt.Tooltip("due:Q", title="Due"),
                        alt.Tooltip("assessed:Q", title="Followed up"),
                        alt.Tooltip("followed:N", title="Share"),
                    ],
                )
            )  # fmt: skip
    return together(*layers)


def title(finding: QualityFinding, clinic: str | None = None) -> str:
    """Return follow-up of the last due months beside the months before, or that none is due."""
    window = finding.definitions.labels("windows", "window")[finding.window]
    name = window if clinic is None else clinic_name(finding.definitions, clinic)
    recent, before = _halves(finding, clinic)
    if recent is None:
        return f"{name}: no course is due yet"
    months = f"last {RECENT} due months"
    if before is None:
        return f"{name}: {percent(recent)} followed up in the {months}"
    if clinic is not None:
        return f"{name}: {percent(before)}, then {percent(recent)}"
    return f"{name}: {percent(recent)} followed up in the {months}, {percent(before)} before them"


def _halves(finding: QualityFinding, clinic: str | None) -> tuple[float | None, float | None]:
    """Return follow-up of the last due months, and of all earlier ones."""
    due = _own(finding, clinic).filter(pl.col("due") > 0).sort("month")
    return _share(due[-RECENT:]), _share(due[:-RECENT])


def _share(months: pl.DataFrame) -> float | None:
    due = int(months["due"].sum())
    return int(months["assessed"].sum()) / due if due else None


def alt_text(finding: QualityFinding, clinic: str | None = None) -> str:
    """Return the trend in words: its title, then each month."""
    own = _own(finding, clinic).sort("month")
    said = [
        f"{row['month']:%b %Y} {percent(row['follow_up'])} of {row['due']:,}"
        for row in own.iter_rows(named=True)
        if row["due"]
    ]
    still = own.filter((pl.col("due") == 0) & (pl.col("not_yet_due") > 0)).height
    rest = f". Not yet due: {still} months." if still else "."
    return f"{title(finding, clinic)}. {'; '.join(said)}{rest}"
