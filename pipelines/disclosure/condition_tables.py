"""The tables of one condition as text."""

from collections.abc import Mapping

import polars as pl

from pipelines.disclosure.condition import ConditionFinding
from pipelines.disclosure.words import NONE, met, percent, span

Row = Mapping[str, object]
EARLY = {"hardly_improved": "Improved by less than {least} %", "improved": "Improved by more"}
THIRDS = {"least": "Least severe third", "middle": "Middle third", "most": "Most severe third"}
BETWEEN = {True: "with infusions between", False: "without infusions between"}


def futility(finding: ConditionFinding) -> pl.DataFrame:
    """Return response in the window by early improvement; who is not assessed stands beside."""
    least = finding.definitions.setting("early_min_fall_percent")
    early = finding.definitions.setting("early_infusion")
    return _text(
        [
            {
                f"Around infusion {early}": EARLY[str(row["early"])].format(least=least),
                "Courses": _count(row["courses"]),
                "Not yet due": _count(row["not_yet_due"]),
                "Missing": _count(_missing(row)),
                "Assessed": _count(row["assessed"]),
                "Responded": _count(row["responded"]),
                "Among assessed": _rate(row),
                "Possible": _possible(row),
            }
            for row in finding.futility.iter_rows(named=True)
        ]
    )


def later(finding: ConditionFinding) -> pl.DataFrame:
    """Return what became of those who responded, by window and infusions between."""
    windows = finding.definitions.labels("windows", "window")
    return _text(
        [
            {
                "Responders": f"{windows[str(row['window'])]}, {BETWEEN[bool(row['infused_between'])]}",
                "All": _count(row["responders"]),
                "Not yet due": _count(row["not_yet_due"]),
                "Missing": _count(_missing(row)),
                "Respond": _count(row["responded"]),
                "No longer": _count(row["not_responded"]),
                "Among assessed": _rate(row),
                "Possible": _possible(row),
            }
            for row in finding.later.iter_rows(named=True)
        ]
    )


def weeks(finding: ConditionFinding) -> pl.DataFrame:
    """Return the share still in response at the weeks of the definitions, with who is followed."""
    both = finding.weeks.join(finding.weeks_at_once, on="weeks", suffix="_at_once")
    return _text(
        [
            {
                "Weeks": str(row["weeks"]),
                "Still followed": _count(row["at_risk"]),
                "If one lost score is enough": _kept(row, "_at_once"),
                "If the next must confirm it": _kept(row, ""),
            }
            for row in both.iter_rows(named=True)
        ]
    )


def _kept(row: Row, suffix: str) -> str:
    share, low, high = (row[f"{name}{suffix}"] for name in ("share", "low", "high"))
    if share is None:
        return NONE
    return percent(share) if low is None else f"{percent(share)} ({span(low, high)})"


def thirds(finding: ConditionFinding) -> pl.DataFrame:
    """Return response by third of baseline severity."""
    did = met(finding.question, finding.definitions).capitalize()
    return _text(
        [
            {
                "At baseline": THIRDS[str(row["third"])] + _baselines(row),
                "Due": _count(row["due"]),
                "Assessed": _count(row["assessed"]),
                did: _count(row["responded"]),
                "Among assessed": _rate(row),
                "Possible": _possible(row),
            }
            for row in finding.thirds.iter_rows(named=True)
        ]
    )


def earlier(finding: ConditionFinding) -> pl.DataFrame:
    """Return response by earlier treatment; a course stands in the row of each that was tried."""
    named = finding.definitions["labels"].filter(pl.col("list") == "treatment")
    labels = dict(named.select("code", "label").rows())
    did = met(finding.question, finding.definitions).capitalize()
    return _text(
        [
            {
                "Tried before": labels.get(row["treatment"], "None recorded"),
                "Due": _count(row["due"]),
                "Assessed": _count(row["assessed"]),
                did: _count(row["responded"]),
                "Among assessed": _rate(row),
                "Possible": _possible(row),
            }
            for row in finding.earlier.iter_rows(named=True)
        ]
    )


def _text(rows: list[dict[str, str]]) -> pl.DataFrame:
    return pl.DataFrame(rows)


def _count(count: object) -> str:
    return f"{count:,}" if isinstance(count, int) else NONE


def _missing(row: Row) -> int:
    missing = row["not_assessed"], row.get("not_comparable", 0)
    return sum(count for count in missing if isinstance(count, int))


def _rate(row: Row) -> str:
    """Return the rate with its interval, or that too few were followed up for one."""
    if row["rate"] is None:
        return NONE
    if not row["enough_follow_up"]:
        return "follow-up too low"
    mark = " (unstable)" if row["unstable"] else ""
    return f"{percent(row['rate'])} ({span(row['low'], row['high'])}){mark}"


def _possible(row: Row) -> str:
    if row["known"] is None:
        return NONE
    return f"{percent(row['known']).removesuffix(' %')}–{percent(row['highest'])}"


def _baselines(row: Row) -> str:
    low, high = row["lowest"], row["highest_baseline"]
    return "" if low is None or high is None else f" ({low:g}–{high:g})"
