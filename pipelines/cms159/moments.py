"""Dates and times of FHIR, compared as CQL compares them.

A date may end after the year, the month or the day. Days are compared as they are written, in the
offset they are written with; instants only where both have a time, and then in UTC. Where one of
two dates ends before they differ, CQL can't tell which is first: here such a comparison is false
in both directions, as no criterion then holds.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, UTC, date, datetime, timedelta

FHIR_DATE = re.compile(
    r"\d{4}(-\d{2}(-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})?)?)?)?"
)


@dataclass(frozen=True)
class Moment:
    """A date or time: year, month and day as far as they are written, and the instant."""

    written: tuple[int, ...]
    at: datetime | None = None

    @property
    def day(self) -> date | None:
        """Return the day as written; None where only a year or month is."""
        return date(*self.written) if len(self.written) == 3 else None

    @property
    def sort_key(self) -> datetime:
        """Return an instant to sort by: the first possible one of a date without a time."""
        year, month, day = (*self.written, 1, 1)[:3]
        return self.at or datetime(year, month, day, tzinfo=UTC)


MINIMUM = Moment((0,))
MAXIMUM = Moment((10_000,))
UNKNOWN = Moment(())  # neither before nor after anything


@dataclass(frozen=True)
class Span:
    """A closed interval of time."""

    start: Moment
    end: Moment


def parsed(text: object) -> Moment:
    """Return a FHIR date, dateTime or instant; a time without an offset is taken as UTC.

    Raises ValueError for anything else, without its value.
    """
    if not isinstance(text, str) or not FHIR_DATE.fullmatch(text):
        raise ValueError("not a FHIR date")
    if "T" not in text:
        moment = Moment(tuple(int(part) for part in text.split("-")))
        assert moment.sort_key, "a date of the calendar, else a ValueError"
        return moment
    at = datetime.fromisoformat(text)
    return instant(at.replace(tzinfo=at.tzinfo or UTC))


def on(day: date) -> Moment:
    """Return a day as a moment without a time."""
    return Moment((day.year, day.month, day.day))


def instant(at: datetime) -> Moment:
    """Return a time with its offset as a moment."""
    return Moment((at.year, at.month, at.day), at)


def not_after(first: Moment, second: Moment) -> bool:
    """Return whether one moment is certainly at or before another."""
    if first.at and second.at:
        return first.at <= second.at
    return _ordered(
        (*first.written, *([0] if first.at else [])),
        (*second.written, *([0] if second.at else [])),
    )


def day_not_after(first: Moment, second: Moment) -> bool:
    """Return whether the written day of one moment is certainly on or before that of another."""
    return _ordered(first.written, second.written)


def overlap(first: Span, second: Span) -> bool:
    """Return whether two spans certainly share an instant."""
    return not_after(first.start, second.end) and not_after(second.start, first.end)


def overlap_by_day(first: Span, second: Span) -> bool:
    """Return whether two spans certainly share a written day."""
    return day_not_after(first.start, second.end) and day_not_after(second.start, first.end)


def within_days(part: Span, whole: Span) -> bool:
    """Return whether a span certainly lies within the written days of another."""
    return day_not_after(whole.start, part.start) and day_not_after(part.end, whole.end)


def months_after(day: date, months: int) -> date:
    """Return the same day so many months later, or the last day of a month that has no such day.

    Nothing is later than the end of the year 9999, which exports write for an open end.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if year > MAXYEAR:
        return date.max
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def days_after(moment: Moment, days: int) -> Moment:
    """Return the written day so many days later, without a time; unknown where there is no day.

    The calendar ends with the years 1 and 9999, which exports write for no date at all.
    """
    if not moment.day:
        return UNKNOWN
    day = moment.day.toordinal() + days
    return on(date.fromordinal(min(max(day, date.min.toordinal()), date.max.toordinal())))


def just_before(moment: Moment) -> Moment:
    """Return the last moment before an open end: the millisecond or the day before."""
    if moment.at and moment.at.year > MINYEAR:
        return instant(moment.at - timedelta(milliseconds=1))
    return days_after(moment, -1)


def _ordered(first: tuple[int, ...], second: tuple[int, ...]) -> bool:
    for one, other in zip(first, second, strict=False):
        if one != other:
            return one < other
    return len(first) == len(second) > 0
