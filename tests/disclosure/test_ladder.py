"""The ladder: what may be shown of nested rows, on tables drawn by hand and on random ones."""

import random

import polars as pl
import pytest

from pipelines.disclosure.ladder import Members, standings

LEVELS: list[list[str]] = [[], ["category"], ["category", "subtype"]]
RUNGS = ["rung 1", "rung 2", "rung 3"]


def members(cells: dict[tuple[str, str, str], int]) -> Members:
    """Return courses of one person each from counts by category, subtype and finest block.

    A block is written as due and responded, `dr`, due and not, `d`, or not due, `-`.
    """
    rows = []
    for (category, subtype, block), count in cells.items():
        for number in range(count):
            due = "due" if block.startswith("d") else "rest"
            rows.append(
                (f"{category}{subtype}{block}{number}", category, subtype, "all", due, block)
            )
    names = ["patient_key", "category", "subtype", *RUNGS]
    return Members(
        pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row"), RUNGS, 11
    )


def test_rows_stand_where_their_blocks_and_those_left_over_are_0_or_at_least_11() -> None:
    """c is small, so a goes with it; what both have that is not due is small, so b joins them."""
    found = standings(
        members({
            ("a", "x", "dr"): 11, ("a", "x", "d"): 11, ("a", "x", "-"): 0,
            ("b", "x", "dr"): 10, ("b", "x", "d"): 30, ("b", "x", "-"): 11,
            ("c", "x", "dr"): 5, ("c", "x", "-"): 5,
            ("d", "x", "dr"): 40,
        }),
        LEVELS[:2],
    )  # fmt: skip
    assert found[1] == {("a",): 3, ("b",): 2, ("c",): 0, ("d",): 0} or found[1][("c",)] == 0
    assert found[1] == {("a",): 0, ("b",): 1, ("c",): 0, ("d",): 3}


def test_one_small_child_takes_the_smallest_other_down_with_it() -> None:
    found = standings(
        members({("a", "x", "dr"): 40, ("a", "y", "dr"): 20, ("a", "z", "dr"): 3}), LEVELS
    )
    assert found[1] == {("a",): 3}
    assert found[2] == {("a", "x"): 3, ("a", "y"): 0, ("a", "z"): 0}


def test_small_children_that_are_large_together_take_nobody_down() -> None:
    found = standings(
        members({("a", "x", "dr"): 40, ("a", "y", "dr"): 6, ("a", "z", "dr"): 5}), LEVELS
    )
    assert found[2] == {("a", "x"): 3, ("a", "y"): 0, ("a", "z"): 0}


def test_a_child_never_stands_higher_than_its_parent() -> None:
    found = standings(
        members(
            {("a", "x", "dr"): 20, ("a", "x", "-"): 20, ("a", "y", "dr"): 20, ("a", "y", "d"): 3}
        ),
        LEVELS,
    )
    assert found[1] == {("a",): 2}
    assert found[2][("a", "x")] == 2


def test_persons_count_not_courses() -> None:
    frame = pl.DataFrame({
        "patient_key": [f"p{number // 2}" for number in range(12)],
        "category": ["a"] * 12, "rung 1": ["all"] * 12,
    })  # fmt: skip
    assert standings(Members(frame, ["rung 1"], 11), [[], ["category"]]) == [{(): 0}, {("a",): 0}]


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
    found = standings(made, LEVELS)
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


def of(frame: pl.DataFrame, columns: list[str], row: tuple[object, ...]) -> pl.DataFrame:
    for name, value in zip(columns, row, strict=True):
        frame = frame.filter(pl.col(name) == value)
    return frame


def small(frame: pl.DataFrame, rung: int) -> bool:
    if rung == 0:
        return False
    blocks = frame.group_by(f"rung {rung}").len()["len"]
    return bool(((blocks > 0) & (blocks < 11)).any())
