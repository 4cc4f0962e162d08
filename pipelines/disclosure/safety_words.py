"""The sentences of safety: how often, how grave, what stands out."""

from pipelines.disclosure.control import ShownChart
from pipelines.disclosure.control_words import PERIODS, standing
from pipelines.disclosure.groups import narrowest_label
from pipelines.disclosure.safety import EventsOverTime, SafetyFinding, term_label
from pipelines.disclosure.words import NONE, percent

OPEN = "that gap is still open, so it will be at least as long"


def per_100(row: dict[str, object]) -> str:
    """Return a rate of events per 100 infusions with its limits."""
    numbers = [row[name] for name in ("per_100", "low", "high")]
    if not all(isinstance(number, float) for number in numbers):
        return NONE
    rate, low, high = (float(str(number)) for number in numbers)
    places = digits(rate)
    return f"{rate:.{places}f} ({low:.{places}f}–{high:.{places}f})"


def digits(rate: float) -> int:
    """Return how many decimal places a rate of events per 100 infusions is told with."""
    return 1 if rate >= 1 else 2


def fine(row: dict[str, object]) -> str:
    """Return a share with its limits in tenths of a per cent, for what is rare."""
    share, low, high = (row[name] for name in ("share", "low", "high"))
    if not all(isinstance(value, float) for value in (share, low, high)):
        return NONE
    ends = "–".join(f"{100 * float(str(value)):.1f}" for value in (low, high))
    return f"{100 * float(str(share)):.1f} % ({ends})"


def answer(found: SafetyFinding) -> str:
    """Return how often events were recorded, how grave they were and how many infusions stopped."""
    row = found.totals.row(0, named=True)
    if not row["infusions"]:
        return "No infusion of a course is in these records."
    serious = (
        "none of them serious" if not row["serious"] else f"{row['serious']:,} of them serious"
    )
    said = (
        f"In {row['infusions']:,} infusions {row['events']:,} adverse events were recorded, {serious}:"
        f" {per_100(row)} per 100 infusions"
    )
    stopped = found.stopped
    if stopped.height and stopped["told"][0]:
        said += f"; {percent(stopped['share'][0])} of infusions were stopped early"
    return f"{said}."


def cautions(found: SafetyFinding) -> list[str]:
    """Return what the reader must know beside the sentence."""
    row = found.totals.row(0, named=True)
    said = []
    if row["infusions"] and not row["events"]:
        said.append("No event at all is recorded: it may be that nobody wrote them down.")
    if row["observed"] < row["infusions"]:
        share = percent(row["observed"] / row["infusions"])
        said.append(f"Vital signs are recorded of {share} of the infusions.")
    return said


def over_time(one: EventsOverTime) -> str:
    """Return the finding of the chart over time in a line."""
    named = f"{one.label}, all events" if one.of == "clinic" else one.label
    if one.rare:
        return f"{named}, infusions from one to the next: {standing(one.shown)}"
    return f"{named} per 100 infusions by {PERIODS[one.shown.width]}: {standing(one.shown)}"


def standing_out(found: SafetyFinding) -> str:
    """Return which charts stand out, by name; empty where none does."""
    named = [one.label for one in found.over_time if one.of != "all" and one.shown.chart.stands_out]
    return f"Standing out: {', '.join(named)}." if named else ""


def why_so(one: EventsOverTime, found: SafetyFinding) -> str | None:
    """Return why the chart is not one by month; None where it is."""
    least = found.definitions.setting("trend_point_events")
    if one.rare:
        said = (
            f"Half-years hold fewer than {least} events on average, so each point is the number of"
            " infusions from one event to the next. Higher is better."
        )
        if one.since is None:
            return said
        return f"{said} {_infusions(one.since)} since the last event: {OPEN}, and it is no point."
    if one.shown.width == "month":
        return None
    width = PERIODS[one.shown.width]
    return f"Drawn by {width}, because narrower periods hold fewer than {least} events on average."


def dose(label: str, shown: ShownChart) -> str:
    """Return the finding of the chart of doses in a line."""
    return f"{label}, mean dose by month: {standing(shown)}"


def doses_moved(found: SafetyFinding) -> str:
    """Return for which conditions the chart of the dose stands out."""
    moved = [label for label, shown in found.dose_over_time.items() if shown.chart.stands_out]
    if not moved:
        return "The dose stands out for no condition."
    return f"The dose moved for: {', '.join(moved)}."


def between(found: SafetyFinding) -> str:
    """Return the finding of the chart of infusions between serious events in a line."""
    return f"Infusions between serious events: {standing(found.between)}"


def serious(found: SafetyFinding) -> str:
    """Return how many serious events there were, how far apart, and how long ago the last one was."""
    number = found.totals["serious"].sum()
    if not number:
        return "No serious event is recorded."
    gaps = found.between.counted
    said = f"{number:,} serious event{'s' if number > 1 else ''}"
    if gaps.height:
        middle = gaps["value"].median()
        assert isinstance(middle, float)
        said += f", with {middle:,.0f} infusions between one and the next in the middle"
    if found.since_serious is not None:
        said += f", and {_infusions(found.since_serious)} since the last: {OPEN}"
    return f"{said}."


def _infusions(number: int) -> str:
    return "1 infusion" if number == 1 else f"{number:,} infusions"


def watched(found: SafetyFinding) -> list[str]:
    """Return what was seen of the events and scales that are watched."""
    listed = set(found.definitions["watched_terms"]["term"].to_list())
    terms = [
        f"{term_label(row['term'])}: {row['events']:,}, {per_100(row)} per 100 infusions."
        for row in found.terms.iter_rows(named=True)
        if row["term"] in listed
    ]
    names = found.definitions.labels("instruments", "instrument")
    scales = [
        f"{names[row['instrument']]} in {_condition(row, found)}: "
        + (
            f"{row['flagged']:,} of {row['scored']:,} scored courses flagged, {fine(row)};"
            f" {row['courses'] - row['scored']:,} were never scored."
            if row["scored"]
            else f"none of {row['courses']:,} courses was scored on it."
        )
        for row in found.watched.iter_rows(named=True)
    ]
    return terms + scales


def _condition(row: dict[str, object], found: SafetyFinding) -> str:
    return narrowest_label(found.definitions, row, ["category", "subtype"]).lower()


def stopped(found: SafetyFinding) -> str:
    """Return how many infusions were stopped early, of those that say so."""
    if found.stopped.is_empty():
        return "No infusion says whether it was stopped early."
    row = found.stopped.row(0, named=True)
    return f"{row['stopped']:,} of {row['told']:,} infusions were stopped early: {fine(row)}."
