"""Response by infusion number on drawn practices, by hand, and on the simulated one."""

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from pipelines import open_practice
from tests.drawn import Built, rows
from tests.estimates.test_followed import scores

Make = Callable[..., Built]


def weekly(warehouse: Make, numbers: dict[str, int], through: int | None = None, **people: dict[int, int]) -> Built:  # fmt: skip
    """Build courses of so many infusions, one a week, judged on a baseline of 10."""
    lines = [f"{key} | {7 * week} | tmj" for key, number in numbers.items() for week in range(number)]  # fmt: skip
    return warehouse(
        through=through,
        infusions="patient | day | category\n" + "\n".join(lines),
        scores=scores("nrs_average_7d", 10, **people),
    )


def test_a_response_counts_for_the_last_infusion_before_its_score(warehouse: Make) -> None:
    """A score of day 7 is from before that day's infusion. Limits after infusion 2 are from R survfit."""
    result = weekly(
        warehouse,
        {"first": 3, "second": 3, "at_the_end": 3, "stopped": 2},
        None,
        first={7: 5}, second={8: 5, 14: 9}, at_the_end={8: 9, 36: 5}, stopped={6: 9},
    ).practice.response_by_infusion(by=[])  # fmt: skip
    columns = ["infusion", "at_risk", "responded", "stopped", "ongoing"]
    assert result.frame.select(columns).rows() == [
        (1, 4, 1, 0, 0),
        (2, 3, 1, 1, 0),
        (3, 1, 1, 0, 0),
    ]
    assert result.frame.select("responded_share", "stopped_share", "still_share").rows() == [
        (0.25, 0.0, 0.75), (0.5, 0.25, 0.25), (0.75, 0.25, 0.0),
    ]  # fmt: skip
    assert result.frame.filter(infusion=2).select("responded_low", "responded_high").row(0) == (
        pytest.approx((0.0578471, 0.8448613), abs=5e-8)
    )


@pytest.mark.parametrize(("through", "fate"), [(63, "ongoing"), (64, "stopped")])
def test_a_course_that_may_go_on_is_not_stopped(warehouse: Make, through: int, fate: str) -> None:
    """56 days after the last infusion, on day 7, another one would still belong to the course."""
    built = weekly(warehouse, {"a": 2}, through, a={9: 9})
    assert rows(built.practice.response_by_infusion(by=[]).courses, "fate") == [(fate,)]


def test_a_score_long_after_the_last_infusion_is_not_its_response(warehouse: Make) -> None:
    """56 days after the infusion of day 7 are 63; later the course is over."""
    result = weekly(
        warehouse, {"a": 2, "b": 2, "c": 2}, None, a={63: 5}, b={64: 5}, c={60: 9, 64: 5}
    ).practice.response_by_infusion(by=[])
    assert rows(result.courses, "patient_key", "fate", "infusion") == [
        ("a", "responded", 2), ("b", "never_scored", None), ("c", "stopped", 2),
    ]  # fmt: skip


def test_courses_that_were_never_scored_are_counted_apart(warehouse: Make) -> None:
    result = weekly(warehouse, {"a": 1, "b": 1, "c": 1}, None, a={5: 5}, b={5: 9}, c={})
    found = result.practice.response_by_infusion().summary[1]
    assert found.select(
        "category", "started", "never_scored", "counted", "responded", "stopped", "patients"
    ).rows() == [("tmj", 3, 1, 2, 1, 1, 2)]


@pytest.mark.parametrize(
    ("people", "through", "reason"),
    [
        ({"a": {}, "b": {}}, None, "no_scores"),
        ({"a": {5: 5}}, None, "one_patient"),
        ({"a": {5: 9}, "b": {5: 9}}, 20, "no_events"),
    ],
)
def test_a_group_without_a_curve_says_why(
    warehouse: Make, people: dict[str, dict[int, int]], through: int | None, reason: str
) -> None:
    built = weekly(warehouse, dict.fromkeys(people, 1), through, **people)
    result = built.practice.response_by_infusion(by=[])
    assert result.refused[0].rows() == [("curve", reason)]
    assert result.frame["responded_low"].drop_nulls().is_empty()


def test_a_group_without_a_baseline_and_one_without_courses_say_so(warehouse: Make) -> None:
    built = warehouse(infusions="patient | day | category\n1 | 0 | other")
    result = built.practice.response_by_infusion()
    assert result.refused[0].rows() == [("curve", "no_courses")]
    assert result.refused[1].rows() == [("other", "curve", "no_baseline")]


def test_in_the_simulated_practice_every_course_has_one_fate_and_shares_add_up_to_1(
    small_practice: Path,
) -> None:
    practice = open_practice(small_practice)
    result = practice.response_by_infusion(by=["category"])
    fates = pl.sum_horizontal(
        "started_before_data", "no_baseline", "below_floor", "never_scored", "counted"
    )
    for summary, level in zip(result.summary, practice.response().levels, strict=True):
        assert summary["started"].to_list() == summary.select(fates).to_series().to_list()
        assert summary["started"].sum() == level["started"].sum()
    for frame, summary in zip(result.levels, result.summary, strict=True):
        whole = frame.select(pl.sum_horizontal("responded_share", "stopped_share", "still_share"))
        assert whole.to_series().to_list() == pytest.approx([1.0] * frame.height)
        assert frame["responded"].sum() == summary["responded"].sum()
