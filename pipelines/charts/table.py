"""What a rate chart draws: one line per row with its place, numbers to draw and texts."""

from collections.abc import Sequence

import polars as pl

from pipelines.charts.cautions import is_small, smallest_count
from pipelines.charts.rows import (
    Numbers,
    Row,
    beside_rows,
    count_text,
    follow_up_text,
    interval_text,
    least_follow_up,
    rate_text,
    rows,
    share_text,
)  # fmt: skip
from pipelines.disclosure import Finding
from pipelines.disclosure.table import heading
from pipelines.disclosure.words import HIDDEN, met, percent
from pipelines.estimates.benchmarks import matching

SHARES = ("known", "highest", "rate", "low", "high")
SCHEMA: dict[str, type[pl.DataType]] = {
    "y": pl.Float64, "indent": pl.Int64, "opens": pl.Boolean, "label": pl.String, "kind": pl.String,
    **dict.fromkeys(SHARES, pl.Float64), "solid": pl.Boolean, "note": pl.String,
    "due": pl.String, "flag": pl.String, "follow_up": pl.String, "narrow": pl.String,
    "assessed": pl.String, "met": pl.String, "at_least": pl.String, "at_most": pl.String,
    "among": pl.String,
}  # fmt: skip


def drawn(
    finding: Finding, beside: Sequence[Finding], shown: Sequence[Row], places: Sequence[float]
) -> pl.DataFrame:
    """Return one line per row. Shares are null where they are hidden or not to be drawn."""
    least = least_follow_up(finding)
    smallest = 0 if finding.protects else smallest_count(finding.definitions)
    lines = []
    for row, y in zip(shown, places, strict=True):
        indent = max(row.depth - 1, 0)
        line: dict[str, object] = {
            "y": y, "indent": indent, "opens": row.opens, "label": row.label, "kind": _kind(row),
        }  # fmt: skip
        if row.numbers is not None:
            line |= _shares(row.numbers) | _texts(row.numbers, least)
            line["flag"] = "*" if is_small(row.numbers, smallest) else ""
            for number, other in enumerate(beside_rows(beside, row)):
                line[f"beside_{number}"] = rate_text(other)
        lines.append(line)
    texts: dict[str, type[pl.DataType]] = {
        f"beside_{number}": pl.String for number in range(len(beside))
    }
    return pl.DataFrame(lines, schema=SCHEMA | texts)


def _kind(row: Row) -> str:
    if row.numbers is None:
        return "divider"
    return "group" if row.bold else "part"


def _shares(row: Numbers) -> dict[str, object]:
    """Return what is drawn: nothing of a hidden row, no rate where follow-up is too low."""
    if row["hidden"] is not False:
        return {"solid": None}
    rate = bool(row["enough_follow_up"])
    return {
        "known": row["known"],
        "highest": row["highest"],
        **{name: row[name] if rate else None for name in ("rate", "low", "high")},
        "solid": row["unstable"] is False,
    }


def _texts(row: Numbers, least: int) -> dict[str, str]:
    due, follow_up = count_text(row["due"]), follow_up_text(row, least)
    return {
        "note": "none due" if row["due"] == 0 else "",
        "due": due,
        "follow_up": follow_up,
        "narrow": _in_one(row, due, follow_up.removesuffix(", low")),
        "assessed": count_text(row["assessed"]),
        "met": count_text(row["responded"]),
        "at_least": share_text(row, "known"),
        "at_most": share_text(row, "highest"),
        "among": interval_text(row),
    }


def _in_one(row: Numbers, due: str, follow_up: str) -> str:
    """Return both columns in one, for a phone."""
    if row["due"] is None or row["due"] == 0:
        return due if row["due"] is None else "none due"
    return f"{due} due · {follow_up}" + ("" if follow_up == HIDDEN else " followed up")


def ticks(finding: Finding, shown: Sequence[Row], places: Sequence[float]) -> pl.DataFrame:
    """Return y, share and text of the published figures to draw: of ketamine, where a rate stands."""
    figures = matching(finding.definitions, finding.question).filter(
        pl.col("comparable") & (pl.col("arm") == "ketamine") & pl.col("share").is_not_null()
    )
    found = []
    for row, y in zip(shown, places, strict=True):
        numbers = row.numbers
        if numbers is None or numbers["hidden"] is not False or not numbers["enough_follow_up"]:
            continue
        names = dict(zip(finding.question.by, row.key, strict=False))
        for figure in figures.iter_rows(named=True):
            if names.keys() >= {"category"} and _same(figure, names):
                found.append((y, figure["share"], _said(figure), str(figure["citation"])))
    return pl.DataFrame(
        found,
        schema={"y": pl.Float64, "share": pl.Float64, "figure": pl.String, "citation": pl.String},
        orient="row",
    )


def _same(figure: Numbers, names: dict[str, object]) -> bool:
    return figure["category"] == names["category"] and figure["subtype"] == names.get("subtype")


def _said(figure: Numbers) -> str:
    return f"{figure['label']}: {percent(figure['share'])} of {figure['n']:,}"


def as_text(finding: Finding, beside: Sequence[Finding] = ()) -> pl.DataFrame:
    """Return the table behind a chart: its rows as text, with what is nested in a row indented."""
    shown, by = rows(finding), finding.question.by
    content = drawn(finding, beside, shown, [0.0] * len(shown)).filter(pl.col("kind") != "divider")
    measures = finding.definitions.labels("measure_labels", "measure")
    names = [measures[other.question.measure] for other in beside]
    started = [count_text(row.numbers["started"]) for row in shown if row.numbers is not None]
    return content.select(
        pl.concat_str(pl.lit("\N{EM SPACE}").repeat_by("indent").list.join(""), "label").alias(
            "Condition" if "subtype" in by else heading(by[-1]) if by else "Row"
        ),
        pl.Series("Started", started, dtype=pl.String),
        pl.concat_str("due", "flag").alias("Due"),
        pl.col("assessed").alias("Assessed"),
        pl.col("follow_up").alias("Followed up"),
        pl.col("met").alias(met(finding.question, finding.definitions).capitalize()),
        pl.col("at_least").alias("At least"),
        pl.col("at_most").alias("At most"),
        pl.col("among").alias("Among assessed"),
        *[pl.col(f"beside_{number}").alias(name) for number, name in enumerate(names)],
    )
