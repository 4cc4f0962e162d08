"""Durability: bands, curves and reasons, on drawn practices and on the simulated one."""

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from pipelines import open_practice
from pipelines.estimates.result import Population
from tests.drawn import Built, rows
from tests.estimates.test_followed import infusions, scores

Make = Callable[..., Built]
BANDS = ("not_comparable", "not_yet_due", "not_assessed", "responded", "not_responded")


def pain(warehouse: Make, through: int | None = None, more: str = "", **people: dict[int, int]) -> Built:  # fmt: skip
    return warehouse(
        through=through,
        infusions=infusions("tmj", *people, more=more),
        scores=scores("nrs_average_7d", 10, **people),
    )


def test_responders_are_told_apart_by_infusions_between_the_two_scores(warehouse: Make) -> None:
    """An infusion of the day of the first score comes after it, one of the later score's day too."""
    people = {
        "kept": {22: 5, 56: 5},
        "lost": {22: 5, 56: 9},
        "missing": {22: 5},
        "missing_infused": {22: 5},
        "missing_infused_late": {22: 5},
        "infused": {22: 5, 56: 5},
        "infused_that_day": {22: 5, 56: 9},
        "infused_later": {22: 5, 56: 5},
        "no_responder": {22: 9, 56: 5},
    }
    more = "\nmissing_infused | 50 | tmj\nmissing_infused_late | 64 | tmj\ninfused | 30 | tmj\ninfused_that_day | 22 | tmj\ninfused_later | 56 | tmj"
    result = pain(warehouse, None, more, **people).practice.durability(by=[])
    week_8 = result.later[0].filter(window="week_8")
    assert rows(week_8, "infused_between", "responders", "due", *BANDS) == [
        (False, 5, 5, 0, 0, 2, 2, 1),
        (True, 3, 3, 0, 0, 1, 1, 1),
    ]
    alone = week_8.filter(~pl.col("infused_between")).row(0, named=True)
    assert (alone["known"], alone["highest"], alone["follow_up"]) == (0.4, 0.8, 0.6)
    assert alone["rate"] == pytest.approx(2 / 3)
    assert (alone["low"], alone["high"]) == pytest.approx((0.2077, 0.9385), abs=5e-5)


@pytest.mark.parametrize(("through", "band"), [(97, "not_assessed"), (96, "not_yet_due")])
def test_responders_whose_window_is_still_open_are_a_band_of_their_own(
    warehouse: Make, through: int, band: str
) -> None:
    """Week 8 is due for all alike 27 and 70 days after the first infusion."""
    later = pain(warehouse, through=through, a={22: 5}).practice.durability(by=[]).later[0]
    assert later.filter(window="week_8").select("responders", band).rows() == [(1, 1)]


def test_time_in_response_median_mean_and_infusions_by_hand(warehouse: Make) -> None:
    """Lost within 40, and from day 60 to 100, and seen to last 200 days; one infusion each, one has two."""
    result = pain(
        warehouse,
        more="\nlong | 30 | tmj",
        short={20: 5, 60: 9, 70: 9},
        middle={20: 5, 80: 5, 120: 9, 130: 9},
        long={20: 5, 220: 5},
    ).practice.durability(by=[])
    curve = result.curve[0].filter(pl.col("day").is_in([0, 20, 40, 60, 80, 100, 200, 201]))
    assert curve.select("day", "at_risk").rows() == [
        (0, 3), (20, 2), (40, 2), (60, 2), (80, 1), (100, 1), (200, 1),
    ]  # fmt: skip
    shares = [1, 5 / 6, 2 / 3, 2 / 3, 1 / 2, 1 / 3, 1 / 3]
    assert curve["share"].to_list() == pytest.approx(shares)
    assert result.weeks[0].select("weeks", "at_risk").rows() == [(4, 2), (8, 2), (12, 1), (26, 1)]
    row = result.summary[0].row(0, named=True)
    assert (row["started"], row["followed"], row["lost"], row["censored"]) == (3, 3, 2, 1)
    assert (row["median_days"], row["median_high"]) == (80, None)
    weeks = (20 + 80 + 182) / 3 / 7
    assert row["mean_weeks"] == pytest.approx(weeks)
    assert row["infusions_given"] == pytest.approx(4 / 3)
    assert row["seen_weeks"] == pytest.approx((0 + 60 + 182) / 3 / 7)
    assert row["weeks_per_infusion"] == pytest.approx((0 + 60 + 182) / 3 / 7 / (4 / 3))


