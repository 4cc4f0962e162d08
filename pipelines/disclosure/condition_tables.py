"""The tables of one condition as text: what is found first, the counts that it is made of after it."""

from collections.abc import Mapping

import polars as pl

from pipelines.disclosure.condition import ConditionFinding
from pipelines.disclosure.table import number, rate
from pipelines.disclosure.words import NONE, between, met, percent, span

Row = Mapping[str, object]
EARLY = {"hardly_improved": "Improved by less than {least} %", "improved": "Improved by more"}
THIRDS = {"least": "Least severe third", "middle": "Middle third", "most": "Most severe third"}
BETWEEN = {True: "with infusions between", False: "without infusions between"}


def futility(finding: ConditionFinding) -> pl.DataFrame:
    """Return response in the window by early improvement; who is not assessed stands beside."""
    least = finding.definitions.setting("early_min_fall_percent")
    heading = f"Around infusion {finding.definitions.setting('early_infusion')}"
    return pl.DataFrame(
        [
            {heading: EARLY[str(row["early"])].format(least=least)}
            | _found(row)
            | {"Courses": number(row["courses"])}
            | _bands(row)
            | {"Responded": number(row["responded"])}
            for row in finding.futility.iter_rows(named=True)
        ]
    )


def later(finding: ConditionFinding) -> pl.DataFrame:
    """Return what became of those who responded, by window and infusions between."""
    windows = finding.definitions.labels("windows", "window")
    return pl.DataFrame(
        [
            {
                "Responders": f"{windows[str(row['window'])]}, {BETWEEN[bool(row['infused_between'])]}"
            }
            | _found(row)
            | {"All": number(row["responders"])}
            | _bands(row)
            | {"Respond": number(row["responded"]), "No longer": number(row["not_responded"])}
            for row in finding.later.iter_rows(named=True)
        ]
    )


def thirds(finding: ConditionFinding) -> pl.DataFrame:
    """Return response by third of baseline severity."""
    return pl.DataFrame(
        [
            {"At baseline": THIRDS[str(row["third"])] + _baselines(row)} | _counted(row, finding)
            for row in finding.thirds.iter_rows(named=True)
        ]
    )


def earlier(finding: ConditionFinding) -> pl.DataFrame:
    """Return response by earlier treatment; a course stands in the row of each that was tried."""
    named = finding.definitions["labels"].filter(pl.col("list") == "treatment")
    labels = dict(named.select("code", "label").rows())
    return pl.DataFrame(
        [
            {"Tried before": labels.get(row["treatment"], "None recorded")} | _counted(row, finding)
            for row in finding.earlier.iter_rows(named=True)
        ]
    )


def beside(finding: ConditionFinding) -> pl.DataFrame:
    """Return the measures with an instrument of their own, with who is counted for each."""
    labels = finding.definitions.labels("measure_labels", "measure")
    instruments = finding.definitions.labels("instruments", "instrument")
    return pl.DataFrame(
        [
            {"Measure": f"{labels[row['measure']]} ({instruments[row['instrument']]})"}
            | _who_counts(row)
            for row in finding.beside.iter_rows(named=True)
        ]
    )


def recovery(finding: ConditionFinding) -> pl.DataFrame:
    """Return recovery and reliable change by all scales together, with who is counted for each."""
    named = finding.definitions["labels"].filter(pl.col("list") == "recovery_outcome")
    labels = dict(named.select("code", "label").rows())
    return pl.DataFrame(
        [
            {"Outcome": labels[row["outcome"]]} | _who_counts(row)
            for row in finding.recovery.iter_rows(named=True)
        ]
    )


def weeks(finding: ConditionFinding) -> pl.DataFrame:
    """Return the share still in response at the weeks of the definitions, with who is followed."""
    both = finding.weeks.join(finding.weeks_at_once, on="weeks", suffix="_at_once")
    return pl.DataFrame(
        [
            {
                "Weeks": str(row["weeks"]),
                "If one lost score is enough": _kept(row, "_at_once"),
                "If the next must confirm it": _kept(row, ""),
                "Still followed": number(row["at_risk"]),
            }
            for row in both.iter_rows(named=True)
        ]
    )


def _who_counts(row: Row) -> dict[str, str]:
    return _found(row) | {
        "Without a baseline": number(row["no_baseline"]),
        "Baseline too low": number(row["below_floor"]),
        "Due": number(row["due"]),
        "Assessed": number(row["assessed"]),
        "Met": number(row["responded"]),
    }


def first_to_come(finding: ConditionFinding) -> pl.DataFrame:
    """Return what had come first by each week: a loss, another infusion, or neither."""
    ways = {"lost": "Lost first", "infused": "Infused first", "still": "Neither"}
    return pl.DataFrame(
        [
            {"Weeks": str(row["weeks"])}
            | {
                heading: _interval(*(row[f"{way}_{name}"] for name in ("share", "low", "high")))
                for way, heading in ways.items()
            }
            | {"Still followed": number(row["at_risk"])}
            for row in finding.competing_weeks.iter_rows(named=True)
        ]
    )


def _interval(share: object, low: object, high: object) -> str:
    if share is None:
        return NONE
    return percent(share) if low is None else f"{percent(share)} ({span(low, high)})"


def _found(row: Row) -> dict[str, str]:
    return {"Among assessed": rate(row), "Possible": between(row["known"], row["highest"])}


def _bands(row: Row) -> dict[str, str]:
    missing = (row["not_assessed"], row["not_comparable"])
    return {
        "Not yet due": number(row["not_yet_due"]),
        "Missing": number(sum(count for count in missing if isinstance(count, int))),
        "Assessed": number(row["assessed"]),
    }


def _counted(row: Row, finding: ConditionFinding) -> dict[str, str]:
    did = met(finding.question, finding.definitions).capitalize()
    return _found(row) | {
        "Due": number(row["due"]),
        "Assessed": number(row["assessed"]),
        did: number(row["responded"]),
    }


def _kept(row: Row, suffix: str) -> str:
    return _interval(*(row[f"{name}{suffix}"] for name in ("share", "low", "high")))


def _baselines(row: Row) -> str:
    low, high = row["lowest"], row["highest_baseline"]
    return "" if low is None or high is None else f" ({low:g}–{high:g})"
