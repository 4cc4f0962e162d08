"""A reader who kept every release: what is known of who had begun by a day, by row and value."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy
from datetime import date
from functools import partial
from itertools import pairwise

import numpy as np

from pipelines.disclosure.begun import CURVES, Point, points
from pipelines.disclosure.curves import (
    EARLIER,
    NOBODY,
    NOT_TOLD,
    NOW,
    NOW_BY_PERIOD,
    NOW_LATER,
    Floats,
    Ints,
    Pair,
    few_between,
    few_left,
    fill,
)
from pipelines.disclosure.plan import Plan
from pipelines.disclosure.snapshot import Snapshot
from pipelines.disclosure.units import LATER_WINDOWS, OTHERS, WIDTH_MONTHS, Key, Row, Unit, told
from pipelines.estimates.basis import GROUPS

Whole = tuple[Key, str]  # a whole, and the column whose values are its parts; "" for rows beneath
Known = tuple[Floats, Ints]  # numbers by curve and column, and when they were told
APART = 100_000.0  # days between builds of which nobody knows the day
NO_DAY, KIND = 1e9, 1e7  # numbers from here on stand for no one day; and for so many kinds of them


class Reader:
    """What is known after some releases of the rows of a plan; it hears more, unless that tells of few."""

    def __init__(
        self, made: Plan, earlier: Sequence[Snapshot], through: str | None, smallest: int
    ) -> None:
        """Begin with what was let out before; `made` is of the build to come, with data through a day."""
        self._made, self._smallest = made, smallest
        self._starts = sorted(float(day.toordinal()) for day in made.starts)
        self._rows = rows_beneath(made, earlier)
        self._values = _values(made, earlier)
        self._enough: dict[Row, int] = {}
        self._build = len(earlier)
        self._own: dict[Row, dict[float, float]] = {
            row[:1]: {} for rows in self._rows.values() for row in ((), *rows)
        }
        before = [self._said(one.units, one.through, at) for at, one in enumerate(earlier)]
        self._new = self._said(made.units, through, self._build)
        self._lay_out([*before, self._new])
        self._parents = {child: row for row, rows in self._rows.items() for child in rows}
        self._opened = self._openings(earlier)
        self._known: dict[Key, Known] = {}
        for at, said in enumerate(before):
            self._put(self._known, (one for ones in said.values() for one in ones), at, EARLIER)
        self._settle(self._known, list(self._known), check=False)

    def hear(self, rung: str, rows: Iterable[Row]) -> Key | None:
        """Take in the units of rows on a rung, unless some but too few persons of a row or value show.

        Return that row or value then, and take in none.
        """
        trial: dict[Key, Known] = {}
        now = NOW_BY_PERIOD if rung in WIDTH_MONTHS else NOW_LATER if rung in LATER_WINDOWS else NOW
        for row in rows:
            self._put(trial, self._new.get((rung, row), ()), self._build, now)
        few = self._settle(trial, list(trial), check=True)
        if few is None:
            self._known |= trial
        return few

    def again(self) -> "Reader":
        """Return a reader who knows the same."""
        other = copy(self)
        other._known = dict(self._known)
        return other

    def _said(
        self, units: Mapping[tuple[str, Row], Unit], through: str | None, build: int
    ) -> dict[tuple[str, Row], list[tuple[Key, Point]]]:
        """Return the points that units of a build tell."""
        today, found = self._today(through, build), {}
        for rung in {rung for rung, _ in units if rung in self._made.lags}:
            aside = self._aside(today, build, rung)
            for row, own in self._own.items():
                own[aside] = self._last_start(self._day_of(today, build, row, rung))
        for (rung, row), unit in units.items():
            days = [partial(self._day_of, today, build, row), partial(self._aside, today, build)]
            said = [points(rung, unit, day_of) for day_of in days]
            found[rung, row] = [
                ((row, value), (curve, self._last_start(day), number))
                for value in said[0]
                for curve, day, number in dict.fromkeys([*said[0][value], *said[1][value]])
            ]
            enough = unit.enough(self._smallest)
            self._enough[row] = max(self._enough.get(row, self._smallest), enough)
        return found

    def _today(self, through: str | None, build: int) -> float:
        return float(date.fromisoformat(through).toordinal()) if through else APART * build

    def _day_of(self, today: float, build: int, row: Row, rung: str) -> float:
        """Return the last day on which a course of a row that a rung counts can have begun."""
        lags = self._made.lags.get(rung)
        if lags is None:
            return today
        rows = [row] if row else self._rows.get(row, [])
        found = {lags.get(category, 0) for category, *_ in rows} or {0}
        lag = found.pop()
        return self._aside(today, build, rung) if lag is None or found else today - lag

    def _aside(self, today: float, build: int, rung: str) -> float:
        """Return what stands for the days of a rung where they are not the same for all courses.

        All rows have it beside their own day, so that they can be held against each other.
        """
        lags = self._made.lags.get(rung)
        if lags is None:
            return today
        return NO_DAY + KIND * min((lag for lag in lags.values() if lag), default=0) + build

    def _last_start(self, day: float) -> float:
        """Return the last day until then on which a course began: days without one tell the same."""
        place = bisect_right(self._starts, day)
        return self._starts[place - 1] if place and day < NO_DAY else day

    def _lay_out(self, builds: Sequence[Mapping[tuple[str, Row], list[tuple[Key, Point]]]]) -> None:
        """Give each day that is told a column, and another where a later build tells another number."""
        self._first: dict[tuple[Key, int, float], int] = {}
        columns = set()
        for build, said in enumerate(builds):
            for key, (curve, day, number) in (one for ones in said.values() for one in ones):
                same = self._first.setdefault((key, curve, day), number) == number
                columns.add((day, 0 if same else build + 1))
        columns |= {(day, 0) for own in self._own.values() for pair in own.items() for day in pair}
        ordered = sorted(columns)
        self._place = {column: at for at, column in enumerate(ordered, start=1)}
        self._columns = len(ordered) + 1
        self._days = np.array([-np.inf, *(day for day, _ in ordered)])
        kinds = np.maximum(self._days - NO_DAY, -1) // KIND
        ends = [*(np.flatnonzero(np.diff(kinds)) + 1).tolist(), self._columns]
        self._runs = [slice(*pair) for pair in pairwise([0, *ends])]

    def _same(self, row: Row) -> Pair:
        """Return the columns of no one day of which a row has one, and those of its days."""
        own = self._own.get(row[:1], {})
        places = [(self._place[aside, 0], self._place[day, 0]) for aside, day in own.items()]
        one, other = np.array(places, np.int64).reshape(-1, 2).T
        return one, other

    def _put(
        self, into: dict[Key, Known], said: Iterable[tuple[Key, Point]], build: int, when: int
    ) -> None:
        for key, (curve, day, number) in said:
            if key not in into:
                numbers, told = self._of(key)
                into[key] = numbers.copy(), told.copy()
            version = 0 if self._first[key, curve, day] == number else build + 1
            place = self._place[day, version]
            into[key][0][curve, place] = number
            into[key][1][curve, place] |= when

    def _of(self, key: Key) -> Known:
        """Return what is known of a row or value; at least on which days it held nobody."""
        if key in self._known:
            return self._known[key]
        numbers = np.full((len(CURVES), self._columns), np.nan)
        row, value = key
        keys = ((row, ""), ((), value))
        opened = max((self._opened.get(one, -np.inf) for one in keys), default=-np.inf)
        numbers[:, self._days < opened] = 0
        numbers[:, 0] = 0
        told = np.full(numbers.shape, NOT_TOLD)
        told[:, 0] = NOBODY
        return numbers, told

    def _openings(self, earlier: Sequence[Snapshot]) -> dict[Key, float]:
        """Return before which day rows and values held nobody: a value's first month is known, and
        pages list each row and value that holds anybody.
        """
        found = {key: float(day.toordinal()) for key, day in self._made.opened.items()}
        values = [((), value) for values in self._values.values() for value in values]
        rows = [(row, "") for rows in self._rows.values() for row in rows]
        for build, one in enumerate(earlier):
            if one.listed is not None:
                day = self._last_start(self._today(one.through, build)) + 1
                for key in (*rows, *values):
                    if key not in one.listed:
                        found[key] = max(found.get(key, day), day)
        return found

    def _wholes(self, key: Key) -> Iterator[Whole]:
        """Yield the wholes with their parts that a row or value is of."""
        row, value = key
        yield key, ""
        if row in self._parents:
            yield (self._parents[row], value), ""
        if value:
            yield (row, ""), value.partition("=")[0]
        else:
            yield from ((key, column) for column in self._values)

    def _parts(self, whole: Whole) -> list[Key]:
        (row, value), column = whole
        if column:
            return [(row, one) for one in self._values.get(column, ())]
        return [(child, value) for child in self._rows.get(row, ())]

    def _settle(
        self, known: dict[Key, Known], touched: Iterable[Key], *, check: bool
    ) -> Key | None:
        """Fill in what follows for whom from what is known anew; return of whom few show, if of any."""
        waiting = dict.fromkeys(whole for key in touched for whole in self._wholes(key))
        while waiting:
            whole = next(iter(waiting))
            del waiting[whole]
            parts = self._parts(whole)
            if not any(key in known or key in self._known for key in parts):
                parts = []  # of whom nothing is told: then the whole is held against itself only
            keys = [whole[0], *parts]
            each = [known.get(key) or self._of(key) for key in keys]
            cube, told = (np.stack(side) for side in zip(*each, strict=True))
            before = (~np.isnan(cube)).sum(axis=(1, 2))
            fill(cube, self._days, self._runs, [self._same(row) for row, _ in keys])
            if check:
                enough = [self._enough.get(row, self._smallest) for row, _ in keys]
                for at, key in enumerate(keys):
                    if few_between(cube[at], told[at], self._smallest, enough[at]):
                        return key
                if parts and few_left(cube, told, self._smallest, enough[0]):
                    return keys[0]
            for at in np.flatnonzero((~np.isnan(cube)).sum(axis=(1, 2)) > before).tolist():
                known[keys[at]] = cube[at], told[at]
                waiting |= dict.fromkeys(one for one in self._wholes(keys[at]) if one != whole)
        return None


def rows_beneath(made: Plan, earlier: Sequence[Snapshot]) -> dict[Row, list[Row]]:
    """Return the rows beneath each row, also those that are listed no more."""
    found = {row: list(children) for row, children in made.children.items()}
    beneath = {child for children in found.values() for child in children}
    beneath |= {row for _, row in made.units} | set(found)
    beneath |= {row for row, value in made.listed or () if not value}
    for row in dict.fromkeys(row for one in earlier for _, row in one.units):
        outside = made.counted is not None and row[:1] not in made.counted
        if row and row not in beneath and not (outside and len(row) == 1):
            found.setdefault(row[:-1], []).append(row)
            beneath.add(row)
    return found


def _values(made: Plan, earlier: Sequence[Snapshot]) -> dict[str, list[str]]:
    """Return the values of each column as units name them, also those that are there no more."""
    named = [*made.apart]
    for one in earlier:
        for (rung, _), unit in one.units.items():
            column = rung.rpartition(" ")[0]
            if column in GROUPS:
                named += [(column, part) for part in unit.parts if part != OTHERS]
    found: dict[str, list[str]] = {}
    for column, part in dict.fromkeys(named):
        found.setdefault(column, []).append(told(column, part))
    return found
