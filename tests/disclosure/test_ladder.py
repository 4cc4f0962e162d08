"""The ladder: what may be shown of nested rows, on tables drawn by hand and on random ones."""

import random
from dataclasses import dataclass

import numpy as np
import polars as pl
import pytest

from pipelines.disclosure.ladder import NOBODY, Level, Members, climb

Row = tuple[str, ...]
LEVELS: list[list[str]] = [[], ["category"], ["category", "subtype"]]
COLUMNS = (["all"], ["all", "category"], ["all", "category", "subtype"])
RUNGS = ["rung 1", "rung 2", "rung 3"]


@dataclass(frozen=True)
class Drawn:
    """Courses drawn by hand: a person each, by category, subtype and block."""

    frame: pl.DataFrame

    def standings(self, depth: int = 3) -> list[dict[Row, int]]:
        """Return how high the rows of each level stand."""
        levels: list[Level] = []
        labels: list[list[Row]] = []
        for columns in COLUMNS[:depth]:
            rows = self.frame.select(columns).unique().sort(columns).with_row_index("row")
            row = self.frame.join(rows, on=columns, how="left", maintain_order="left")["row"]
            parent = np.full(rows.height, NOBODY)
            if levels:
                parent[row.to_numpy()] = levels[-1].row
            levels.append(Level(row.to_numpy().astype(np.int64), parent))
            labels.append(rows.drop("row", "all").rows() if len(columns) > 1 else [()])
        person = self.frame["patient_key"].rank("dense").to_numpy().astype(np.int64)
        rungs = [self.frame[name].rank("dense").to_numpy().astype(np.int64) - 1 for name in RUNGS]
        found = climb(Members(person, levels, 11), rungs)
        return [
            dict(zip(rows, standing.tolist(), strict=True))
            for rows, standing in zip(labels, found, strict=True)
        ]


def members(cells: dict[tuple[str, str, str], int]) -> Drawn:
    """Return courses of one person each from counts by category, subtype and finest block.

    A block is written as due and responded, `dr`, due and not, `d`, or not due, `-`.
    """
    rows = []
    for (category, subtype, block), count in cells.items():
        for number in range(count):
            due = "due" if block.startswith("d") else "rest"
            rows.append(
                (f"{category}{subtype}{block}{number}", "all", category, subtype, "all", due, block)
            )
    names = ["patient_key", "all", "category", "subtype", *RUNGS]
    return Drawn(pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row"))


def test_rows_stand_where_their_blocks_and_those_left_over_are_0_or_at_least_11() -> None:
    """c is small, so b goes with it, which climbs less than a and d."""
    found = members({
        ("a", "x", "dr"): 11, ("a", "x", "d"): 11, ("a", "x", "-"): 0,
        ("b", "x", "dr"): 10, ("b", "x", "d"): 30, ("b", "x", "-"): 11,
        ("c", "x", "dr"): 5, ("c", "x", "-"): 5,
        ("d", "x", "dr"): 40,
    }).standings(2)  # fmt: skip
    assert found[1] == {("a",): 3, ("b",): 0, ("c",): 0, ("d",): 3}


def test_one_small_child_takes_the_smallest_other_down_with_it() -> None:
    found = members({("a", "x", "dr"): 40, ("a", "y", "dr"): 20, ("a", "z", "dr"): 3}).standings()
    assert found[1] == {("a",): 3}
    assert found[2] == {("a", "x"): 3, ("a", "y"): 0, ("a", "z"): 0}


@pytest.mark.parametrize(("other", "stands"), [(8, 0), (9, 3)])
def test_of_two_listed_rows_each_holds_someone_so_one_person_more_must_be_left(
    other: int, stands: int
) -> None:
    """With 11 left for two rows that both hold someone, neither could hold more than 10."""
    found = members(
        {("a", "x", "dr"): 40, ("a", "y", "dr"): other, ("a", "z", "dr"): 3}
    ).standings()
    assert found[2] == {("a", "x"): stands, ("a", "y"): 0, ("a", "z"): 0}


def test_a_child_never_stands_higher_than_its_parent() -> None:
    found = members(
        {("a", "x", "dr"): 20, ("a", "x", "-"): 20, ("a", "y", "dr"): 20, ("a", "y", "d"): 3}
    ).standings()
    assert found[1] == {("a",): 2}
    assert found[2][("a", "x")] == 2


def test_persons_count_not_courses() -> None:
    frame = members({("a", "x", "dr"): 12}).frame
    twice = frame.with_columns(patient_key=pl.Series([f"p{number // 2}" for number in range(12)]))
    assert Drawn(twice).standings(2) == [{(): 0}, {("a",): 0}]


def test_persons_of_two_hidden_rows_count_once_for_what_is_left() -> None:
    """b and c hold 14 courses, but of 7 persons; so a is not shown either."""
    drawn = members({("a", "x", "dr"): 40, ("b", "x", "dr"): 7, ("c", "x", "dr"): 7})
    key = pl.when(pl.col("category") == "c").then(pl.col("patient_key").str.replace("c", "b"))
    same = Drawn(drawn.frame.with_columns(patient_key=key.otherwise("patient_key")))
    assert drawn.standings(2)[1] == {("a",): 3, ("b",): 0, ("c",): 0}
    assert same.standings(2)[1] == {("a",): 0, ("b",): 0, ("c",): 0}


@pytest.mark.parametrize("seed", range(60))
def test_what_is_left_after_subtracting_every_shown_child_is_never_small(seed: int) -> None:
    draw = random.Random(seed)
    cells = {
        (category, subtype, block): draw.choice([0, 0, 2, 5, 9, 12, 30, 80])
        for category in "abcd"[: draw.randint(1, 4)]
        for subtype in "wxyz"[: draw.randint(1, 4)]
        for block in ("dr", "d", "-")
    }
    made = members(cells)
    if not made.frame.height:
        return
    found = made.standings()
    for depth, columns in enumerate(LEVELS):
        for row, rung in found[depth].items():
            assert not small(of(made.frame, columns, row), rung)
            if depth == 2:
                continue
            for number in range(1, rung + 1):
                children = [c for c in found[depth + 1] if c[:depth] == row]
                off = [c for c in children if found[depth + 1][c] < number]
                left = [of(made.frame, LEVELS[depth + 1], child) for child in off]
                if left:
                    assert not small(pl.concat(left), number), (row, number, off)


def of(frame: pl.DataFrame, columns: list[str], row: Row) -> pl.DataFrame:
    for name, value in zip(columns, row, strict=True):
        frame = frame.filter(pl.col(name) == value)
    return frame


def small(frame: pl.DataFrame, rung: int) -> bool:
    if rung == 0:
        return False
    blocks = frame.group_by(f"rung {rung}").len()["len"]
    return bool(((blocks > 0) & (blocks < 11)).any())
