"""An attacker who reads every page: bounds each hidden count by all that is published.

Published are, under cms11: rates of every measure and window by condition; and for each column of
groups, and for periods, the pages of every value. The attacker knows which ways a course can go, that
counts are whole and not below 0, that a listed condition holds somebody, and nothing of any course.
What it tries to fill in are the courses of each condition and group by the way that they went.

`python -m tests.disclosure.attacker PRACTICES` runs it on so many and prints what it found.
"""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import permutations

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.optimize import LinearConstraint, linprog, milp
from scipy.sparse import csr_matrix, hstack, identity, vstack

from pipelines.definitions import load
from pipelines.disclosure.disclose import disclose
from pipelines.disclosure.units import WIDTH_MONTHS
from pipelines.estimates.basis import GROUPS
from pipelines.estimates.response import STATUSES, response
from pipelines.estimates.result import Provenance, Question, Result
from tests.disclosure.drawn_practices import COLUMNS, LATER, MEASURES, WAYS, Drawn, practice

Floats = NDArray[np.float64]
SMALLEST = 11
BY = ("category", "subtype")
MADE = Provenance("b", "dates", None, None)
SUMS: dict[str, tuple[str, ...]] = {
    "started": STATUSES,
    "due": ("not_assessed", "responded", "not_responded"),
    "assessed": ("responded", "not_responded"),
    "baseline": STATUSES[2:],
    "eligible": STATUSES[3:],
    **{status: (status,) for status in STATUSES},
}
Release = Callable[[Drawn, Question], Sequence[pl.DataFrame]]


@dataclass(frozen=True)
class Scene:
    """What is attacked together: pages, a column that cuts courses, and what of each way matters."""

    name: str
    pages: tuple[Question, ...]
    column: str | None
    statuses: tuple[int, ...]  # places in COLUMNS


@dataclass(frozen=True)
class Cells:
    """The unknowns of a scene: leaves (condition with the values that cut it) by way."""

    leaves: list[tuple[object, ...]]
    ways: list[tuple[str, ...]]
    truth: Floats
    frame: pl.DataFrame


def scenes(drawn: Drawn) -> Iterator[Scene]:
    """Yield measures together, windows together, and each column of groups and time with the whole."""
    whole = Question(by=BY)
    measures = tuple(replace(whole, measure=name) for name in MEASURES)
    yield Scene("measures", measures, None, tuple(range(len(MEASURES))))
    windows = tuple(replace(whole, window=name) for name in ("early", *LATER))
    yield Scene("windows", (whole, *windows), None, (0, *range(len(MEASURES), len(COLUMNS))))
    for column in GROUPS:
        values = drawn.basis.frame[column].unique().sort().to_list()
        filtered = tuple(replace(whole, where={column: (value,)}) for value in values)
        yield Scene(column, (whole, Question(by=(column,)), *filtered), column, (0,))
    yield Scene("time", (whole, *_periods(drawn)), "start_month", (0,))


def _periods(drawn: Drawn) -> Iterator[Question]:
    months = drawn.basis.frame["start_month"].unique().sort()
    for number in WIDTH_MONTHS.values():
        for first in months.dt.truncate(f"{number}mo").unique().sort():
            last = pl.Series([first]).dt.offset_by(f"{number - 1}mo").item()
            yield Question(by=BY, start_from=first, start_to=last)


def released(drawn: Drawn, question: Question) -> Sequence[pl.DataFrame]:
    """Return a page as cms11 publishes it: one frame per level, hidden numbers null."""
    basis = drawn.basis
    levels = tuple(pl.DataFrame() for _ in range(len(question.by) + 1))  # only blocks are printed
    result = Result(question, levels, pl.DataFrame(), basis.definitions, MADE, basis)
    return disclose(result, "cms11").levels


def cell_by_cell(drawn: Drawn, question: Question) -> Sequence[pl.DataFrame]:
    """Return a page that hides each small count by itself, as most dashboards do: the control."""
    counted = response(drawn.courses(question), question, drawn.basis.definitions, MADE)
    small = [
        pl.when(pl.col(name).is_between(1, SMALLEST - 1)).then(None).otherwise(name).alias(name)
        for name in SUMS
    ]
    return [level.with_columns(small) for level in counted.levels]


