"""An attacker who keeps every release: bounds the new persons of each row between two builds.

A practice grows week by week: courses start, come due nine weeks later, and are followed up or not.
The attacker knows all that was let out on each build, that counts are whole, and that courses started,
due, assessed and responded never become fewer; it does not know any course.

`python -m tests.disclosure.over_time PRACTICES` runs it over 52 weekly builds.
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import csr_matrix

from pipelines.definitions import Definitions, load
from pipelines.disclosure.plan import Plan, plan
from pipelines.disclosure.release import Snapshot, next_release
from pipelines.disclosure.units import Row, Unit
from pipelines.estimates.basis import GROUPS, Basis, status_column

Floats = NDArray[np.float64]
WINDOW, SMALLEST = "post_induction", 11
STATUSES = ("not_yet_due", "not_assessed", "responded", "not_responded")
WEEKS_UNTIL_DUE = 9
EPSILON = 1e-6
GROWING = (
    STATUSES,
    STATUSES[1:],
    STATUSES[2:],
    ("responded",),
)  # started, due, assessed, responded
FIRST = date(2024, 1, 1)


@dataclass(frozen=True)
class Growing:
    """A practice that grows: one row per course with condition, group, week of start and outcome."""

    courses: pl.DataFrame
    definitions: Definitions

    def at(self, week: int) -> pl.DataFrame:
        """Return the courses that had started by a week, with their status then."""
        due = pl.col("week") + WEEKS_UNTIL_DUE <= week
        status = pl.when(due).then("outcome").otherwise(pl.lit("not_yet_due"))
        return self.courses.filter(pl.col("week") <= week).with_columns(
            status.alias(status_column("response", WINDOW))
        )

    def build(self, week: int) -> Plan:
        """Return the plan of the build of a week."""
        through = FIRST + timedelta(weeks=week)
        frame = self.at(week)
        return plan(Basis(lambda: frame, tuple, WINDOW, through, self.definitions), SMALLEST)


def growing(
    chance: np.random.Generator, weekly: float, weeks: int, definitions: Definitions
) -> Growing:
    """Return a practice that starts so many courses a week on average, from 60 weeks before the first build."""
    headline = definitions["categories"].filter("headline")["category"].to_list()
    conditions = (
        definitions["subtypes"]
        .filter(pl.col("category").is_in(headline))
        .select("category", "subtype")
        .rows()
    )
    week = np.repeat(np.arange(-60, weeks), chance.poisson(weekly, weeks + 60))
    many = len(week)
    condition = chance.choice(
        len(conditions), many, p=chance.dirichlet(np.full(len(conditions), 0.5))
    )
    months = [FIRST + timedelta(weeks=int(n)) for n in week]
    frame = pl.DataFrame(
        {
            "course_key": [str(n) for n in range(many)],
            "patient_key": [str(n) for n in range(many)],
            "category": [conditions[n][0] for n in condition],
            "subtype": [conditions[n][1] for n in condition],
            **{
                name: [f"{name} {n}" for n in chance.choice(3, many, p=chance.dirichlet([1, 1, 1]))]
                for name in GROUPS
            },
            "start_month": [day.replace(day=1) for day in months],
            "week": week,
            "outcome": chance.choice(STATUSES[1:], many, p=chance.dirichlet([2, 2, 2])),
        }
    )
    return Growing(frame, definitions)


def releases(practice: Growing, weeks: Sequence[int], *, guarded: bool = True) -> list[Snapshot]:
    """Return what is let out anew on the build of each week; unguarded, all that each build may show."""
    found: list[Snapshot] = []
    for week in weeks:
        made = practice.build(week)
        if guarded:
            found.append(next_release(made, found, str(week), None, SMALLEST)[1])
        else:
            found.append(Snapshot(str(week), None, made.units))
    return found


def computed(practice: Growing, weeks: Sequence[int], out: Sequence[Snapshot]) -> Iterator[str]:
    """Yield each row whose new persons between two builds, 1 to 10 of them, follow from the releases."""
    attack = _Attack(practice, weeks, out)
    for row, statuses, first, last, real in attack.fixed():
        yield f"{row}: {real} new {statuses[-1]} from week {weeks[first]} to {weeks[last]}"


class _Attack:
    """The unknowns: courses of each condition, by status, on each build; and what is known of them."""

    def __init__(self, practice: Growing, weeks: Sequence[int], out: Sequence[Snapshot]) -> None:
        leaves = practice.courses.select("category", "subtype").unique().sort(pl.all()).rows()
        self.leaves: list[Row] = leaves
        self.rows: list[Row] = [(), *dict.fromkeys((leaf[0],) for leaf in leaves), *leaves]
        self.weeks = weeks
        self.truth = np.concatenate([self._counted(practice.at(week)) for week in weeks])
        told, values = [], []
        for place, snapshot in enumerate(out):
            for (rung, row), unit in snapshot.units.items():
                for statuses, number in _told(rung, unit):
                    told.append(self.of(row, statuses, place))
                    values.append(number)
        self.told, self.values = csr_matrix(np.array(told)), np.array(values, np.float64)
        assert np.allclose(self.told @ self.truth, self.values)
        self.grown = csr_matrix(np.array([
            self.of(leaf, statuses, place) - self.of(leaf, statuses, place + 1)
            for leaf in leaves for statuses in GROWING for place in range(len(weeks) - 1)
        ]))  # fmt: skip
        self.sums = [(row, statuses) for row in self.rows for statuses in GROWING]
        self.sum_of = csr_matrix(np.array([
            self.of(row, statuses, place)
            for row, statuses in self.sums for place in range(len(weeks))
        ]))  # fmt: skip

    def of(self, row: Row, statuses: Sequence[str], place: int) -> Floats:
        """Return which unknowns add up to a row's courses with some statuses on a build."""
        inside = np.array([leaf[: len(row)] == row for leaf in self.leaves], np.float64)
        cells = np.outer(inside, [status in statuses for status in STATUSES]).ravel()
        whole = np.zeros((len(self.weeks), len(cells)))
        whole[place] = cells
        return whole.ravel()

    def _counted(self, courses: pl.DataFrame) -> Floats:
        column = status_column("response", WINDOW)
        number = dict(
            courses.group_by("category", "subtype", column).len().select(
                pl.concat_list(pl.col("category", "subtype", column).fill_null("none")), "len"
            ).map_rows(lambda row: ("|".join(row[0]), row[1])).rows()
        )  # fmt: skip
        keys = ["|".join([leaf[0] or "", leaf[1] or "none"]) for leaf in self.leaves]
        return np.array(
            [number.get(f"{key}|{status}", 0) for key in keys for status in STATUSES], np.float64
        )

    def fixed(self) -> Iterator[tuple[Row, tuple[str, ...], int, int, int]]:
        """Yield the sums of 1 to 10 new persons that can be no others: row, statuses, builds, persons.

        Ways to fill in what is not known are tried that make as many sums as possible as small, or as
        large, as may be; each is evidence for all sums that it makes others than they are.
        """
        real = self._new(self.truth)
        open_ = (real > 0) & (real < SMALLEST)
        for sign in (1, -1):
            before = -1
            while open_.any() and before != open_.sum():
                before = int(open_.sum())
                tried = self._solved(sign * self._weights(open_))
                if tried is not None:
                    open_ &= np.abs(self._new(tried) - real) < 1 - EPSILON
        for which, first, last in np.argwhere(open_).tolist():
            target = np.zeros(self.sum_of.shape[0])
            target[which * len(self.weeks) + last], target[which * len(self.weeks) + first] = 1, -1
            if self._is_known(self.sum_of.T @ target):
                yield (*self.sums[which], first, last, int(real[which, first, last]))

    def _new(self, cells: Floats) -> Floats:
        """Return the new persons of each sum from each build to each later one; 0 where it is none."""
        count = (self.sum_of @ cells).reshape(len(self.sums), len(self.weeks))
        return np.triu(count[:, None, :] - count[:, :, None], 1)

    def _weights(self, chosen: NDArray[np.bool_]) -> Floats:
        """Return how often each unknown counts in the sum of the chosen numbers of new persons."""
        weight = chosen.sum(axis=1).astype(np.float64) - chosen.sum(axis=2)
        return np.asarray(self.sum_of.T @ weight.ravel(), np.float64)

    def _is_known(self, target: Floats) -> bool:
        """Return whether a sum of unknowns can be one whole number only."""
        least, most = self._solved(target), self._solved(-target)
        if least is None or most is None:
            return False
        return bool(np.ceil(target @ least - EPSILON) >= np.floor(target @ most + EPSILON))

    def _solved(self, objective: Floats) -> Floats | None:
        """Return the way of filling in that makes an objective smallest; None where it has no end."""
        found = linprog(
            objective, A_eq=self.told, b_eq=self.values, A_ub=self.grown,
            b_ub=np.zeros(self.grown.shape[0]), bounds=(0, None), method="highs",
        )  # fmt: skip
        if found.status == 3:
            return None
        assert found.status == 0, found.message
        return np.asarray(found.x, np.float64)


def _told(rung: str, unit: Unit) -> Iterator[tuple[tuple[str, ...], int]]:
    """Yield the statuses of each block of a rung of the headline measure, with its courses."""
    if rung == "started":
        yield STATUSES, unit.courses
    elif rung == "due":
        yield STATUSES[1:], unit.having({"due": "due"})
    elif rung == "responded":
        yield ("responded",), unit.having({"responded": "responded"})
    elif rung == "missing":
        for status in STATUSES[1:]:
            yield (status,), unit.having({"missing": status})


def main(practices: int, seed: int = 20_261_126) -> None:
    """Run the attacker over 52 weekly builds, with the ledger's rule and without it."""
    definitions, chance = load(), np.random.default_rng(seed)
    weeks = list(range(52))
    broken, naive = 0, 0
    for number in range(practices):
        practice = growing(chance, float(chance.uniform(3, 30)), 52, definitions)
        found = list(computed(practice, weeks, releases(practice, weeks)))
        broken += bool(found)
        if found:
            print(number, *found[:5], sep="\n  ", flush=True)
        bare = releases(practice, weeks, guarded=False)
        naive += next(computed(practice, weeks, bare), None) is not None
    print(f"{practices} practices; broken: {broken}; without the rule: {naive}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
