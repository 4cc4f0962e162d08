"""The sentences of a rate over time: what is seen, what the chart could see, what a change did."""

from datetime import date

import polars as pl

from pipelines.disclosure.trend import TrendFinding, Variation
from pipelines.disclosure.words import met, percent
from pipelines.estimates.control_chart import FEW_CROSSINGS, LONG_RUN, ControlChart
from pipelines.estimates.event_effect import EventEffect
from pipelines.estimates.operating_characteristics import by_chance
from pipelines.estimates.trend import Event

PERIODS = {"month": "month", "quarter": "quarter", "half_year": "half-year"}
WAYS = {1: "higher", -1: "lower"}
WHY_OUT = {
    "not_yet_due": "not all due yet",
    "nobody": "no course due",
    "follow_up": "too few followed up",
}


def period(first: date, width: str) -> str:
    """Return a period by its first month, as `Mar 2025`, `2025 Q1` or `2025 H1`."""
    if width == "quarter":
        return f"{first.year} Q{(first.month + 2) // 3}"
    if width == "half_year":
        return f"{first.year} H{1 if first.month < 7 else 2}"
    return f"{first:%b %Y}"


def answer(found: TrendFinding) -> str:
    """Return whether the rate moved more than chance explains, in a sentence."""
    counted = found.points.filter(pl.col("rule").is_not_null())
    did = met(found.question, found.definitions)
    if counted.is_empty():
        return f"No {PERIODS[found.width]} is due and followed up enough to say how many {did}."
    top, bottom = (sum(counted[name].to_list()) for name in ("numerator", "denominator"))
    share = percent(top / bottom)
    span = (
        f"{period(counted['first_month'][0], found.width)} to"
        f" {period(counted['first_month'][-1], found.width)}"
    )
    overall = f"From {span}, {share} of those followed up {did}"
    said = {
        "improvement": "; the latest points are better than chance explains.",
        "concern": "; the latest points are worse than chance explains.",
        "earlier": "; at times the rate moved more than chance explains, but not at the end.",
        "common": ", and the rate moved no more than chance explains.",
        "too_few": f"; {_counted(counted.height, found)} are too few to tell a trend.",
    }[found.variation]
    return f"{overall}{said}"


def title(found: TrendFinding) -> str:
    """Return the finding of the chart of the rate in a line."""
    measure = found.definitions.labels("measure_labels", "measure")[found.question.measure]
    return f"{measure} by {PERIODS[found.width]}: {_standing(found.rate, found.variation)}"


def follow_up_title(found: TrendFinding) -> str:
    """Return the finding of the chart of follow-up in a line."""
    standing = _standing(found.follow_up, found.follow_up_variation)
    return f"Follow-up by {PERIODS[found.width]}: {standing}"


def _standing(chart: ControlChart, variation: Variation) -> str:
    number = chart.signals.height
    if not number:
        return "too few points to tell" if variation == "too_few" else "nothing stands out"
    latest = {"improvement": ", the latest for the better", "concern": ", the latest for the worse"}
    return f"{'1 signal' if number == 1 else f'{number} signals'}{latest.get(variation, '')}"


def cautions(found: TrendFinding) -> list[str]:
    """Return what the reader must know beside the sentence."""
    said = []
    if found.width != "month":
        least = found.definitions.setting("trend_point_assessed")
        said.append(
            f"Drawn by {PERIODS[found.width]}, because most months have fewer than {least} assessed"
            " courses."
        )
    trial = found.rate.phases.filter("trial")
    if trial.height:
        least = found.definitions.setting("trend_limits_from_points")
        said.append(
            f"Under {least} points limits can't be trusted"
            + (
                ", so none are drawn."
                if not found.rate.rules.nhs
                else "; take them as trial limits."
            )
        )
    out = found.points["why_out"].value_counts().filter(pl.col("why_out") == "follow_up")
    if out.height:
        least = found.definitions.setting("follow_up_min_percent")
        said.append(
            f"{_counted(out['count'].item(), found)} under {least} % follow-up drawn grey and kept out"
            " of the rules."
        )
    if together(found):
        said.append(
            "Follow-up moved too, in the same time: who is followed up may have changed, not the rate."
        )
    return said


