"""The sentences of flow: waits, places that stayed empty, inductions, time in the chair."""

from collections.abc import Mapping

import polars as pl

from pipelines.disclosure.control import ShownChart
from pipelines.disclosure.control_words import standing
from pipelines.disclosure.flow import FlowFinding
from pipelines.disclosure.words import percent, span

Row = Mapping[str, object]


def answer(found: FlowFinding) -> str:
    """Return the wait, the inductions that were completed and the places that stayed empty."""
    parts = []
    wait, completion = found.wait.row(0, named=True), found.completion.row(0, named=True)
    if wait["median"] is not None:
        parts.append(f"half of those consulted begin within {wait['median']:,} days")
    if completion["old_enough"]:
        parts.append(f"{percent(completion['share'])} of inductions are completed")
    held, missed = (sum(found.kept[name].to_list()) for name in ("held", "no_show"))
    if held:
        parts.append(f"{percent(missed / held)} of visits that held a place were missed")
    if not parts:
        return "No visit of this selection is in these records."
    said = "; ".join(parts)
    return f"{said[0].upper()}{said[1:]}."


def waiting(found: FlowFinding) -> str:
    """Return how long patients wait for the first infusion after the first consultation."""
    row = found.wait.row(0, named=True)
    if not row["begun"] and not row["waiting"]:
        return "No completed consultation before an infusion is in these records."
    shares = [
        f"{percent(one['share'])} ({span(one['low'], one['high'])}) within {one['day']} days"
        for one in found.waiting.drop_nulls("share").iter_rows(named=True)
    ]
    said = f"Of those consulted, {', '.join(shares)} have had a first infusion." if shares else ""
    has = "has" if row["waiting"] == 1 else "have"
    return f"{said} {_half(row)} {row['waiting']:,} {has} had none yet.".strip()


def _half(row: Row) -> str:
    if row["median"] is None:
        return "Fewer than half had it as long as they were followed."
    ends = f"{row['low']}–{row['high']}" if None not in (row["low"], row["high"]) else None
    return f"Half had it within {row['median']} days{f' ({ends})' if ends else ''}."


def completion(found: FlowFinding) -> str:
    """Return how many inductions are completed, of those old enough and of all."""
    row = found.completion.row(0, named=True)
    least = found.definitions.setting("induction_complete_infusions")
    last = found.definitions.setting("induction_last_day")
    if not row["old_enough"]:
        return "No course is old enough to say whether its induction was completed."
    said = (
        f"{row['complete']:,} of {row['old_enough']:,} courses that began {last} days ago or earlier had"
        f" {least} infusions in their induction: {percent(row['share'])} ({span(row['low'], row['high'])})"
    )
    if row["share_km"] is not None:
        said += f"; {percent(row['share_km'])} of all, also younger ones, by Kaplan-Meier"
    return f"{said}."


def chair(found: FlowFinding) -> str:
    """Return infusions per hour in the chair."""
    if found.chair_hours is None:
        return "How long chairs were taken is not recorded."
    return f"{found.chair_hours:.2f} infusions for each hour that a chair was taken."


def gaps(found: FlowFinding) -> str:
    """Return how far apart maintenance infusions lie."""
    row = found.gaps.row(0, named=True)
    if not row["n"]:
        return "No infusion was given after an induction."
    return (
        f"{row['n']:,} infusions were given after an induction, {row['median']:.0f} days after the one"
        f" before in the middle (8 in 10 between {row['p10']:.0f} and {row['p90']:.0f})."
    )


def repeats(found: FlowFinding) -> str:
    """Return how many patients had more than one course."""
    row = found.repeats.row(0, named=True)
    if not row["patients"]:
        return "No course is in these records."
    return (
        f"{row['repeated']:,} of {row['patients']:,} patients had more than one course so far:"
        f" {percent(row['share'])} ({span(row['low'], row['high'])})."
    )


def over_time(label: str, shown: ShownChart) -> str:
    """Return the finding of a chart in a line."""
    points = shown.counted
    if points.is_empty():
        return f"{label} by month: no month counts"
    top, bottom = (sum(points[name].to_list()) for name in ("numerator", "denominator"))
    return f"{label} by month, {percent(top / bottom)} overall: {standing(shown)}"


def long_recovery(found: FlowFinding) -> str | None:
    """Return how many recoveries took longer than the setting; None where none is recorded."""
    row = found.times.filter(pl.col("time") == "recovery_minutes").row(0, named=True)
    if not row["n"]:
        return None
    most = found.definitions.setting("long_recovery_minutes")
    return f"Of recoveries {percent(row['long'])} took longer than {most} minutes."
