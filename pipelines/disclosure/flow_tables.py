"""The tables of flow as text."""

import polars as pl

from pipelines.definitions import Definitions
from pipelines.disclosure.flow import FlowFinding
from pipelines.disclosure.groups import code_labels
from pipelines.disclosure.safety_words import fine
from pipelines.disclosure.table import number
from pipelines.disclosure.words import HIDDEN, NONE, percent, span

CAPTURE = {"baseline": "Baseline, of courses that began", "follow_up": "Follow-up, of courses due"}


def kept(found: FlowFinding) -> pl.DataFrame:
    """Return visits that held a place and were missed or cancelled late, by kind."""
    return missed(found.kept, "visit_kind", "Visits", found.definitions)


def weekdays(found: FlowFinding) -> pl.DataFrame:
    """Return the same by weekday."""
    return missed(found.weekdays, "weekday", "Weekday", found.definitions)


def missed(rows: pl.DataFrame, column: str, heading: str, definitions: Definitions) -> pl.DataFrame:
    """Return by `column` visits that held a place and were missed or cancelled late, as text.

    Counts that are null are `hidden`, and so are their shares.
    """
    labels = code_labels(column, definitions)
    order = list(labels)
    told = sorted(rows.iter_rows(named=True), key=lambda row: order.index(str(row[column])))
    return pl.DataFrame(
        [
            {
                heading: labels[str(row[column])],
                "No-shows": _fine(row, "no_show"),
                "Late cancellations": _fine(row, "late_cancelled"),
                "Held a place": number(row["held"]),
                "Missed": number(row["no_show"]),
                "Late": number(row["late_cancelled"]),
                "Cancelled in time": number(row["cancelled"]),
            }
            for row in told
        ]
    )


def _fine(row: dict[str, object], name: str) -> str:
    if row[name] is None:
        return HIDDEN
    return fine({end: row[f"{name}_{end}"] for end in ("share", "low", "high")})


def attrition(found: FlowFinding) -> pl.DataFrame:
    """Return by infusion of the induction who went on, and who did not and why."""
    return pl.DataFrame(
        [
            {
                "Infusion": str(row["infusion"]),
                "Went on": percent(row["went_on"] / row["courses"]),
                "Had it": number(row["courses"]),
                "Had all planned": number(row["finished"]),
                "Left, stopped early": number(row["stopped"]),
                "Left otherwise": number(row["left"]),
                "May still go on": number(row["open"]),
            }
            for row in found.attrition.iter_rows(named=True)
        ]
    )


def times(found: FlowFinding) -> pl.DataFrame:
    """Return how long infusion visits take."""
    labels = code_labels("visit_time", found.definitions)
    return pl.DataFrame(
        [
            {
                "Minutes": labels[row["time"]],
                "Median": _minutes(row["median"]),
                "Nine in ten up to": _minutes(row["p90"]),
                "Visits": number(row["n"]),
            }
            for row in found.times.iter_rows(named=True)
        ]
    )


def capture(found: FlowFinding) -> pl.DataFrame:
    """Return how many courses have a baseline, and how many due ones were followed up."""
    return pl.DataFrame(
        [
            {
                "Scores": CAPTURE[row["capture"]],
                "Share": NONE
                if row["share"] is None
                else f"{percent(row['share'])} ({span(row['low'], row['high'])})",
                "Taken": number(row["captured"]),
                "Of": number(row["of"]),
            }
            for row in found.capture.iter_rows(named=True)
        ]
    )


def _minutes(value: object) -> str:
    return f"{value:.0f}" if isinstance(value, float) else NONE
