"""Who is counted: from the courses that started to those the rate is made of, step by step."""

import textwrap

import altair as alt
import polars as pl

from pipelines.charts import theme
from pipelines.charts.places import at, right_of_bands, row, together, up_to
from pipelines.charts.rows import count_text
from pipelines.disclosure import Finding

STEP = 54


def chart(finding: Finding, *, narrow: bool = False) -> alt.LayerChart:
    """Return a bar per step, as long as its courses, with who left out before it and why."""
    steps = finding.waterfall.with_row_index("step_number")
    most = steps["courses"].max()
    content = steps.select(
        "step",
        "courses",
        y=pl.col("step_number").cast(pl.Float64) * STEP + 26,
        text=pl.col("courses").map_elements(count_text, pl.String, skip_nulls=False),
        why=_why(narrow),
    )
    base = alt.Chart(content).encode(y=row())
    scale = alt.Scale(domain=[0, most if isinstance(most, int) and most else 1], nice=False)
    bars = base.transform_filter("isValid(datum.courses)").mark_bar(
        height=8, color=theme.COMMON_CAUSE, cornerRadius=2
    )
    layers = [
        bars.encode(
            x=alt.X("courses:Q", axis=None, scale=scale),
            x2=up_to(0),
            tooltip=["step:N", "text:N", "why:N"],
        ),
        base.mark_text(align="left", dy=-13, fontWeight=600).encode(text="step:N", x=at(0)),
        base.mark_text(align="right", dy=-13).encode(text="text:N", x=right_of_bands(0)),
        base.mark_text(align="left", dy=13, color=theme.MUTED, fontSize=12).encode(
            text="why:N", x=at(0)
        ),
    ]
    return together(*layers).properties(
        width=380 if narrow else 900,
        height=content.height * STEP,
        autosize=alt.AutoSizeParams(type="fit-x", contains="padding"),
        title=alt.TitleParams(textwrap.wrap(title(finding), 42 if narrow else 112), limit=2000),
        description=alt_text(finding),
        usermeta={"embedOptions": {"renderer": "svg"}},
    )


def _why(narrow: bool) -> pl.Expr:
    """Return who left before a step, in words; empty where nobody can."""
    left = pl.col("left_out").map_elements(count_text, pl.String, skip_nulls=False)
    several = pl.col("reason").str.contains(";")
    said = (
        pl.when(several).then(left + " left out: " + pl.col("reason")).otherwise(pl.col("reason"))
    )
    return pl.when(pl.col("step_number") == 0).then(pl.lit("")).otherwise(said)


def title(finding: Finding) -> str:
    """Return how many of those who started are in the rate."""
    row = finding.total
    started, assessed = count_text(row["started"]), count_text(row["assessed"])
    return f"{assessed} of the {started} courses that started were due and followed up"


def alt_text(finding: Finding) -> str:
    """Return the steps in words."""
    steps = [
        f"{step}: {count_text(count)}" + (f" ({reason})" if reason else "")
        for step, count, _, reason in finding.waterfall.rows()
    ]
    return f"{title(finding)}. " + "; ".join(steps)