def test_an_infusion_while_in_response_competes_with_the_loss(warehouse: Make) -> None:
    result = pain(
        warehouse,
        more="\ninfused | 40 | tmj",
        infused={20: 5, 60: 5},
        lost={20: 5, 50: 9, 60: 9},
        still={20: 5, 60: 5},
        seen_once={20: 5},
    ).practice.durability(by=[])
    assert result.competing[0].select(
        "day", "at_risk", "infused", "lost", "censored", "infused_share", "lost_share", "still_share"
    ).rows() == [
        (0, 4, 0, 0, 1, 0.0, 0.0, 1.0),
        (20, 3, 1, 0, 0, pytest.approx(1 / 3), 0.0, pytest.approx(2 / 3)),
        (30, 2, 0, 1, 0, pytest.approx(1 / 3), pytest.approx(1 / 3), pytest.approx(1 / 3)),
        (40, 1, 0, 0, 1, pytest.approx(1 / 3), pytest.approx(1 / 3), pytest.approx(1 / 3)),
    ]  # fmt: skip


def test_losses_that_no_later_score_confirms_are_in_the_lower_curve(warehouse: Make) -> None:
    result = pain(warehouse, a={20: 5, 60: 9}, b={20: 5, 80: 5}).practice.durability(by=[])
    assert set(result.curve[0]["share"]) == {1.0}
    at_once = result.curve_at_once[0].filter(pl.col("day").is_in([0, 40, 60, 61]))
    assert at_once["share"].to_list() == pytest.approx([1.0, 0.5, 0.5])


def test_time_and_infusions_up_to_an_unconfirmed_loss_by_hand(warehouse: Make) -> None:
    """Lost at once between day 30 and 40, or never; an infusion after the last score in response is not its."""
    people = {"a": {20: 5, 50: 5, 60: 9}, "b": {20: 5, 220: 5}}
    built = pain(warehouse, None, "\na | 70 | tmj\nb | 30 | tmj", **people)
    row = built.practice.durability(by=[]).summary[0].row(0, named=True)
    assert row["mean_weeks"] == pytest.approx(26)
    assert row["mean_weeks_at_once"] == pytest.approx((35 + 182) / 2 / 7)
    assert (row["infusions_given"], row["infusions_at_once"]) == (1.5, 1.5)
    assert row["weeks_per_infusion_at_once"] == pytest.approx((30 + 182) / 2 / 7 / 1.5)


NO_CURVE = ["competing", "curve", "mean at once", "mean", "median"]


@pytest.mark.parametrize(
    ("people", "reason"),
    [
        ({}, "no_courses"),
        ({"a": {}, "b": {}}, "no_scores"),
        ({"a": {20: 9}, "b": {20: 9}}, "no_responders"),
        ({"a": {20: 5, 60: 9, 70: 9}}, "one_patient"),
    ],
)
def test_a_group_without_a_curve_says_why(
    warehouse: Make, people: dict[str, dict[int, int]], reason: str
) -> None:
    built = warehouse(
        infusions=infusions("tmj", *people, more="\nz | 0 | other"),
        scores=scores("nrs_average_7d", 10, **people),
    )
    result = built.practice.durability(by=[])
    refused = result.refused[0].filter(~pl.col("estimate").str.starts_with("later"))
    assert rows(refused, "estimate", "reason") == [(name, reason) for name in NO_CURVE]
    assert result.curve[0].height == result.weeks[0].height == result.competing[0].height == 0
    assert result.summary[0].select("median_days", "mean_weeks", "infusions_given").row(0) == (
        None, None, None,
    )  # fmt: skip


