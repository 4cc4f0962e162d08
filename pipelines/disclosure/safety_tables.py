"""The tables of safety as text."""

import polars as pl

from pipelines.disclosure.control_words import PERIODS, VARIATION
from pipelines.disclosure.groups import code_labels, group_label
from pipelines.disclosure.safety import SafetyFinding, term_label
from pipelines.disclosure.safety_words import fine, per_100
from pipelines.disclosure.table import number
from pipelines.disclosure.words import NONE, percent
from pipelines.estimates.safety import GRADES

SEVERITY = {"critical": "critical", "warning": "warning", "expected": "expected effect"}


def terms(found: SafetyFinding) -> pl.DataFrame:
    """Return events by term: how often, how grave, when they begin and how long they last."""
    return pl.DataFrame(
        [
            {
                "Event": term_label(row["term"]),
                "Per 100 infusions": per_100(row),
                "Events": number(row["events"]),
                "Patients": number(row["patients"]),
                "Serious": number(row["serious"]),
                "Grades 1 to 5": " · ".join(number(row[f"grade_{grade}"]) for grade in GRADES),
                "Begins (min)": _minutes(row["onset"]),
                "Lasts (min)": _minutes(row["lasting"]),
                "No end": number(row["unresolved"]),
            }
            for row in found.terms.iter_rows(named=True)
        ]
    )


def over_time(found: SafetyFinding) -> pl.DataFrame:
    """Return what the latest points of each chart say, and what the chart could see."""
    return pl.DataFrame(
        [
            {
                "": one.label,
                "Events over time": VARIATION[one.shown.variation],
                "Points": number(one.shown.counted.height),
                "By": "event" if one.rare else PERIODS[one.shown.width],
                "Sees a doubling": NONE
                if one.shown.chart.operating is None
                else percent(one.shown.chart.operating.power),
            }
            for one in found.over_time
        ]
    )


def review(found: SafetyFinding) -> pl.DataFrame:
    """Return the events for review: month, clinic, keys, no identity."""
    definitions = found.definitions
    return pl.DataFrame(
        [
            {
                "Event": term_label(row["term"]),
                "Number": number(row["events"]),
                "Month": NONE if row["month"] is None else f"{row['month']:%b %Y}",
                "Grade": str(row["grade"]),
                "Serious": "yes" if row["serious"] else "no",
                "Clinic": group_label(definitions, row, "clinic_key"),
                "Condition": group_label(definitions, row, "category"),
                "Infusion": number(row["infusion_number"]),
                "Begins (min)": _minutes(row["onset_minute"]),
                "Visit key": row["visit_key"],
                "Patient key": row["patient_key"],
            }
            for row in found.review.iter_rows(named=True)
        ]
    )


def stops(found: SafetyFinding) -> pl.DataFrame:
    """Return the reasons of early stops."""
    labels = code_labels("stop_reason", found.definitions)
    return pl.DataFrame(
        [
            {
                "Why": "Not recorded"
                if row["reason"] is None
                else labels.get(row["reason"], term_label(row["reason"])),
                "Infusions": number(row["infusions"]),
            }
            for row in found.stops.iter_rows(named=True)
        ]
    )


def excursions(found: SafetyFinding) -> pl.DataFrame:
    """Return how many infusions went beyond each threshold, of those that were read for it."""
    return pl.DataFrame(
        [
            {
                "Excursion": row["label"],
                "Share": fine(row),
                "Infusions": number(row["beyond"]),
                "Read": number(row["read"]),
                "Told as": SEVERITY[row["severity"]],
            }
            for row in found.excursions.iter_rows(named=True)
        ]
    )


def doses(found: SafetyFinding) -> pl.DataFrame:
    """Return events and early stops by the dose that was given."""
    return pl.DataFrame(
        [
            {
                "Dose given": row["label"],
                "Events per 100": per_100(row),
                "Events": number(row["events"]),
                "Infusions": number(row["infusions"]),
                "Stopped early": number(row["stopped"]),
            }
            for row in found.doses.iter_rows(named=True)
        ]
    )


def signs(found: SafetyFinding, sign: str) -> pl.DataFrame:
    """Return a sign by minute."""
    rows = found.signs.filter(pl.col("sign") == sign)
    return pl.DataFrame(
        [
            {
                "Minute": str(row["minute"]),
                "Median": f"{row['median']:g}",
                "10 to 90 %": f"{row['low']:g}–{row['high']:g}",
                "Infusions": number(row["read"]),
            }
            for row in rows.iter_rows(named=True)
        ]
    )


def _minutes(value: object) -> str:
    return NONE if value is None else f"{float(str(value)):,.0f}"