def together(found: TrendFinding) -> bool:
    """Return whether a signal of the rate goes with one of follow-up in the same stretch of time."""
    rate, follow_up = found.rate.signals, found.follow_up.signals
    return any(
        one["first_month"] <= other["last_month"] and other["first_month"] <= one["last_month"]
        for one in rate.iter_rows(named=True)
        for other in follow_up.iter_rows(named=True)
    )


def _counted(number: int, found: TrendFinding) -> str:
    name = PERIODS[found.width]
    return f"1 {name}" if number == 1 else f"{number} {name}s"


def signals(chart: ControlChart, width: str, better: int) -> list[str]:
    """Return each signal of a chart in words."""
    return [_signal(row, chart, width, better) for row in chart.signals.iter_rows(named=True)]


def _signal(row: dict[str, object], chart: ControlChart, width: str, better: int) -> str:
    first, last = (row[name] for name in ("first_month", "last_month"))
    assert isinstance(first, date)
    assert isinstance(last, date)
    way = int(str(row["way"]))
    phase = chart.phases.filter(pl.col("phase") == row["phase"]).row(0, named=True)
    when = period(first, width)
    if last != first:
        when += f" to {period(last, width)}"
    said = {
        "outside": f"outside the limits, {WAYS.get(way)}",
        "trend": "seven points in a row, each "
        + ("above the one before" if way > 0 else "below the one before"),
        "two_of_three": f"two of three points close to a limit, {WAYS.get(way)}",
        "shift": f"seven or more in a row on the {WAYS.get(way)} side of the mean",
        LONG_RUN: f"{phase['longest']} in a row on one side of the centre, where chance leaves at most"
        f" {phase['longest_allowed']}; later points {WAYS.get(way, 'no different')}",
        FEW_CROSSINGS: f"the centre was crossed {phase['crossings']} times, where chance leaves at least"
        f" {phase['fewest_crossings']}; later points {WAYS.get(way, 'no different')}",
    }[str(row["sign"])]
    judged = {1: "better", -1: "worse"}.get(way * better)
    return f"{when}: {said}" + (f" ({judged})." if judged else ".")


def operating(found: TrendFinding) -> str:
    """Return the chances of a false alarm and of seeing a change, of this chart."""
    chances = found.rate.operating
    if chances is None:
        return "No point counts, so nothing could be seen."
    return (
        f"With these {found.rate.points['rule'].count()} points and these rules, chance alone raises an"
        f" alarm in {percent(chances.false_alarm)} of such charts; a lasting change of 10 points from"
        f" the middle on would be seen in {percent(chances.power)}."
    )


def event(one: Event, found: TrendFinding) -> str:
    """Return what a change did, as far as the chart can tell."""
    effect = one.rate or one.follow_up
    name = "The rate" if one.rate else "Follow-up"
    if effect is None:
        return "Marked only: the chart shows more, or something else, than what was changed."
    return _effect(effect, name, found)


def _effect(effect: EventEffect, name: str, found: TrendFinding) -> str:
    if effect.refused is not None:
        reasons = found.definitions["estimate_refusals"].select("reason", "sentence").rows()
        return f"{dict(reasons)[effect.refused]} ({effect.before} before, {effect.after} after.)"
    assert effect.change is not None
    value, low, high = (round(100 * number) for number in effect.change)
    said = f"{name} went on as its earlier course led to expect ({low} to {high} points)"
    if value:
        way = "higher" if value > 0 else "lower"
        said = (
            f"{name} lay {abs(value)} points {way} from then on than its earlier course led to expect"
            f" ({low} to {high})"
        )
    return f"{said}." if effect.told else f"{said}: the data can't tell it from no change."


def budget(charts: list[ControlChart]) -> str:
    """Return how many of several charts chance alone would make signal, beside how many do."""
    chances = [chart.operating.false_alarm for chart in charts if chart.operating is not None]
    if not chances:
        return "No chart has points that count."
    expected, any_ = by_chance(chances)
    average = f"{expected:.1f}" if expected >= 0.05 else "fewer than 0.1"
    seen = sum(not chart.signals.is_empty() for chart in charts)
    return (
        f"Of the {len(chances)} charts of single conditions {seen} signal. If nothing had changed, chance"
        f" alone would make {average} of them signal on average, and at least one with a chance of"
        f" {percent(any_)}."
    )