def test_a_group_without_a_baseline_is_counted_and_says_so(warehouse: Make) -> None:
    built = warehouse(infusions=infusions("tmj", "a", "b"))
    result = built.practice.durability()
    assert result.summary[1].select("category", "started", "no_baseline", "eligible").rows() == [
        ("tmj", 2, 2, 0)
    ]
    assert rows(result.refused[1], "category", "estimate", "reason") == [
        ("tmj", name, "no_baseline") for name in NO_CURVE
    ]


def test_where_nobody_lost_the_response_there_is_a_curve_but_no_interval_and_no_median(
    warehouse: Make,
) -> None:
    result = pain(warehouse, a={20: 5, 60: 5}, b={20: 5, 80: 5}).practice.durability(by=[])
    assert set(result.curve[0].select("share", "low", "high").rows()) == {(1.0, None, None)}
    refused = result.refused[0].filter(~pl.col("estimate").str.starts_with("later"))
    assert rows(refused, "estimate", "reason") == [
        ("competing interval", "no_events"),
        ("interval", "no_loss"),
        ("mean at once", "followed_too_short"),
        ("mean", "followed_too_short"),
        ("median", "no_loss"),
    ]


def test_a_study_without_a_later_window_says_so(warehouse: Make) -> None:
    result = pain(warehouse, a={90: 5}, b={90: 5}).practice.durability(by=[], window="week_12")
    assert ("later", "no_later_window") in result.refused[0].rows()
    assert result.later[0].height == 0


@pytest.mark.parametrize("population", ["first_courses", "all_courses"])
def test_in_the_simulated_practice_every_course_and_every_responder_is_in_one_band(
    small_practice: Path, population: Population
) -> None:
    practice = open_practice(small_practice)
    result = practice.durability(by=["category", "subtype"], population=population)
    response = practice.response(by=["category", "subtype"], population=population)
    for level, later, summary in zip(response.levels, result.later, result.summary, strict=True):
        assert summary["started"].sum() == level["started"].sum()
        by_window = later.group_by("window").agg(pl.col("responders", *BANDS).sum())
        assert set(by_window["responders"]) == {level["responded"].sum()}
        assert (
            by_window.select(pl.sum_horizontal(BANDS)).to_series().to_list()
            == [level["responded"].sum()] * 2
        )
    numbers = [frame.select(pl.col(pl.Float64).is_nan().any()) for frame in
               (*result.curve, *result.weeks, *result.summary, *result.competing, *result.later)]  # fmt: skip
    assert not any(any(frame.row(0)) for frame in numbers if frame.height)
    low = result.weeks[0].filter(pl.col("low").is_not_null())
    assert low.select((pl.col("low") < pl.col("share")) & (pl.col("share") < pl.col("high"))).to_series().all()  # fmt: skip
    both = result.weeks_at_once[0].join(result.weeks[0], on="weeks", suffix="_confirmed")
    assert both.drop_nulls().height
    assert (both["share"] <= both["share_confirmed"]).all()


def test_no_share_is_told_once_less_than_a_tenth_of_the_courses_are_seen(warehouse: Make) -> None:
    """Of 11 two are seen to day 60 or later, one to day 90."""
    people = {str(number): {20: 5, 50: 5} for number in range(9)}
    people |= {"longer": {20: 5, 80: 5}, "longest": {20: 5, 110: 5}}
    result = pain(warehouse, None, "", **people).practice.durability(by=[])
    assert result.weeks[0].select("weeks", "at_risk", "share").rows() == [
        (4, 11, 1.0), (8, 2, 1.0), (12, 1, None), (26, 0, None),
    ]  # fmt: skip
    assert result.curve[0]["day"].max() == 60
    assert ("mean", "followed_too_short") in result.refused[0].rows()
