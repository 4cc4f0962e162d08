"""What people wrote down about a chart: dated changes with their effects, decisions on its lines."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from pipelines.estimates.control_chart import ControlChart, control_chart
from pipelines.estimates.control_limits import Kind
from pipelines.estimates.event_effect import EventEffect, event_effect
from pipelines.estimates.judging_points import Rules
from pipelines.estimates.periods import WIDTHS
from pipelines.estimates.result import Question
from pipelines.intake.annotations import Annotations

SCOPE = ("category", "clinic_key")
MID_MONTH = 15


@dataclass(frozen=True)
class Event:
    """A dated change on a chart; `place` is the first period after it.

    `effect` is None where the change was not about this chart, or the chart shows more than what was
    changed.
    """

    event_date: date
    title: str
    kind: str
    clinic_key: str | None
    category: str | None
    place: int
    effect: EventEffect | None


@dataclass(frozen=True)
class Charted:
    """A control chart with what people wrote down about it: targets that hold, events."""

    chart: ControlChart
    targets: pl.DataFrame
    events: tuple[Event, ...]


def charted(
    points: pl.DataFrame,
    kind: Kind,
    rules: Rules,
    code: str,
    question: Question,
    noted: Annotations,
    width: str = "month",
    months: pl.DataFrame | None = None,
    *,
    beside: tuple[str, ...] = (),
    rebased: bool = True,
    unnamed: bool = False,
) -> Charted:
    """Return the chart of points with its decisions carried out, where `rebased`; see `control_chart`.

    `months` are the same numbers by month, where the periods are wider; see `events_on` for the rest.
    The numerator of an i chart is the mean of as many as the denominator says.
    """
    decided = holding(noted.rebases, code, question)
    lines = decided if rebased else decided.clear()
    by_month = points if months is None else months
    if kind == "i":
        by_month = by_month.with_columns(numerator=pl.col("numerator") * pl.col("denominator"))
    return Charted(
        control_chart(points, kind, rules, _months(lines, "rebase"), _months(lines, "freeze")),
        holding(noted.targets, code, question),
        events_on(noted.events, code, question, by_month, width, beside=beside, unnamed=unnamed),
    )


def events_on(
    events: pl.DataFrame,
    code: str,
    question: Question,
    months: pl.DataFrame,
    width: str,
    *,
    beside: tuple[str, ...] = (),
    unnamed: bool = False,
) -> tuple[Event, ...]:
    """Return the events that a chart shows, in order, with their effect on shares or rates by month.

    `code` is what the chart is of, as events name it; those of charts `beside` it are marked too.
    `unnamed` says that events without a measure, marked everywhere, are about it. `months` has
    first_month, numerator, denominator and why_out by month from the first period of the chart on,
    whatever its width.
    """
    if months.is_empty():
        return ()
    start: date = months["first_month"][0]
    counted = months.filter(pl.col("why_out").is_null() & (pl.col("denominator") > 0))
    shown = events.sort("event_date", "title").iter_rows(named=True)
    kept = []
    for row in shown:
        day, measure = row["event_date"], row["measure"]
        if measure not in (None, code, *beside) or _elsewhere(row, question):
            continue
        about = measure == code or (unnamed and measure is None)
        whole = all(row[column] in (None, asked_of(question, column)) for column in SCOPE)
        place = _first_after(day, _opening(start, width), WIDTHS[width])
        effect = event_effect(counted, _first_after(day, start, 1)) if about and whole else None
        where = row["clinic_key"], row["category"]
        kept.append(Event(day, row["title"], row["kind"], *where, place, effect))
    return tuple(kept)


def holding(rows: pl.DataFrame, code: str, question: Question) -> pl.DataFrame:
    """Return the targets or decisions made for exactly what a chart shows."""
    scope = [
        pl.col(column).eq_missing(pl.lit(asked_of(question, column), pl.String)) for column in SCOPE
    ]
    return rows.filter(pl.col("measure") == code, *scope)


def _months(decisions: pl.DataFrame, kind: str) -> Sequence[date]:
    return decisions.filter(pl.col("kind") == kind)["month"].to_list()


def asked_of(question: Question, column: str) -> str | None:
    """Return the one category or clinic that a question is about; None for several or all."""
    values = question.where.get(column, ())
    return values[0] if len(values) == 1 else None


def _elsewhere(event: Mapping[str, str | None], question: Question) -> bool:
    """Return whether a change was made where the question does not look."""
    return any(
        event[column] is not None
        and column in question.where
        and event[column] not in question.where[column]
        for column in SCOPE
    )


def _opening(month: date, width: str) -> date:
    """Return the first month of the period in which a month lies."""
    months = WIDTHS[width]
    return month.replace(month=(month.month - 1) // months * months + 1)


def _first_after(day: date, start: date, months: int) -> int:
    """Return the place of the first period of so many months that mostly lies after a day."""
    since = 12 * (day.year - start.year) + day.month - start.month
    place, within = divmod(since, months)
    gone = within + (day.day - 1) / (2 * MID_MONTH)
    return place if gone <= months / 2 else place + 1
