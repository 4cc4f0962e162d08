"""The sentences of a rate over time: what is seen, what to mind, what a change did."""

import polars as pl

from pipelines.disclosure.control_words import PERIODS, counted, movement, standing
from pipelines.disclosure.trend import TrendFinding
from pipelines.disclosure.words import met, percent


def answer(found: TrendFinding) -> str:
    """Return whether the rate moved more than chance explains, in a sentence."""
    points = found.rate.counted
    did = met(found.question, found.definitions)
    if points.is_empty():
        return f"No {PERIODS[found.width]} is due and followed up enough to say how many {did}."
    top, bottom = (sum(points[name].to_list()) for name in ("numerator", "denominator"))
    overall = (
        f"From {points['period'][0]} to {points['period'][-1]}, {percent(top / bottom)} of those followed"
        f" up {did}"
    )
    verb = "is" if points.height == 1 else "are"
    few = f"; {counted(points.height, found.width)} {verb} too few to tell a trend."
    return f"{overall}{movement(found.rate.variation) or few}"


def title(found: TrendFinding) -> str:
    """Return the finding of the chart of the rate in a line."""
    measure = found.definitions.labels("measure_labels", "measure")[found.question.measure]
    return f"{measure} by {PERIODS[found.width]}: {standing(found.rate)}"


def follow_up_title(found: TrendFinding) -> str:
    """Return the finding of the chart of follow-up in a line."""
    return f"Follow-up by {PERIODS[found.width]}: {standing(found.follow_up)}"


def cautions(found: TrendFinding) -> list[str]:
    """Return what the reader must know beside the sentence."""
    said = []
    if found.question.population == "all_courses":
        said.append(
            "Several courses of one patient are not independent, so limits are narrower than they should be;"
            " first courses are safer."
        )
    if found.protects:
        said.append(
            "As others may see it: by the narrowest periods that hold enough courses, and only those in"
            " which all are due."
        )
    if found.as_of is not None:
        said.append(f"As let out with data through {found.as_of}: too few persons changed since.")
    if found.width != "month" and not found.protects:
        least = found.definitions.setting("trend_point_assessed")
        said.append(
            f"Drawn by {PERIODS[found.width]}, because most months have fewer than {least} assessed"
            " courses."
        )
    if found.rate.chart.phases["trial"].any():
        least = found.definitions.setting("trend_limits_from_points")
        rest = (
            "; take them as trial limits." if found.rate.chart.rules.nhs else ", so none are drawn."
        )
        said.append(f"Under {least} points limits can't be trusted{rest}")
    out = found.rate.points.filter(pl.col("why_out") == "follow_up").height
    if out:
        least = found.definitions.setting("follow_up_min_percent")
        said.append(
            f"{counted(out, found.width)} under {least} % follow-up drawn hollow and kept out of the rules."
        )
    if together(found):
        said.append(
            "Follow-up moved too, in the same time: who is followed up may have changed, not the rate."
        )
    return said


def together(found: TrendFinding) -> bool:
    """Return whether a signal of the rate goes with one of follow-up in the same stretch of time."""
    rate, follow_up = found.rate.chart.signals, found.follow_up.chart.signals
    pairs = rate.join_where(
        follow_up,
        pl.col("first_month") <= pl.col("last_month_right"),
        pl.col("last_month") >= pl.col("first_month_right"),
    )
    return not pairs.is_empty()
