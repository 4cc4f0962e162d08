"""How many rows carry a rate under cms11, beside how many would if each row's own counts decided.

`python -m tests.reference.rows_released PRACTICE` draws courses of a built practice, 500 to 5,000 of them
(with replacement), and writes rows_released.csv: means over twenty draws of rows by condition, of the
page without a filter and of the pages of all clinics. `allowed` are rows whose own counts would let them
show a rate. `possible` is the most of them that can show one without a leak by subtraction, whatever the
method: no row less the rows shown beneath it may be a small group. `shown` are those that do;
`together` the rows beside them that show the rate of what is hidden, added up.
"""

import sys
from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
import polars as pl

from pipelines import open_practice
from pipelines.disclosure import disclose
from pipelines.estimates.basis import Basis, status_column
from pipelines.estimates.result import Provenance, Question, Result

HERE = Path(__file__).parent
SIZES, DRAWS, SMALLEST = (500, 1_000, 2_000, 5_000), 20, 11
DUE = ("responded", "not_responded", "not_assessed")
BY = ("category", "subtype")
NAMES = ("rows", "allowed", "possible", "shown", "together")
Cell = tuple[int, ...]  # courses by DUE, then all others
Most = dict[Cell, int]  # what is left over, each number at most SMALLEST, and rows shown without it


def page(basis: Basis, made: Provenance, where: Mapping[str, tuple[str, ...]]) -> tuple[int, ...]:
    """Return how many rows of a page there are, by NAMES."""
    frame = basis.frame.with_columns(status=status_column("response", basis.window))
    for column, values in where.items():
        frame = frame.filter(pl.col(column).is_in(list(values)))
    headline = basis.definitions["categories"].filter("headline")["category"].to_list()
    whole = cell(frame.filter(pl.col("category").is_in(headline)))
    own = int(is_allowed(whole, uncut=not where))
    rows, outside = 1, 0
    inside: Most = {(0, 0, 0): 0}
    for (category,), courses in frame.group_by("category"):
        parts = [
            cell(part) for (subtype,), part in courses.group_by("subtype") if subtype is not None
        ]
        counted = cell(courses)
        rows += 1 + len(parts)
        own += sum(is_allowed(one, uncut=not where) for one in (counted, *parts))
        found = most(counted, parts, uncut=not where)
        if category in headline:
            inside = best(
                (tuple(min(a + b, SMALLEST) for a, b in zip(left, more, strict=True)), one + other)
                for left, one in inside.items()
                for more, other in found.items()
            )
        else:
            outside += max(found.values())
    with_whole = (
        [1 + shown for left, shown in inside.items() if is_large(left)]
        if is_allowed(whole, uncut=not where)
        else []
    )
    question = Question(by=BY, where=where)
    empty = tuple(pl.DataFrame() for _ in range(len(BY) + 1))  # only blocks are printed
    result = Result(question, empty, pl.DataFrame(), basis.definitions, made, basis)
    finding = disclose(result, "cms11")
    possible = outside + max(*with_whole, *inside.values(), 0)
    levels = (*finding.levels[:2], finding.frame.filter(pl.col("subtype").is_not_null()))
    return (rows, own, possible, rated(levels), rated(finding.together))


def cell(courses: pl.DataFrame) -> Cell:
    """Return the courses by what became of them."""
    due = [int((courses["status"] == status).sum()) for status in DUE]
    return (*due, courses.height - sum(due))


def is_large(numbers: Iterable[int]) -> bool:
    """Return whether no number is small."""
    return all(number == 0 or number >= SMALLEST for number in numbers)


def is_allowed(counted: Cell, *, uncut: bool) -> bool:
    """Return whether a row's own counts let it show a rate; with a filter only those due are told."""
    return counted[0] + counted[1] > 0 and is_large(counted if uncut else counted[: len(DUE)])


def most(counted: Cell, parts: list[Cell], *, uncut: bool) -> Most:
    """Return for a row with its parts how many can show a rate, by what is left over for the row above."""
    can = [part for part in parts if is_allowed(part, uncut=uncut)]
    found = []
    for number in range(len(can) + 1):
        for shown in combinations(can, number):
            left = [counted[at] - sum(part[at] for part in shown) for at in range(len(DUE))]
            found.append((tuple(min(value, SMALLEST) for value in left), number))
            if is_allowed(counted, uncut=uncut) and is_large(left):
                found.append(((0, 0, 0), number + 1))
    return best(found)


def best(found: Iterable[tuple[Cell, int]]) -> Most:
    """Return the most rows for each thing left over."""
    kept: Most = {}
    for left, shown in found:
        kept[left] = max(shown, kept.get(left, 0))
    return kept


def rated(levels: Iterable[pl.DataFrame]) -> int:
    """Return how many rows show a rate."""
    return sum(
        level.filter(~pl.col("hidden") & (pl.col("assessed") > 0)).height for level in levels
    )


def table(folder: Path) -> pl.DataFrame:
    """Return a row for each number of courses: means of NAMES, by condition and on pages of clinics."""
    practice = open_practice(folder)
    whole, made = practice.basis, practice.provenance
    clinics = whole.frame["clinic_key"].unique().sort().to_list()
    chance = np.random.default_rng(20_261_126)
    rows = []
    for size in SIZES:
        drawn = []
        for _ in range(DRAWS):
            picked = chance.integers(0, whole.frame.height, size)
            frame = whole.frame[picked].with_columns(
                pl.Series("patient_key", [str(n) for n in range(size)])
            )
            basis = replace(whole, load=frame.clone, load_tallies=tuple)
            pages = [page(basis, made, {"clinic_key": (clinic,)}) for clinic in clinics]
            drawn.append((*page(basis, made, {}), *np.sum(pages, axis=0).tolist()))
        rows.append((size, *np.mean(drawn, axis=0).round(1).tolist()))
    names = [*NAMES, *(f"clinic_{name}" for name in NAMES)]
    return pl.DataFrame(rows, schema=["courses", *names], orient="row")


if __name__ == "__main__":
    found = table(Path(sys.argv[1]))
    found.write_csv(HERE / "rows_released.csv")
    with pl.Config(tbl_cols=-1):
        print(found)
