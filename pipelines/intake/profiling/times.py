"""Labels of times: baseline, week 5, T2, ses-d10, week_4_arm_1."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pipelines.intake.profiling.words import Hints, Words, holds

DAYS_BETWEEN_VISITS = 7
MOST_DAYS = 3650
LONGEST_NUMBER = 4


@dataclass(frozen=True)
class Moment:
    """What a label says: the start, a number of days after it, or the how-many-th visit it is."""

    kind: Literal["start", "days", "order"]
    number: int
    unit: str = ""


def moment(text: Words, hints: Hints) -> Moment | None:
    """Return what the words of a label say of a time; None where something else stands in them."""
    if text[:-1] and text[-2] == "arm":
        text = text[:-2]
    start = hints.whole("start", text)
    if start:
        return Moment("start", 0)
    plain = [word for word in text if not hints.whole("filler", (word,))] or list(text)
    words = [word for word in plain if not word.isdigit()]
    numbers = [int(word) for word in plain if word.isdigit() and len(word) <= LONGEST_NUMBER]
    if len(words) + len(numbers) != len(plain) or len(numbers) > 1 or len(words) > 1:
        return _named_start(words, numbers, hints)
    return _read(words, numbers, text, hints)


def _named_start(words: Sequence[str], numbers: Sequence[int], hints: Hints) -> Moment | None:
    started = words and all(hints.whole("start", (word,)) for word in words)
    return Moment("start", 0) if started and not any(numbers) else None


def _read(words: list[str], numbers: list[int], text: Words, hints: Hints) -> Moment | None:
    if not numbers:
        return Moment("start", 0) if words and hints.whole("start", tuple(words)) else None
    number = numbers[0]
    if not words:
        counted = any(hints.whole("order", (word,)) for word in text)
        return Moment("order", number) if counted or text == (str(number),) else None
    unit = hints.whole("unit", (words[0],))
    if unit:
        days = number * int(unit.detail or 1)
        return Moment("days", days, unit.means) if days <= MOST_DAYS else None
    if hints.whole("start", (words[0],)) and number == 0:
        return Moment("start", 0)
    return Moment("order", number) if hints.whole("order", (words[0],)) else None


@dataclass(frozen=True)
class Day:
    """A day from the start of treatment, and why it may be another ("" where nothing says so)."""

    day: int
    doubt: str
    start: bool


def days(moments: Sequence[Moment]) -> list[Day]:
    """Return the day of each label of one set; numbered visits are taken to be a week apart."""
    orders = sorted({found.number for found in moments if found.kind == "order"})
    started = any(found.kind == "start" or found.number == 0 for found in moments)
    spread = bool(orders) and orders != list(range(orders[0], orders[0] + len(orders)))
    return [_day(found, orders, started, spread) for found in moments]


def _day(found: Moment, orders: list[int], started: bool, spread: bool) -> Day:
    if found.kind == "start":
        return Day(0, "", True)
    if found.kind == "days":
        doubt = "a month is taken as 30 days" if found.unit == "month" and found.number else ""
        return Day(found.number, doubt, found.number == 0)
    if spread:
        return Day(found.number * DAYS_BETWEEN_VISITS, "numbers taken as weeks", found.number == 0)
    place = orders.index(found.number) + (1 if started and orders[0] > 0 else 0)
    return Day(place * DAYS_BETWEEN_VISITS, "visits taken to be a week apart", place == 0)


def numbered_in(name: Words, hints: Hints) -> str:
    """Return the unit that the name of a column of numbers states, as week in visit_week; or ""."""
    for word in name:
        unit = hints.whole("unit", (word,))
        if unit and len(word) > 1:
            return unit.means
    return "day" if holds(name, ("day",)) else ""
