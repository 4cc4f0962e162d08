"""The tables of groups beside each other as text."""

from collections.abc import Mapping
from math import exp

import polars as pl

from pipelines.disclosure.comparison import ComparisonFinding
from pipelines.disclosure.groups import code_labels, whole_label
from pipelines.disclosure.table import number, rate
from pipelines.disclosure.words import NONE, between, percent, points, span
from pipelines.estimates.calibration import Calibration
from pipelines.estimates.funnel import Funnel
from pipelines.estimates.mix import CONDITION

Row = Mapping[str, object]
TERMS = {
    "constant": "Constant", "severity": "Severity at baseline, mildest to worst",
    "category": "Condition", "condition": "Subtype", "sex": "Sex", "age_band": "Age",
    "earlier": "Kinds of treatment tried before", "later_course": "Later course",
}  # fmt: skip
FIFTHS = ("Lowest fifth", "Second", "Third", "Fourth", "Highest fifth")


def groups(finding: ComparisonFinding) -> pl.DataFrame:
    """Return each group with observed, expected and their ratio, and the counts behind them."""
    return pl.DataFrame(
        [
            {
                "Group": row["label"],
                "Observed over expected": _ratio(row),
                "Observed": number(row["responded"]) if row["assessed"] else NONE,
                "Expected": NONE if row["expected"] is None else f"{row['expected']:.1f}",
                "Among assessed": rate(row),
                "Possible": between(row["known"], row["highest"]),
                "Due": number(row["due"]),
                "Assessed": number(row["assessed"]),
                "Why no number": row["why_not"] or "",
            }
            for row in finding.groups.iter_rows(named=True)
        ]
    )


def funnel(finding: ComparisonFinding, found: Funnel) -> pl.DataFrame:
    """Return each group of a funnel plot with its limits, and its follow-up beside it."""
    rate_ = found.kind == "rate"
    rows = []
    for row in found.frame.iter_rows(named=True):
        limits = [
            span(row[f"low_{name}"], row[f"high_{name}"])
            if rate_
            else f"{row[f'low_{name}']:.2f}–{row[f'high_{name}']:.2f}"
            for name in ("95", "998")
        ]
        told = {
            "Group": row["label"],
            "Among assessed" if rate_ else "Observed over expected": percent(row["value"])
            if rate_
            else f"{row['value']:.2f}",
            "95 % limits": limits[0],
            "99.8 % limits": limits[1],
            "Followed up": percent(row["follow_up"]),
            "Assessed" if rate_ else "Expected": f"{row['size']:,.0f}"
            if rate_
            else f"{row['size']:.1f}",
        }
        if rate_:
            told["Could show"] = _seen(row)
        rows.append(told)
    return pl.DataFrame(rows)


def pooled(finding: ComparisonFinding) -> pl.DataFrame:
    """Return each group's rate as it is, and pooled towards the mean, in pooled order."""
    return pl.DataFrame(
        [
            {
                "Group": row["label"],
                "Pooled towards the mean": NONE
                if row["pooled"] is None
                else f"{percent(row['pooled'])} ({span(row['pooled_low'], row['pooled_high'])})",
                "Among assessed": rate(row),
                "Assessed": number(row["assessed"]),
                "Why no number": "" if row["reason"] is None else finding.reason(row["reason"]),
            }
            for row in finding.pooled.iter_rows(named=True)
        ]
    )


def change(finding: ComparisonFinding) -> pl.DataFrame:
    """Return each condition in both years, and what it adds to the change in percentage points."""
    definitions = finding.definitions
    return pl.DataFrame(
        [
            {
                "Condition": whole_label(definitions, row, CONDITION),
                "Added by who came": points(row["mix"], 1),
                "Added by how they fared": points(row["within"], 1),
                "Year before": _year(row, "before"),
                "Latest year": _year(row, "latest"),
            }
            for row in finding.change.frame.iter_rows(named=True)
        ]
    )


def fifths(finding: ComparisonFinding) -> pl.DataFrame:
    """Return, for each fifth of the courses by their chance, what was expected and what came."""
    found = finding.calibration
    rows = found.fifths.iter_rows(named=True) if isinstance(found, Calibration) else []
    return pl.DataFrame(
        [
            {
                "Expected chance": FIFTHS[row["fifth"] - 1],
                "Expected": percent(row["expected"]),
                "Observed": f"{percent(row['observed'])} ({span(row['low'], row['high'])})",
                "Assessed": number(row["courses"]),
            }
            for row in rows
        ]
    )


def terms(finding: ComparisonFinding) -> pl.DataFrame:
    """Return the odds ratio of each term of the model with its 95 % interval.

    Limits are Wald's. A level is a term from case_mix_level_min responses and as many failures; at the 20
    that are shipped they are within 3 % of those of the profile likelihood (R's confint of a glm), which a
    practice that asks for far fewer would need.
    """
    return pl.DataFrame(
        [
            {"Known at the start": _term(row, finding), "Odds ratio": _odds(row)}
            for row in finding.terms.filter(pl.col("term") != "constant").iter_rows(named=True)
        ]
    )


def _seen(row: Row) -> str:
    seen = [row[name] for name in ("seen_above", "seen_below") if row[name] is not None]
    return f"{' or '.join(points(share) for share in seen)} points" if seen else "nothing"


def _ratio(row: Row) -> str:
    if row["ratio"] is None:
        return NONE
    ratio, low, high = row["ratio"], row["ratio_low"], row["ratio_high"]
    return f"{ratio:.2f}" if low is None else f"{ratio:.2f} ({low:.2f}–{high:.2f})"


def _year(row: Row, year: str) -> str:
    counts = f"{row[f'responded_{year}']:,} of {row[f'assessed_{year}']:,}"
    share = row[f"rate_{year}"]
    return NONE if share is None else f"{percent(share)} ({counts})"


def _term(row: Row, finding: ComparisonFinding) -> str:
    term, level = str(row["term"]), row["level"]
    name = TERMS[term]
    if level is None or term == "later_course":
        return name
    labels = code_labels("subtype" if term == "condition" else term, finding.definitions)
    return f"{name}: {labels.get(str(level), str(level))}"


def _odds(row: Row) -> str:
    value, error = row["coefficient"], row["standard_error"]
    assert isinstance(value, float)
    if not isinstance(error, float):
        return f"{exp(value):.2f}"
    return f"{exp(value):.2f} ({exp(value - 1.96 * error):.2f}–{exp(value + 1.96 * error):.2f})"
