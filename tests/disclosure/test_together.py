"""Hidden rows taken together: what is left of the row above, counted right, and only of one build."""

from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest

from pipelines import disclose, open_practice
from pipelines.charts.rows import OUTSIDE, rows
from pipelines.disclosure.asked import NOTHING, Told
from pipelines.disclosure.release import Kept
from pipelines.disclosure.together import together
from pipelines.disclosure.units import Unit

COUNTS = ("due", "responded", "not_responded", "not_assessed")
WHOLE = {"due": 60, "responded": 30, "not_responded": 20, "not_assessed": 10}


def told(numbers: dict[str, int], build: str = "b") -> Told:
    return Told(numbers, Kept(Unit({}), build, None))


@pytest.mark.parametrize("where", [{}, {"sex": ["female"]}], ids=["whole", "one sex"])
def test_they_add_up_to_what_was_counted(small_practice: Path, where: dict[str, list[str]]) -> None:
    practice = open_practice(small_practice)
    result = practice.response(by=["category", "subtype"], where=where)
    headline = practice.definitions["categories"].filter("headline")["category"].to_list()
    shown = disclose(result)
    assert sum(frame.height for frame in shown.together) >= 1
    for depth, by in ((1, ["category"]), (2, ["category", "subtype"])):
        hidden = shown.levels[depth].filter("hidden").select(by)
        counted = result.levels[depth].join(hidden, on=by, how="semi", nulls_equal=True)
        for row in shown.together[depth].iter_rows(named=True):
            inside = counted.filter(
                pl.col("category") == row["category"]
                if depth == 2
                else pl.col("category").is_in(headline)
            )
            assert {name: row[name] for name in COUNTS} == {
                name: inside[name].sum() for name in COUNTS
            }
            assert row["rate"] == pytest.approx(row["responded"] / row["assessed"])
            assert not any(0 < row[name] < 11 for name in COUNTS)


def test_they_stand_after_the_rows_that_they_stand_for(small_practice: Path) -> None:
    practice = open_practice(small_practice)
    found = rows(disclose(practice.response(by=["category", "subtype"], where={"sex": ["female"]})))
    labels = [row.label for row in found]
    assert labels.index("Hidden headline conditions together") == labels.index(OUTSIDE) - 1
    for before, row in pairwise(found):
        if row.label == "Hidden rows together":
            assert before.depth == row.depth == 2
            assert before.key[0] == row.key[0]


def test_inside_the_practice_nothing_is_hidden(small_practice: Path) -> None:
    shown = disclose(open_practice(small_practice).response(by=["category", "subtype"]), "internal")
    assert not any(frame.height for frame in shown.together)


def test_the_table_ends_each_group_with_them(small_practice: Path) -> None:
    shown = disclose(open_practice(small_practice).response(by=["category", "subtype"]))
    table = shown.table()
    assert table.height == shown.frame.height + shown.together[2].height
    for category in shown.together[2]["category"]:
        label = shown.definitions.labels("categories", "category")[category]
        group = table.filter(pl.col("Category") == label)
        assert group["Subtype"][-1] == "Hidden rows together"
        assert int(group["Due"][-1].replace(",", "")) > 0


def test_what_is_left_is_the_parent_without_those_shown() -> None:
    child = {"due": 25, "responded": 14, "not_responded": 11, "not_assessed": 0}
    left = together(told(WHOLE), [told(child), told({"due": 20}), NOTHING])
    assert left.numbers == {"due": 35, "responded": 16, "not_responded": 9, "not_assessed": 10}


@pytest.mark.parametrize(
    ("parent", "children"),
    [
        (told(WHOLE), [told(WHOLE)]),  # nothing is hidden
        (told({"due": 60}), [told(WHOLE), NOTHING]),  # the parent is
        (told(WHOLE), [NOTHING, NOTHING]),  # it would be the parent again
        (told(WHOLE), [told(WHOLE), NOTHING]),  # nobody hidden is due
        (told(WHOLE), [told(dict.fromkeys(WHOLE, 0), "earlier"), NOTHING]),  # of two days
    ],
)
def test_where_there_is_nothing_to_add_up_nothing_is_told(
    parent: Told, children: list[Told]
) -> None:
    assert together(parent, children) == NOTHING
