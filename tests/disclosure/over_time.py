"""An attacker who keeps every release and a calendar: bounds who began between any two weeks.

A practice grows week by week: courses start, come due some weeks later for each window, later in one
condition than in others, and are followed up or not. The attacker knows all that was let out on each
build, after how many weeks courses are due, in which month each week lies, when a clinic opened and
which conditions and clinics pages listed; it does not know any course. So all that is told is sums of the
same unknowns: the courses of each condition, clinic, week and outcome.

`python -m tests.disclosure.over_time PRACTICES` runs it over 52 weekly builds.
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import product

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import csr_matrix

from pipelines.definitions import Definitions, load
from pipelines.disclosure.plan import Plan, plan
from pipelines.disclosure.release import next_release
from pipelines.disclosure.snapshot import Snapshot
from pipelines.disclosure.units import DUE, LATER, NO_PART, OTHERS, WIDTH_MONTHS, Row, Unit
from pipelines.estimates.basis import GROUPS, Basis, status_column

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
WINDOW, SMALLEST = "post_induction", 11
NO_BASELINE, BELOW_FLOOR = "no_baseline", "below_floor"
OUTCOMES = (  # in the headline window and in the early one, of which neither follows from the other
    ("not_assessed", "not_assessed"),
    ("not_assessed", "responded"),
    ("responded", "not_assessed"),
    ("responded", "responded"),
    ("responded", "not_responded"),
    ("not_responded", "not_responded"),
    ("not_responded", "responded"),
    (NO_BASELINE, NO_BASELINE),
    (BELOW_FLOOR, BELOW_FLOOR),
)
WEEKS_UNTIL_DUE = {
    "early": (4, 4),
    WINDOW: (9, 11),
    "week_8": (13, 14),
    "week_12": (17, 18),
}  # quick, slow
WINDOW_OF = {"early": "early", "week_8_due": "week_8", "week_8": "week_8",
             "week_12_due": "week_12", "week_12": "week_12"}  # fmt: skip
ELIGIBLE = np.array([own in DUE for own, _ in OUTCOMES])
SUMS: dict[str, Flags] = {
    "started": ELIGIBLE | True,
    "eligible": ELIGIBLE,
    **{own: np.array([own == name for name, _ in OUTCOMES]) for own, _ in OUTCOMES},
    **{f"early {early}": np.array([early == name for _, name in OUTCOMES])
       for early in DUE},
}  # fmt: skip
CLINICS, LEAVES = 3, 4
BEFORE = 60  # weeks of courses before the first build
FIRST = date(2024, 1, 1)
LARGEST = 1_000  # courses of one condition, clinic and outcome in a week
EPSILON = 1e-6


@dataclass(frozen=True)
class Growing:
    """A practice that grows: courses by condition, clinic, week of start and outcome.

    `number` has that shape, its weeks from BEFORE the first build on; `leaves` are the conditions, of
    which those of the category `slow` are due later.
    """

    leaves: tuple[tuple[str, str], ...]
    slow: str | None
    number: NDArray[np.int64]
    courses: pl.DataFrame
    definitions: Definitions

    def build(self, week: int) -> Plan:
        """Return the plan of the build of a week."""
        frame = self.courses.filter(pl.col("week") <= week).with_columns(
            *[self._status(window, week).alias(status_column("response", window))
              for window in WEEKS_UNTIL_DUE],
            self._improvement(week).alias(status_column("improvement", WINDOW)),
        )  # fmt: skip
        due_from = _day(week - max(WEEKS_UNTIL_DUE[WINDOW]))
        made = plan(Basis(lambda: frame, tuple, WINDOW, due_from, self.definitions), SMALLEST)
        lags = {
            rung: {name: 7 * self.weeks(WINDOW_OF.get(rung, WINDOW), name) for name in by}
            for rung, by in made.lags.items()
        }
        return replace(made, lags=lags, starts=[_day(n) for n in range(-BEFORE, week + 1)])

    def weeks(self, window: str, category: str | None) -> int:
        """Return after how many weeks courses of a category are due."""
        return WEEKS_UNTIL_DUE[window][category == self.slow]

    def listed(self, week: int) -> pl.DataFrame:
        """Return the conditions with clinics of which a course had begun by a week."""
        return self.courses.filter(pl.col("week") <= week).select(
            "category", "subtype", "clinic_key"
        )

    def _due(self, window: str, now: int) -> pl.Expr:
        quick, slow = WEEKS_UNTIL_DUE[window]
        weeks = pl.when(pl.col("category") == pl.lit(self.slow)).then(slow).otherwise(quick)
        return pl.col("week") + weeks <= now

    def _status(self, window: str, now: int) -> pl.Expr:
        """Return what became of each course in a window."""
        judged = {WINDOW: pl.col("outcome"), "early": pl.col("early")}.get(
            window, pl.lit("not_assessed")
        )
        never = pl.col("outcome").is_in([NO_BASELINE, BELOW_FLOOR])
        of_due = pl.when(self._due(window, now)).then(judged).otherwise(pl.lit("not_yet_due"))
        return pl.when(never).then("outcome").otherwise(of_due)

    def _improvement(self, now: int) -> pl.Expr:
        """Return whether each course improved: as it responded, and none below the floor."""
        below = pl.col("outcome") == BELOW_FLOOR
        judged = pl.when(below).then(pl.lit("not_responded")).otherwise("outcome")
        of_due = pl.when(self._due(WINDOW, now)).then(judged).otherwise(pl.lit("not_yet_due"))
        return pl.when(pl.col("outcome") == NO_BASELINE).then("outcome").otherwise(of_due)


def growing(
    chance: np.random.Generator, weekly: float, weeks: int, definitions: Definitions
) -> Growing:
    """Return a practice that starts so many courses a week on average; its last clinic opens midway."""
    headline = pl.col("category").is_in(definitions.headline)
    known = definitions["subtypes"].select("category", "subtype")
    conditions, others = known.filter(headline).rows(), known.filter(~headline).rows()
    leaves = [conditions[n] for n in sorted(chance.choice(len(conditions), LEAVES, False))]
    if chance.random() < 0.4:  # a condition that all together does not count
        leaves[-1] = others[int(chance.integers(len(others)))]
    slow = leaves[0][0] if chance.random() < 0.4 else None
    shape = (LEAVES, CLINICS, BEFORE + weeks, len(OUTCOMES))
    share = np.ones(shape)
    for axis, parts in ((0, LEAVES), (1, CLINICS), (3, len(OUTCOMES))):
        uneven = chance.dirichlet(np.full(parts, 1.0 if axis == 1 else 0.7))
        share *= np.expand_dims(uneven, [n for n in range(4) if n != axis])
    if chance.random() < 0.3:  # every course has a baseline
        share[..., -2] = 0
    if chance.random() < 0.3:  # and none is below the floor
        share[..., -1] = 0
    share[:, -1, : BEFORE + int(chance.integers(-BEFORE // 2, weeks))] = 0
    number = chance.poisson(weekly * share)
    leaf, clinic, week, outcome = np.repeat(np.argwhere(number >= 0), number.ravel(), axis=0).T
    keys = [str(n) for n in range(len(leaf))]
    courses = pl.DataFrame(
        {
            "course_key": keys,
            "patient_key": keys,
            "category": [leaves[n][0] for n in leaf],
            "subtype": [leaves[n][1] for n in leaf],
            **{name: ["any"] * len(leaf) for name in GROUPS},
            "clinic_key": [_clinic(n) for n in clinic],
            "start_month": [_day(int(n) - BEFORE).replace(day=1) for n in week],
            "week": week - BEFORE,
            "outcome": [OUTCOMES[n][0] for n in outcome],
            "early": [OUTCOMES[n][1] for n in outcome],
        }
    )
    return Growing(tuple(leaves), slow, number, courses, definitions)


def releases(practice: Growing, weeks: Sequence[int], *, guarded: bool = True) -> list[Snapshot]:
    """Return what is let out anew on the build of each week; unguarded, all that each build may show."""
    found: list[Snapshot] = []
    for week in weeks:
        made = practice.build(week)
        if guarded:
            through = str(_day(week))
            found.append(next_release(made, found, str(week), through, SMALLEST)[1])
        else:
            found.append(Snapshot(str(week), None, made.units))
    return found


def computed(practice: Growing, weeks: Sequence[int], out: Sequence[Snapshot]) -> Iterator[str]:
    """Yield each 1 to 10 persons of a row who began between two weeks whose number the releases fix."""
    attack = _Attack(practice)
    for week, snapshot in zip(weeks, out, strict=True):
        attack.see(practice.listed(week), week)
        for (rung, row), unit in snapshot.units.items():
            attack.hear(rung, row, unit, week)
    yield from attack.fixed()


class _Attack:
    """What is told, as equations of the unknowns, and the sums that are small."""

    def __init__(self, practice: Growing) -> None:
        self.practice, self.leaves, self.shape = practice, practice.leaves, practice.number.shape
        self.truth = practice.number.ravel().astype(np.float64)
        self.week = np.arange(self.shape[2]) - BEFORE
        self.month = np.array([f"{_day(int(week)):%Y-%m}" for week in self.week])
        self.rows: list[Row] = [
            (),
            *dict.fromkeys((leaf[0],) for leaf in self.leaves),
            *self.leaves,
        ]
        self.told: dict[bytes, tuple[Flags, int]] = {}
        first = (practice.number.sum(axis=(0, 3)) > 0).argmax(axis=1)
        opened = np.array([self.month >= self.month[week] for week in first])
        self.bounds = np.where(self._spread(opened, (1, 2)), LARGEST, 0)

    def see(self, listed: pl.DataFrame, now: int) -> None:
        """Take in which conditions and clinics are listed in a week; of the others nobody has begun."""
        rows = set(listed.select("category", "subtype").rows())
        leaves = np.array([leaf not in rows for leaf in self.leaves])
        clinics = np.array([_clinic(n) not in listed["clinic_key"] for n in range(CLINICS)])
        nobody = self._spread(leaves, (0,)) | self._spread(clinics, (1,))
        self.bounds[nobody & self._spread(self.week <= now, (2,))] = 0

    def hear(self, rung: str, row: Row, unit: Unit, now: int) -> None:
        """Take in the blocks of a unit let out in a week; those that it does not name hold nobody."""
        started = self._of_row(row) & self._spread(self.week <= now, (2,))
        self._add(started, unit.courses)
        for block, count in unit.counts.items():
            inside = started.copy()
            for label in block.split("|"):
                name, _, value = label.partition("=")
                inside &= self._said(name, value, unit, now)
            self._add(inside, count)

    def _add(self, cells: Flags, count: int) -> None:
        flat = cells.ravel()
        assert flat @ self.truth == count
        self.told[np.packbits(flat).tobytes()] = flat, count

    def _of_row(self, row: Row) -> Flags:
        counted = self.practice.definitions.headline
        inside = [leaf[: len(row)] == row if row else leaf[0] in counted for leaf in self.leaves]
        return self._spread(np.array(inside), (0,))

    def _spread(self, flags: Flags, axes: tuple[int, ...]) -> Flags:
        """Return flags by some of the four axes in the shape of the unknowns."""
        shaped = np.expand_dims(flags, [n for n in range(4) if n not in axes])
        return np.asarray(np.broadcast_to(shaped, self.shape).copy(), np.bool_)

    def _due(self, window: str, now: int) -> Flags:
        """Return who is due if eligible."""
        weeks = np.array([self.practice.weeks(window, leaf[0]) for leaf in self.leaves])
        return self._spread(weeks[:, None] + self.week <= now, (0, 2))

    def _said(self, rung: str, value: str, unit: Unit, now: int) -> Flags:
        """Return of which unknowns a rung tells a value."""
        value = value.replace("%25", "%")
        if value in ("not_asked", "started"):
            return np.ones(self.shape, np.bool_)
        eligible = self._spread(SUMS["eligible"], (3,))
        if rung == "improvement":
            eligible |= self._spread(SUMS[BELOW_FLOOR], (3,))
        due = self._due(WINDOW_OF.get(rung, WINDOW), now) & eligible
        if value in ("not_counted", NO_PART):
            return ~due
        if value == "due":
            return due
        if value == "rest_of_due":
            return due & ~self._spread(SUMS["responded"], (3,))
        if value == "not_yet_due":
            return ~due & eligible
        if value in (NO_BASELINE, BELOW_FLOOR):
            return self._spread(SUMS[value], (3,))
        if rung in WINDOW_OF and rung != "early":
            return due if value == "not_assessed" else np.zeros(self.shape, np.bool_)
        if value in DUE:
            place = 1 if rung == "early" else 0
            named = np.array([one[place] == value for one in OUTCOMES])
            if rung == "improvement" and value == "not_responded":
                named |= SUMS[BELOW_FLOOR]
            return due & self._spread(named, (3,))
        if rung in WIDTH_MONTHS:
            return due & self._spread(self._in_period(value, WIDTH_MONTHS[rung]), (2,))
        return due & self._spread(self._in_part(rung, value, unit), (1,))

    def _in_period(self, value: str, months: int) -> Flags:
        opens = value.removeprefix(LATER)
        if value.startswith(LATER):
            return self.month >= opens
        year, month = int(opens[:4]), int(opens[5:]) + months
        closes = f"{year + (month - 1) // 12}-{(month - 1) % 12 + 1:02}"
        return (self.month >= opens) & (self.month < closes)

    def _in_part(self, rung: str, value: str, unit: Unit) -> Flags:
        if not rung.startswith("clinic_key"):
            return np.ones(CLINICS, np.bool_)
        names = [_clinic(n) for n in range(CLINICS)]
        if value == OTHERS:
            return np.array([name not in unit.parts for name in names])
        return np.array([name == value for name in names])

    def fixed(self) -> Iterator[str]:
        """Yield the sums of 1 to 10 persons that can be no others.

        Ways to fill in what is not known are tried that make as many sums as possible as small, or as
        large, as may be; each is evidence for all sums that it makes others than they are.
        """
        self.equations = csr_matrix(
            np.array([cells for cells, _ in self.told.values()], np.float64)
        )
        self.values = np.array([count for _, count in self.told.values()], np.float64)
        of = list(product(self.rows, (None, *range(CLINICS)), SUMS))
        self.sides = (
            np.array([self._of_row(row)[:, 0, 0, 0] for row in self.rows], np.float64),
            np.concatenate([np.ones((1, CLINICS)), np.eye(CLINICS)]),
            np.array(list(SUMS.values()), np.float64),
        )
        real = self._between(self.truth)
        open_ = (real > 0) & (real < SMALLEST)
        for sign in (1, -1):
            before = -1
            while open_.any() and before != open_.sum():
                before = int(open_.sum())
                tried = self._solved(sign * self._weights(open_))
                open_ &= np.abs(self._between(tried) - real) < 1 - EPSILON
        while open_.any():
            which, first, last = np.argwhere(open_)[0].tolist()
            target = np.zeros((len(of), self.shape[2]))
            target[which, first:last] = 1
            wanted = self._cells(target)
            least, most = self._solved(wanted), self._solved(-wanted)
            if np.ceil(wanted @ least - EPSILON) >= np.floor(wanted @ most + EPSILON):
                row, clinic, name = of[which]
                at = "" if clinic is None else f" at {_clinic(clinic)}"
                yield (
                    f"{row}{at}: {int(real[which, first, last])} {name}"
                    f" in weeks {first - BEFORE} to {last - 1 - BEFORE}"
                )
            open_[which, first, last] = False
            for tried in (least, most):
                open_ &= np.abs(self._between(tried) - real) < 1 - EPSILON

    def _between(self, cells: Floats) -> Floats:
        """Return the persons of each sum who began from one week to before a later one; else 0."""
        whole = cells.reshape(self.shape)
        weekly = np.einsum("rl,kc,so,lcwo->rksw", *self.sides, whole, optimize=True)
        by = weekly.reshape(-1, self.shape[2]).cumsum(axis=1)
        by = np.concatenate([np.zeros((len(by), 1)), by], axis=1)
        return np.triu(by[:, None, :] - by[:, :, None], 1)

    def _weights(self, chosen: Flags) -> Floats:
        """Return how often each unknown counts in the sum of the chosen sums."""
        change = chosen.sum(axis=2).astype(np.float64) - chosen.sum(axis=1)
        return self._cells(change.cumsum(axis=1)[:, :-1])

    def _cells(self, weekly: Floats) -> Floats:
        """Return how often each unknown counts in sums, given how often each sum does in each week."""
        shape = (*(len(side) for side in self.sides), self.shape[2])
        found = np.einsum("rl,kc,so,rksw->lcwo", *self.sides, weekly.reshape(shape), optimize=True)
        return np.asarray(found.ravel(), np.float64)

    def _solved(self, objective: Floats) -> Floats:
        """Return the way of filling in that makes an objective smallest."""
        found = linprog(
            objective, A_eq=self.equations, b_eq=self.values,
            bounds=np.column_stack([np.zeros_like(self.truth), self.bounds.ravel()]), method="highs",
        )  # fmt: skip
        assert found.status == 0, found.message
        return np.asarray(found.x, np.float64)


def _clinic(number: int) -> str:
    return f"clinic {number}"


def _day(week: int) -> date:
    return FIRST + timedelta(weeks=week)


def main(practices: int, seed: int = 20_261_126) -> None:
    """Run the attacker over 52 weekly builds, with the ledger's rule and without it."""
    definitions, weeks = load(), list(range(52))
    broken, naive = 0, 0
    for number in range(seed, seed + practices):
        chance = np.random.default_rng(number)
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