def leaks(drawn: Drawn, release: Release = released, only: str | None = None) -> Iterator[str]:
    """Yield each hidden count of 1 to 10 that the pages of a scene together bound below 11."""
    for scene in scenes(drawn):
        if only in (None, scene.name):
            yield from _of_scene(drawn, scene, release)


def _of_scene(drawn: Drawn, scene: Scene, release: Release) -> Iterator[str]:
    cells = _cells(drawn, scene)
    told: dict[bytes, tuple[Floats, float]] = {}
    hidden: dict[bytes, tuple[Floats, str]] = {}
    for question in scene.pages:
        for level in release(drawn, question):
            for seen in level.iter_rows(named=True):
                for name, row in _rows(question, seen, scene, cells):
                    value, real = seen[name], float(row @ cells.truth)
                    if value is not None:
                        assert value == real, (scene.name, question, seen, name)
                        told[row.tobytes()] = (row, real)
                    elif 0 < real < SMALLEST:
                        hidden[row.tobytes()] = (
                            row,
                            f"{scene.name}: {question} {name} {seen}"[:300],
                        )
    hidden |= dict(_between_measures(scene, cells))
    targets = [found for key, found in hidden.items() if key not in told]
    if targets:
        listed = [_of_condition(cells, leaf[:depth]) for leaf in cells.leaves for depth in (1, 2)]
        rows, values = [row for row, _ in told.values()], [value for _, value in told.values()]
        attack = _Attack(rows, values, listed)
        yield from attack.bounded(targets)


def _between_measures(scene: Scene, cells: Cells) -> Iterator[tuple[bytes, tuple[Floats, str]]]:
    """Yield small numbers of courses that meet one measure, or in one window, and not another."""
    if scene.column is not None:
        return
    keys = [(), *dict.fromkeys(leaf[:depth] for depth in (1, 2) for leaf in cells.leaves)]
    for met, unmet in permutations(range(len(scene.statuses)), 2):
        going = [way[met] == "responded" and way[unmet] == "not_responded" for way in cells.ways]
        for key in keys:
            inside = [leaf[: len(key)] == key for leaf in cells.leaves]
            row = np.outer(inside, going).astype(np.float64).ravel()
            if 0 < row @ cells.truth < SMALLEST:
                names = [COLUMNS[scene.statuses[place]] for place in (met, unmet)]
                yield row.tobytes(), (row, f"{scene.name}: {key} {' and not '.join(names)}")


def _cells(drawn: Drawn, scene: Scene) -> Cells:
    keys = [*BY, *([scene.column] if scene.column else [])]
    frame = drawn.basis.frame.select(*keys, *(COLUMNS[place] for place in scene.statuses))
    ways = sorted({tuple(way[place] for place in scene.statuses) for way in WAYS})
    conditions = frame.select(BY).unique().sort(BY).rows()
    values = frame[scene.column].unique().sort().to_list() if scene.column else []
    leaves = [(*row, value) for row in conditions for value in values] if values else conditions
    place = {(leaf, way): (n, m) for n, leaf in enumerate(leaves) for m, way in enumerate(ways)}
    truth = np.zeros((len(leaves), len(ways)))
    for row in frame.iter_rows():
        truth[place[row[: len(keys)], row[len(keys) :]]] += 1
    named = pl.DataFrame(leaves, schema={name: frame.schema[name] for name in keys}, orient="row")
    return Cells(leaves, ways, truth.ravel(), named)


def _of_condition(cells: Cells, key: tuple[object, ...]) -> Floats:
    inside = np.array([leaf[: len(key)] == key for leaf in cells.leaves], np.float64)
    return np.outer(inside, np.ones(len(cells.ways))).ravel()


