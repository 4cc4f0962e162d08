"""The sentences of control charts: what stands out, and what the chart could have seen."""

import re
from collections.abc import Mapping, Sequence
from datetime import date

import polars as pl

from pipelines.definitions import Definitions
from pipelines.disclosure.control import Scale, ShownChart, Variation, period
from pipelines.disclosure.groups import code_labels, group_label
from pipelines.disclosure.words import NONE, percent, span
from pipelines.estimates.control_chart import FEW_CROSSINGS, LONG_RUN
from pipelines.estimates.event_effect import EventEffect, Within
from pipelines.estimates.operating_characteristics import by_chance

PERIODS = {"month": "month", "quarter": "quarter", "half_year": "half-year"}
WAYS = {1: "higher", -1: "lower"}
WHY_OUT = {
    "not_yet_due": "not all due yet",
    "nobody": "nobody counted",
    "follow_up": "too few followed up",
    "unfinished": "the month is not over",
    "few": "too few infusions",
}
VARIATION = {
    "improvement": "▲ Better", "concern": "▼ Worse", "common": "● Chance explains it",
    "earlier": "◐ Earlier signal", "weak": "◌ Weak signal",
    "too_few": "○ Too few points",
}  # fmt: skip
UNITS: Mapping[Scale, tuple[int, int, str]] = {
    "share": (0, 100, "points"), "per_100": (1, 100, "per 100"), "dose": (2, 1, "mg/kg"),
}  # fmt: skip
MARKUP = re.compile(r"([\\`*_{}\[\]()#+!|<>~$:&-])")
MARKED = (
    "Its effect is told only on a chart of just the clinic and condition that it was for, of what it was"
    " meant to change."
)
LATEST = {
    "improvement": ", the latest for the better",
    "concern": ", the latest for the worse",
    "weak": ", weak",
}
LANEY = {
    "pp": "Laney's p'",
    "up": "Laney's u': events of one patient, or of one day, come together",
}
CHANGES = {
    "share": "a lasting change of 10 points",
    "per_100": "a lasting doubling of the rate",
    "number": "events twice as often",
    "dose": "a lasting change by one standard deviation of the points",
}


def value(number: object, scale: Scale) -> str:
    """Return what a point says in its scale."""
    if not isinstance(number, float):
        return NONE
    if scale == "share":
        return percent(number)
    if scale == "dose":
        return f"{number:.2f} mg/kg"
    return f"{100 * number:.1f} per 100" if scale == "per_100" else f"{number:,.0f}"


def limits(row: Mapping[str, object], scale: Scale) -> str:
    """Return the limits of a point in its scale."""
    low, high = row["lower"], row["upper"]
    if scale == "share" or not isinstance(low, float) or not isinstance(high, float):
        return span(low, high)
    if scale == "dose":
        return f"{low:.2f}–{high:.2f}"
    return f"{100 * low:.1f}–{100 * high:.1f}" if scale == "per_100" else f"{low:,.0f}–{high:,.0f}"


def counted(number: int, width: str) -> str:
    """Return a number of periods."""
    return f"1 {PERIODS[width]}" if number == 1 else f"{number} {PERIODS[width]}s"


def standing(shown: ShownChart) -> str:
    """Return in short how many signals a chart holds."""
    number = shown.chart.signals.height
    if not number:
        return "nothing stands out" if shown.enough else "too few points to tell"
    return f"{'1 signal' if number == 1 else f'{number} signals'}{LATEST.get(shown.variation, '')}"


def movement(variation: Variation) -> str:
    """Return how a rate moved, to end a sentence with; empty where points are too few."""
    return {
        "improvement": "; the latest points are better than chance explains.",
        "concern": "; the latest points are worse than chance explains.",
        "earlier": "; at times it moved more than chance explains, but not at the end.",
        "weak": "; a rule signals, but so do many charts of rates that do not change.",
        "common": ", and it moved no more than chance explains.",
        "too_few": "",
    }[variation]


def signals(shown: ShownChart) -> list[str]:
    """Return each signal of a chart in words, and how rarely stable charts show as much."""
    found = [_signal(row, shown) for row in shown.chart.signals.iter_rows(named=True)]
    chance = shown.chart.chance
    if chance is None:
        return found
    rare = "so it stands out" if shown.chart.stands_out else "so it does not stand out"
    often = f"{100 * chance:.1f} %" if chance >= 0.001 else "fewer than 0.1 %"
    return [*found, f"as much is shown by {often} of such charts where nothing changes, {rare}."]


def widened(shown: ShownChart) -> list[str]:
    """Return by how much the limits of each stretch are wider than those of chance alone, where they are."""
    stretches = shown.chart.phases.drop_nulls("wider").iter_rows(named=True)
    return [
        f"from {period(row['first_month'], shown.width)} to {period(row['last_month'], shown.width)} the"
        f" points vary {row['wider']:.2f} times as much as chance alone would make them, so their limits"
        f" are wider by as much ({LANEY[row['kind']]})."
        for row in stretches
    ]


