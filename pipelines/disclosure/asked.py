"""What a question asks of a release: which rungs of which rows; or why it is refused."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from pipelines.definitions import Definitions
from pipelines.definitions.errors import listed
from pipelines.disclosure.release import Kept, Release
from pipelines.disclosure.units import (
    COUNTS,
    DUE,
    LATER,
    NO_PART,
    UNKNOWN,
    WIDTH_MONTHS,
    Row,
    part_of,
)
from pipelines.estimates.basis import GROUPS
from pipelines.estimates.result import Question

NESTED = (("category",), ("category", "subtype"))
STEPS = ("started_before_data", "no_baseline", "below_floor", "not_yet_due")
Numbers = dict[str, int]


@dataclass(frozen=True)
class Told:
    """What a release tells of a row: numbers by name, from STATUSES and COUNTS, and of which day."""

    numbers: Numbers
    kept: Kept | None


NOTHING = Told({}, None)


@dataclass(frozen=True)
class Asked:
    """A view in the terms of a release: a measure and window, by rows, cut by at most one dimension.

    `column` is the dimension: a column of groups, start_month for a period, or None. `category` is the
    one condition that is asked about, where rows are not conditions. `rung` tells the measure and
    window; None for the headline ones.
    """

    question: Question
    column: str | None
    category: str | None
    rung: str | None

    def told(self, release: Release, key: Mapping[str, object]) -> Told:
        """Return what may be told of a row; `key` has its values of the columns of its level."""
        row: Row = tuple(_text(key[name]) for name in ("category", "subtype") if name in key)
        if self.category is not None:
            row = (self.category,)
        if self.column is None:
            return self._uncut(release, row)
        if self.column == "start_month":
            return self._of_period(release, row)
        wanted = self.question.where.get(self.column, ())
        values = [_text(key[self.column])] if self.column in key else list(wanted)
        if not values:  # the row of all values of the dimension together
            return self._uncut(release, row)
        return _of_values(release, row, self.column, [part_of(value) for value in values])

    def _uncut(self, release: Release, row: Row) -> Told:
        if self.rung is not None:
            kept = release.kept(self.rung, row)
            return NOTHING if kept is None else Told(_of_measure(kept, self.rung), kept)
        for rung in COUNTS:
            kept = release.kept(rung, row)
            if kept is not None:
                numbers = _headline(kept, rung)
                steps = release.kept("steps", row)
                if steps is not None and steps.build == kept.build:
                    numbers |= _with_steps(steps)
                return Told(numbers, kept)
        return NOTHING

    def _of_period(self, release: Release, row: Row) -> Told:
        """Return the numbers of a period, as a sum of the newest periods told of the row that make it up."""
        for width, kept in release.widths(row):
            parts = self._parts(kept.unit.parts, WIDTH_MONTHS[width])
            if parts is not None:
                return Told(_of_parts(kept, width, parts), kept)
        return NOTHING

    def _parts(self, told: tuple[str, ...], months: int) -> list[str] | None:
        """Return the periods that make up the one asked for; None where they do not."""
        first, last = self.question.start_from, self.question.start_to
        found = []
        for part in told:
            opens = (
                _number(date.fromisoformat(f"{part.removeprefix(LATER)}-01"))
                if part != UNKNOWN
                else None
            )
            if opens is None:
                if first is None and last is None:
                    found.append(part)
                continue
            closes = None if part.startswith(LATER) else opens + months - 1
            inside = (first is None or opens >= _number(first)) and (
                last is None or (closes is not None and closes <= _number(last))
            )
            outside = (first is not None and closes is not None and closes < _number(first)) or (
                last is not None and opens > _number(last)
            )
            if not inside and not outside:
                return None
            if inside:
                found.append(part)
        return found


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _headline(kept: Kept, rung: str) -> Numbers:
    unit = kept.unit
    numbers = {"started": unit.courses}
    if rung != "started":
        numbers["due"] = unit.having({"due": "due"})
    if rung in ("responded", "missing"):
        numbers["responded"] = unit.having({"responded": "responded"})
    if rung == "missing":
        numbers |= _assessed({status: unit.having({"missing": status}) for status in DUE})
    return numbers


def _assessed(statuses: Numbers) -> Numbers:
    return statuses | {"assessed": statuses["responded"] + statuses["not_responded"]}


def _with_steps(kept: Kept) -> Numbers:
    """Return the steps from started to due."""
    found = {status: kept.unit.having({"steps": status}) for status in STEPS}
    due = kept.unit.having({"steps": "due"})
    eligible = due + found["not_yet_due"]
    return found | {"eligible": eligible, "baseline": eligible + found["below_floor"]}


def _of_measure(kept: Kept, rung: str) -> Numbers:
    """Return the numbers of a measure or window; courses of conditions without it are not counted."""
    statuses = {status: kept.unit.having({rung: status}) for status in DUE}
    started = kept.unit.courses - kept.unit.having({rung: "not_asked"})
    return _assessed(statuses) | {"started": started, "due": sum(statuses.values())}


def _of_values(release: Release, row: Row, column: str, values: list[str]) -> Told:
    """Return the numbers of courses with one of several values, where each is told apart."""
    rungs = [release.apart.get((column, value)) for value in values]
    if None in rungs:
        return NOTHING
    rung = _finest(rungs)
    kept = release.kept(rung, row)
    if kept is None or not set(values) <= set(kept.unit.parts):
        return NOTHING
    return Told(_of_parts(kept, rung, values), kept)


def _finest(rungs: list[str | None]) -> str:
    return max((str(name) for name in rungs), key=lambda name: int(name.rpartition(" ")[2]))


def _of_parts(kept: Kept, rung: str, parts: list[str]) -> Numbers:
    statuses = {
        status: sum(kept.unit.having({"missing": status, rung: part}) for part in parts)
        for status in DUE
    }
    assert NO_PART not in parts
    return _assessed(statuses) | {"due": sum(statuses.values())}


def asked_of(question: Question, window: str, definitions: Definitions) -> Asked | str:
    """Return a question in the terms of a release, or why it can't be released.

    `window` is the headline window of the build.
    """
    if question.population != "first_courses":
        return "only first courses are released, because all courses less first ones would leave small groups"
    where = dict(question.where)
    by_condition = question.by in NESTED
    conditions = () if by_condition else where.pop("category", ())
    dimensions = list(where)
    if not by_condition:
        dimensions = [*question.by, *(name for name in where if name not in question.by)]
    if (len(question.by) > 1 and not by_condition) or len(conditions) > 1:
        return (
            "no release by several columns or conditions at once; expected category, category with"
            f" subtype, or one of {listed(GROUPS)}"
        )
    if any(name not in GROUPS for name in dimensions):
        return (
            f"no release by {', '.join(dimensions)}; expected category, category with subtype, or one"
            f" filter or group of {listed((*GROUPS, 'period'))}"
        )
    if question.start_from or question.start_to:
        dimensions.append("start_month")
    if len(dimensions) > 1:
        return (
            "only one filter or group at a time is released, because several could be subtracted from"
            f" each other; asked are {', '.join(dimensions)}"
        )
    headline = question.measure == "response" and question.window == window
    if dimensions and not headline:
        return (
            "under a filter or by groups only response in the headline window is released, so that"
            " groups stay large"
        )
    step = None if headline else _step(question, window, definitions)
    if step is None and not headline:
        return "this measure in this window stands on no ladder of releases"
    return Asked(
        question,
        dimensions[0] if dimensions else None,
        conditions[0] if conditions else None,
        step,
    )


def _step(question: Question, window: str, definitions: Definitions) -> str | None:
    steps = definitions["release_ladder"].filter(
        pl.col("measure") == question.measure,
        pl.col("window").fill_null(window) == question.window,
        pl.col("splits") == "missing",
    )
    return str(steps["rung"][0]) if steps.height else None


def _number(day: date) -> int:
    return 12 * day.year + day.month - 1


def keys(level: pl.DataFrame, columns: list[str]) -> list[dict[str, object]]:
    """Return the values of each row of a level in its columns of groups."""
    return level.select(columns).to_dicts() if columns else [{} for _ in range(level.height)]
