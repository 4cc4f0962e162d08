"""Is it getting better: a rate by the month in which courses began, with follow-up beneath it."""

from dataclasses import dataclass, field
from datetime import date

import polars as pl

from pipelines.definitions import Definitions
from pipelines.estimates.control_chart import ControlChart, control_chart
from pipelines.estimates.event_effect import EventEffect, event_effect
from pipelines.estimates.judging_points import RuleSet, rules_of
from pipelines.estimates.periods import WIDTHS, Periods, periods
from pipelines.estimates.result import Provenance, Question
from pipelines.intake.annotations import FOLLOW_UP, Annotations

SCOPE = ("category", "clinic_key")
MID_MONTH = 15


@dataclass(frozen=True)
class Event:
    """A dated change on a chart; `place` is the first period after it.

    `rate` and `follow_up` are its effects on the two charts; None where the change was not about that
    chart (about follow-up only where it says so), or the chart shows more than what was changed.
    """

    event_date: date
    title: str
    kind: str
    clinic_key: str | None
    category: str | None
    place: int
    rate: EventEffect | None
    follow_up: EventEffect | None


@dataclass(frozen=True)
class Trend:
    """A measure and its follow-up over time, as counted: not for display.

    `better` is 1 where a higher rate is better, -1 where it is worse. `targets` and `rebases` are the
    rows that hold for the rate, `follow_up_targets` for follow-up. `rebased` says whether rebases were
    carried out; freezes are part of them.
    """

    question: Question
    periods: Periods
    rate: ControlChart
    follow_up: ControlChart
    better: int
    targets: pl.DataFrame
    follow_up_targets: pl.DataFrame
    rebases: pl.DataFrame
    rebased: bool
    events: tuple[Event, ...]
    definitions: Definitions = field(repr=False)
    provenance: Provenance


def trend(
    courses: pl.DataFrame,
    question: Question,
    noted: Annotations,
    definitions: Definitions,
    provenance: Provenance,
    rules: RuleSet = "anhoej",
    *,
    rebased: bool = True,
) -> Trend:
    """Return one measure over time: the share that met it among those assessed, and follow-up.

    `courses` has one row per course of the question's measure and window. Months that are not due in
    full, or with too little follow-up, are kept out of the rules of the rate; of follow-up only those
    that are not due.
    """
    found = periods(courses.filter(pl.col("measure") == question.measure), definitions)
    judged_by = rules_of(rules, definitions)
    charts, decided = {}, {}
    for name in (question.measure, FOLLOW_UP):
        decided[name] = _holding(noted.rebases, name, question)
        lines = decided[name] if rebased else decided[name].clear()
        charts[name] = control_chart(
            _points(found.frame, name),
            "p",
            judged_by,
            _months(lines, "rebase"),
            _months(lines, "freeze"),
        )
    rate, follow_up = charts[question.measure], charts[FOLLOW_UP]
    return Trend(
        question, found, rate, follow_up, _better(question.measure, definitions),
        _holding(noted.targets, question.measure, question),
        _holding(noted.targets, FOLLOW_UP, question),
        decided[question.measure], rebased,
        _events(noted.events, question, found),
        definitions, provenance,
    )  # fmt: skip


def _points(counted: pl.DataFrame, name: str) -> pl.DataFrame:
    """Return courses by period as the points of a measure, or of follow-up."""
    rate, follow_up = ("responded", "assessed"), ("assessed", "due")
    numerator, denominator = follow_up if name == FOLLOW_UP else rate
    why_out = pl.col("why_out")
    if name == FOLLOW_UP:
        why_out = pl.when(why_out != "follow_up").then(why_out)
    return counted.select(
        "place",
        "first_month",
        numerator=numerator,
        denominator=denominator,
        why_out=why_out,
    )


def asked_of(question: Question, column: str) -> str | None:
    """Return the one category or clinic that a question is about; None for several or all."""
    values = question.where.get(column, ())
    return values[0] if len(values) == 1 else None


def _holding(rows: pl.DataFrame, measure: str, question: Question) -> pl.DataFrame:
    """Return the targets or decisions made for exactly what a chart shows."""
    scope = [
        pl.col(column).eq_missing(pl.lit(asked_of(question, column), pl.String)) for column in SCOPE
    ]
    return rows.filter(pl.col("measure") == measure, *scope)


def _months(decisions: pl.DataFrame, kind: str) -> list[date]:
    return decisions.filter(pl.col("kind") == kind)["month"].to_list()


def _better(measure: str, definitions: Definitions) -> int:
    rules = definitions["measures"].filter(pl.col("measure") == measure)["rule"]
    return -1 if rules.len() and (rules == "rise_points").all() else 1


def _events(events: pl.DataFrame, question: Question, found: Periods) -> tuple[Event, ...]:
    if found.frame.is_empty():
        return ()
    kept = []
    for row in events.sort("event_date", "title").iter_rows(named=True):
        if any(_apart(row[column], question, column) for column in SCOPE):
            continue
        if row["measure"] not in (None, question.measure, FOLLOW_UP):
            continue
        whole = all(row[column] in (None, asked_of(question, column)) for column in SCOPE)
        effects = [
            _effect(found, name, row["event_date"])
            if whole and (row["measure"] or question.measure) == name
            else None
            for name in (question.measure, FOLLOW_UP)
        ]
        place = _first_after(row["event_date"], found.frame, WIDTHS[found.width])
        kept.append(
            Event(row["event_date"], row["title"], row["kind"], row["clinic_key"], row["category"],
                  place, *effects)
        )  # fmt: skip
    return tuple(kept)


def _effect(found: Periods, name: str, day: date) -> EventEffect:
    """Return the effect of an event on shares by month, whatever the width of the chart."""
    points = _points(found.months, name).filter(
        pl.col("why_out").is_null() & (pl.col("denominator") > 0)
    )
    return event_effect(points, _first_after(day, found.months, 1))


def _apart(value: str | None, question: Question, column: str) -> bool:
    """Return whether a change was made where the question does not look."""
    asked = question.where.get(column)
    return value is not None and bool(asked) and value not in (asked or ())


def _first_after(day: date, counted: pl.DataFrame, months: int) -> int:
    """Return the place of the first period of so many months whose courses mostly began after a day."""
    start: date = counted["first_month"][0]
    since = 12 * (day.year - start.year) + day.month - start.month
    place, within = divmod(since, months)
    gone = within + (day.day - 1) / (2 * MID_MONTH)
    return place if gone <= months / 2 else place + 1