def _rows(
    question: Question, seen: dict[str, object], scene: Scene, cells: Cells
) -> Iterator[tuple[str, Floats]]:
    """Yield each count of a row of a page with the unknowns that it adds up."""
    keys = [*BY, *([scene.column] if scene.column else [])]
    wanted = {name: seen[name] for name in keys if name in seen and name in question.by}
    wanted |= {name: values[0] for name, values in question.where.items()}

    kept = [pl.col(name).eq_missing(pl.lit(value)) for name, value in wanted.items()]
    if question.start_from is not None:
        kept.append(pl.col("start_month") >= question.start_from)
    if question.start_to is not None:
        kept.append(pl.col("start_month") <= question.start_to)
    inside = cells.frame.with_columns(inside=pl.all_horizontal(pl.lit(value=True), *kept))["inside"]
    counted = inside.to_numpy().astype(np.float64)
    column = COLUMNS.index(f"{question.measure} in {question.window}")
    place = scene.statuses.index(column)
    for name, statuses in SUMS.items():
        going = np.array([way[place] in statuses for way in cells.ways], np.float64)
        yield name, np.outer(counted, going).ravel()


class _Attack:
    """What is told, as equations, and what everybody can see: listed conditions hold somebody."""

    def __init__(
        self, rows: Sequence[Floats], values: Sequence[float], listed: Iterable[Floats]
    ) -> None:
        self.told, self.values = csr_matrix(np.array(rows)), np.array(values)
        self.listed = csr_matrix(np.unique(np.array(list(listed)), axis=0))

    def bounded(self, targets: Sequence[tuple[Floats, str]]) -> Iterator[str]:
        """Yield the names of targets that no way of filling in lets be 11 or more."""
        left = list(targets)
        while left:
            certified = self._together(csr_matrix(np.array([row for row, _ in left])))
            if not certified.any():
                break
            left = [one for one, sure in zip(left, certified, strict=True) if not sure]
        for row, name in left:
            if not self._alone(row):
                yield name

    def _together(self, rows: csr_matrix) -> NDArray[np.bool_]:
        """Return which targets one way of filling in lets be 11 or more, as many as it can."""
        many, unknowns = rows.shape
        found = linprog(
            np.concatenate([np.zeros(unknowns), -np.ones(many)]),
            A_eq=hstack([self.told, csr_matrix((len(self.values), many))]),
            b_eq=self.values,
            A_ub=vstack([
                hstack([-rows, identity(many)]),
                hstack([-self.listed, csr_matrix((self.listed.shape[0], many))]),
            ]),
            b_ub=np.concatenate([np.zeros(many), -np.ones(self.listed.shape[0])]),
            bounds=[(0, None)] * unknowns + [(0, SMALLEST)] * many,
            method="highs",
        )  # fmt: skip
        assert found.status == 0, found.message
        return np.asarray(found.x[unknowns:] >= SMALLEST - 1e-6, np.bool_)

    def _alone(self, row: Floats) -> bool:
        """Return whether some way of filling in lets a target be 11 or more, in whole numbers."""
        found = milp(
            -row,
            constraints=[
                LinearConstraint(self.told, self.values, self.values),
                LinearConstraint(self.listed, 1, np.inf),
            ],
            integrality=np.ones_like(row),
        )
        if found.x is None:
            assert found.status in (3, 4), found.message  # unbounded
            return True
        return bool(-found.fun > SMALLEST - 1e-6)


def main(practices: int, seed: int = 20_261_126) -> None:
    """Run the attacker and its control on drawn practices of 200 to 5,000 courses."""
    definitions = load()
    chance = np.random.default_rng(seed)
    broken = {"cms11": 0, "cell by cell": 0}
    for number in range(practices):
        drawn = practice(chance, int(chance.integers(200, 5_001)), definitions)
        found = list(leaks(drawn))
        broken["cms11"] += bool(found)
        if found:
            print(number, len(found), *found[:3], sep="\n  ", flush=True)
        broken["cell by cell"] += next(leaks(drawn, cell_by_cell, "measures"), None) is not None
    print(f"{practices} practices; broken: {broken}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
