"""Where response can be told: follow-up by clinic and condition, as a field of numbers."""

import textwrap

import altair as alt
import polars as pl

from pipelines.charts import theme
from pipelines.charts.cautions import is_small, smallest_count
from pipelines.charts.places import Layer, at, row, together
from pipelines.charts.spelled import unbroken
from pipelines.disclosure import QualityFinding
from pipelines.disclosure.quality_tables import verdict_counts
from pipelines.disclosure.quality_words import VERDICTS, clinic_name
from pipelines.disclosure.words import NONE, percent

STEP, NARROW_STEP = 34, 46
COLOURS = {
    "enough": theme.IMPROVEMENT_PALE, "few": theme.SURFACE, "too_low": theme.CONCERN_PALE,
    "none_due": theme.WHITE,
}  # fmt: skip
NAMED = {
    "enough": "rate can be told", "few": "few assessed: unstable", "too_low": "only a range",
    "none_due": "none due yet",
}  # fmt: skip


def chart(finding: QualityFinding, *, narrow: bool = False) -> alt.LayerChart:
    """Return a row per condition and a column per clinic with the share followed up.

    Orange: under the follow-up of the settings. White: few assessed, or none due (a dash).
    """
    cells = _cells(finding, narrow)
    return together(*_layers(cells, narrow)).properties(
        width=380 if narrow else 900,
        height=cells["condition"].n_unique() * (NARROW_STEP if narrow else STEP) + 4,
        autosize=alt.AutoSizeParams(type="fit-x", contains="padding"),
        title=alt.TitleParams(
            textwrap.wrap(unbroken(title(finding)), 42 if narrow else 112), limit=2000
        ),
        description=alt_text(finding),
        usermeta={"embedOptions": {"renderer": "svg"}},
    )


def _layers(cells: pl.DataFrame, narrow: bool) -> list[Layer]:
    clinics = cells["clinic"].unique(maintain_order=True).to_list()
    labels = cells.unique("condition", maintain_order=True)
    room = (360 if narrow else 700) / max(len(clinics), 1)
    x = alt.X("clinic:N", scale=alt.Scale(domain=clinics, paddingInner=0.06),
              axis=alt.Axis(orient="top", title=None, labelAngle=0, labelLimit=room))  # fmt: skip
    base = alt.Chart(cells).encode(x=x, y=row())
    return [
        base.mark_rect(height=26, cornerRadius=3, stroke=theme.GRID).encode(
            color=alt.Color(
                "verdict:N",
                scale=alt.Scale(domain=list(COLOURS), range=list(COLOURS.values())),
                legend=_legend(cells, narrow),
            ),
            tooltip=[alt.Tooltip(f"{name}:N", title=name.capitalize())
                     for name in ("clinic", "condition", "due", "assessed", "said")],
        ),
        base.mark_text(fontSize=12.5 if not narrow else 11.5).encode(text="text:N"),
        alt.Chart(labels)
        .mark_text(align="left", baseline="middle", fontWeight=600, dy=-22 if narrow else 0)
        .encode(text="condition:N", y=row(), x=at(0 if narrow else -170)),
    ]  # fmt: skip


def _legend(cells: pl.DataFrame, narrow: bool) -> alt.Legend:
    there = cells["verdict"].unique().to_list()
    names = " : ".join(f"datum.value == '{code}' ? '{NAMED[code]}'" for code in NAMED)
    return alt.Legend(
        orient="bottom", title=None, direction="horizontal", columns=2 if narrow else 4,
        values=[code for code in NAMED if code in there], labelExpr=f"{names} : ''",
        symbolType="square", symbolStrokeColor=theme.GRID, labelColor=theme.MUTED, labelFontSize=12,
    )  # fmt: skip


def _cells(finding: QualityFinding, narrow: bool) -> pl.DataFrame:
    labels = finding.definitions.labels("categories", "category")
    order = [code for code in labels if code in finding.trust["category"].to_list()]
    step = NARROW_STEP if narrow else STEP
    trust, smallest = finding.trust, smallest_count(finding.definitions)
    return trust.select(
        condition=pl.col("category").replace_strict(labels, return_dtype=pl.String),
        clinic=pl.Series(
            [clinic_name(finding.definitions, key) for key in trust["clinic_key"]], dtype=pl.String
        ),
        y=pl.col("category").replace_strict(
            {code: place * step + (31.0 if narrow else 17.0) for place, code in enumerate(order)},
            return_dtype=pl.Float64,
        ),
        text=pl.Series(
            [_said(row) + "*" * is_small(row, smallest) for row in trust.iter_rows(named=True)],
            dtype=pl.String,
        ),
        due="due",
        assessed="assessed",
        verdict="verdict",
        said=pl.col("verdict").replace_strict(VERDICTS, return_dtype=pl.String),
    ).sort("y", "clinic")


def _said(cell: dict[str, object]) -> str:
    return NONE if cell["follow_up"] is None else percent(cell["follow_up"])


def small_cells(finding: QualityFinding) -> bool:
    """Return whether some number of those due may point to a person; such cells bear a *."""
    smallest = smallest_count(finding.definitions)
    return any(is_small(cell, smallest) for cell in finding.trust.iter_rows(named=True))


def title(finding: QualityFinding) -> str:
    """Return for how many pairs of clinic and condition a rate can be told."""
    enough, due = verdict_counts(finding)
    if not due:
        return "No course is due yet, so nothing can be told of response"
    told = f"A rate can be told for {enough} of {due} pairs of clinic and condition"
    return told if enough == due else f"{told}; for {due - enough} follow-up is too low"


def alt_text(finding: QualityFinding) -> str:
    """Return the field in words."""
    labels = finding.definitions.labels("categories", "category")
    said = [
        f"{clinic_name(finding.definitions, row['clinic_key'])}, {labels[row['category']]}: {_said(row)}"
        f" of {row['due']:,} due, {VERDICTS[row['verdict']]}"
        for row in finding.trust.iter_rows(named=True)
    ]
    return f"{title(finding)}. " + "; ".join(said)
