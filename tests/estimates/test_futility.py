"""Response by early improvement on drawn practices, by hand, and on the simulated one."""

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from pipelines import open_practice
from tests.drawn import Built, rows
from tests.estimates.test_followed import scores
from tests.estimates.test_response_by_infusion import weekly

Make = Callable[..., Built]
BANDS = ("not_comparable", "not_yet_due", "not_assessed", "responded", "not_responded")


def early(built: Built) -> dict[str, str]:
    courses = built.practice.futility(by=[]).courses
    return dict(courses.select("patient_key", "early").rows())


def test_a_fall_of_20_percent_is_early_improvement_and_less_is_not(warehouse: Make) -> None:
    built = weekly(warehouse, {"at": 4, "under": 4}, None, at={20: 8}, under={20: 9})
    assert early(built) == {"at": "improved", "under": "hardly_improved"}


def test_the_last_score_after_infusion_2_or_3_and_before_4_decides(warehouse: Make) -> None:
    """Infusions on days 0, 7, 14 and 21; a score of an infusion day is from before it."""
    built = weekly(
        warehouse,
        dict.fromkeys(["last", "before_fourth", "after_fourth", "only_first", "second"], 4),
        None,
        last={10: 9, 20: 5},
        before_fourth={10: 9, 21: 5},
        after_fourth={10: 9, 22: 5},
        only_first={7: 5, 22: 5},
        second={14: 5},
    )
    assert early(built) == {
        "last": "improved",
        "before_fourth": "improved",
        "after_fourth": "hardly_improved",
        "only_first": "no_early_score",
        "second": "improved",
    }


def test_a_score_of_the_end_window_is_not_early_and_one_infusion_is_too_few(
    warehouse: Make,
) -> None:
    """After three infusions the window opens on day 28, 14 days after the last one."""
    built = weekly(
        warehouse, {"early": 3, "end": 3, "one": 1}, None, early={27: 5}, end={28: 5}, one={5: 5}
    )
    assert early(built) == {
        "early": "improved", "end": "no_early_score", "one": "too_few_infusions",
    }  # fmt: skip


def test_response_is_counted_apart_for_those_who_improved_early_and_those_who_did_not(
    warehouse: Make,
) -> None:
    """Four infusions end on day 21, so day 43 is in the middle of the window."""
    people = {
        "a": {20: 9, 43: 9}, "b": {20: 9, 43: 5}, "c": {20: 9}, "d": {20: 9, 43: 8},
        "e": {20: 5, 43: 5}, "f": {20: 5, 43: 9},
    }  # fmt: skip
    result = weekly(warehouse, dict.fromkeys(people, 4), None, **people).practice.futility(by=[])
    assert rows(result.frame, "early", "courses", "due", *BANDS) == [
        ("hardly_improved", 4, 4, 0, 0, 1, 1, 2),
        ("improved", 2, 2, 0, 0, 0, 1, 1),
    ]
    row = result.frame.filter(early="hardly_improved").row(0, named=True)
    assert (row["known"], row["highest"], row["follow_up"]) == (0.25, 0.5, 0.75)
    assert row["rate"] == pytest.approx(1 / 3)
    assert (row["low"], row["high"]) == pytest.approx((0.0615, 0.7923), abs=5e-5)
    assert result.refused[0].is_empty()


def test_nobody_assessed_gives_null_and_the_reason(warehouse: Make) -> None:
    result = weekly(warehouse, {"a": 4}, None, a={20: 9}).practice.futility(by=[])
    assert result.frame.select("rate", "low", "high").rows() == [(None, None, None)]
    assert result.refused[0].rows() == [("hardly_improved", "nobody_assessed")]


def test_a_group_that_can_not_be_judged_is_counted_and_says_why(warehouse: Make) -> None:
    built = warehouse(
        infusions="patient | day | category\n1 | 0 | tmj\n2 | 0 | other\n3 | 0 | tmj",
        scores=scores("nrs_average_7d", 10, **{"1": {22: 5}}),
    )
    result = built.practice.futility()
    assert result.summary[1].select(
        "category", "started", "no_baseline", "too_few_infusions"
    ).rows() == [("other", 1, 1, 0), ("tmj", 2, 1, 1)]
    assert result.refused[1].rows() == [
        ("other", "both", "no_baseline"), ("tmj", "both", "no_early_score"),
    ]  # fmt: skip


def test_in_the_simulated_practice_every_course_is_judged_once(small_practice: Path) -> None:
    practice = open_practice(small_practice)
    result = practice.futility(by=["category", "subtype"])
    levels = practice.response(by=["category", "subtype"]).levels
    for summary, frame, level in zip(result.summary, result.levels, levels, strict=True):
        assert summary["started"].sum() == level["started"].sum()
        judged = summary.select(pl.sum_horizontal("hardly_improved", "improved")).sum().item()
        assert judged == frame["courses"].sum() == frame.select(BANDS).sum_horizontal().sum()
        assert frame["not_comparable"].sum() == 0