def _signal(row: Mapping[str, object], shown: ShownChart) -> str:
    first, last = row["first_month"], row["last_month"]
    assert isinstance(first, date)
    assert isinstance(last, date)
    way = int(str(row["way"]))
    phases = shown.chart.phases
    phase = phases.filter(pl.col("phase") == pl.lit(row["phase"])).row(0, named=True)
    when = period(first, shown.width)
    if last != first:
        when += f" to {period(last, shown.width)}"
    later = f"later points {WAYS.get(way, 'no different')}"
    steps = "each above the one before" if way > 0 else "each below the one before"
    said = {
        "outside": f"outside the limits, {WAYS.get(way)}",
        "trend": f"seven points in a row, {steps}",
        "two_of_three": f"two of three points close to a limit, {WAYS.get(way)}",
        "shift": f"seven or more in a row on the {WAYS.get(way)} side of the mean",
        LONG_RUN: f"{phase['longest']} in a row on one side of the centre, where chance leaves at most"
        f" {phase['longest_allowed']}; {later}",
        FEW_CROSSINGS: f"the centre was crossed {_times(phase['crossings'])}, where chance leaves at least"
        f" {phase['fewest_crossings']}; {later}",
    }[str(row["sign"])]
    judged = {1: " (better)", -1: " (worse)"}.get(way * shown.better, "")
    return f"{when}: {said}{judged}."


def _times(number: object) -> str:
    return {0: "never", 1: "once"}.get(int(str(number or 0)), f"{number} times")


def operating(shown: ShownChart) -> str:
    """Return the chances of a false alarm and of seeing a change, to say after the chart's name."""
    chances = shown.chart.operating
    if chances is None:
        return "no point counts, so nothing could be seen."
    if not shown.enough:
        return f"{counted(shown.counted.height, shown.width)} can hardly tell anything."
    since = "" if shown.chart.phases.height == 1 else " of those since the last rebase"
    return (
        f"with these {shown.counted.height} points and these rules, chance alone raises an alarm in"
        f" {percent(chances.false_alarm)} of such charts; {CHANGES[shown.scale]} from the middle"
        f"{since} on would be seen in {percent(chances.power)}."
    )


def events(charts: Mapping[str, ShownChart], definitions: Definitions) -> list[str]:
    """Return each change with its day, kind and what it did to the charts that it was about.

    `charts` are those of one page under their names, with the same events in the same order.
    """
    kinds = code_labels("event_kind", definitions)
    reasons = definitions.reasons
    first = next(iter(charts.values()))
    told = []
    for number, one in enumerate(first.events):
        places = [
            group_label(definitions, {column: value}, column)
            for column, value in (("clinic_key", one.clinic_key), ("category", one.category))
            if value is not None
        ]
        title = " · ".join([plain(one.title), kinds[one.kind], *places])
        effects = [
            _effect(effect, name, shown, reasons)
            for name, shown in charts.items()
            if (effect := shown.events[number].effect) is not None
        ]
        said = " ".join(effects) or MARKED
        told.append(f"**{number + 1}. {title}** ({one.event_date:%-d %b %Y}). {said}")
    return told


def plain(text: str) -> str:
    """Return what a person typed so that a page writes it as it stands, without markup or pictures."""
    return MARKUP.sub(r"\\\1", " ".join(text.split()))


def _effect(effect: EventEffect, name: str, shown: ShownChart, reasons: Mapping[str, str]) -> str:
    if effect.refused is not None:
        return f"{reasons[effect.refused]} ({effect.before} before, {effect.after} after.)"
    assert effect.change is not None
    assert effect.drift is not None
    digits, times, unit = UNITS[shown.scale]
    size, ends = _size(effect.change, digits, times)
    if effect.told:
        stepped = f"{name} stepped {_way(effect.change, 'up', 'down')} by {size} {unit}"
        said = f"{stepped} ({ends}) against its earlier course"
    else:
        none = f"No step of {_spelled(name)} against its earlier course"
        said = f"{none} that the data can tell ({ends} {unit})"
    size, ends = _size(effect.drift, digits + 1, times)
    each = f"{unit} a {PERIODS[shown.width]}"
    if effect.drift.low > 0 or effect.drift.high < 0:
        turned = (
            f"from then on it {_way(effect.drift, 'rose', 'fell')} by {size} {each} more ({ends})"
        )
    else:
        turned = f"no change of slope that the data can tell ({ends} {each})"
    return f"{said}; {turned}."


def _spelled(name: str) -> str:
    return f"{name[0].lower()}{name[1:]}" if name.startswith("The ") else name


def _way(estimate: Within, up: str, down: str) -> str:
    return up if estimate.value > 0 else down


def _size(estimate: Within, digits: int, times: float) -> tuple[str, str]:
    """Return how large an estimate is, and its limits."""
    size, low, high = (f"{times * number:.{digits}f}" for number in estimate)
    return size.lstrip("-"), f"{low} to {high}".replace("-", "−")


def budget(charts: Sequence[ShownChart], of: str) -> str:
    """Return how many of several charts chance alone would make signal, beside how many do."""
    judged = [one.chart for one in charts if one.chart.operating is not None]
    if not judged:
        return "No chart has points that count."
    chances = [chart.operating.false_alarm for chart in judged if chart.operating is not None]
    expected, any_ = by_chance(chances)
    average = f"{expected:.1f}" if expected >= 0.05 else "fewer than 0.1"
    seen = sum(not chart.signals.is_empty() for chart in judged)
    strong = sum(chart.stands_out for chart in judged)
    rare = sum(chart.rules.rare for chart in judged)
    return (
        f"Of the {len(judged)} charts of {of} {seen} signal, {strong} so strongly that it stands out. If"
        f" nothing had changed, chance alone would make {average} of them signal on average, at least one"
        f" with a chance of {percent(any_)}; {'fewer than 0.1' if rare < 0.05 else f'{rare:.1f}'} would"
        " stand out."
    )
