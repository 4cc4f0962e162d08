"""A rate over time as others may see it: by the narrowest periods that are told."""

from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl
import pytest

from pipelines.definitions import Definitions
from pipelines.disclosure.trend import TrendFinding, disclose_trend
from pipelines.disclosure.withheld import ONE_CUT, ROUNDED_TREND, TOO_FEW_TREND
from pipelines.estimates.result import Provenance, Question
from pipelines.estimates.trend import Trend, trend
from pipelines.intake.annotations import NOTHING
from tests.disclosure.drawn_practices import Drawn, practice

MADE = Provenance("b", "dates", date(2023, 1, 1), date(2026, 6, 30))


def of(drawn: Drawn, question: Question) -> Trend:
    definitions = drawn.basis.definitions
    courses = drawn.courses(question)
    return trend(courses, question, NOTHING, definitions, MADE, "anhoej", drawn.basis)


@pytest.fixture(scope="module")
def drawn(definitions: Definitions) -> Drawn:
    return practice(np.random.default_rng(5), 3_000, definitions)


def test_others_see_sums_of_the_same_courses_by_wider_periods(drawn: Drawn) -> None:
    found = of(drawn, Question(by=()))
    inside, outside = disclose_trend(found, "internal"), disclose_trend(found, "cms11")
    assert isinstance(inside, TrendFinding)
    assert isinstance(outside, TrendFinding)
    assert outside.protects
    counts = outside.rate.points.select("numerator", "denominator")
    due = outside.follow_up.points["denominator"]
    kept = pl.concat([
        counts["numerator"], counts["denominator"] - counts["numerator"], due - counts["denominator"],
    ])  # fmt: skip
    assert counts.height
    assert not kept.is_between(1, 10).any()
    by_period = outside.rate.points.select("first_month", "numerator").rows()
    (first, met), last = by_period[0], outside.rate.points["first_month"][1]
    months = inside.rate.points.filter(pl.col("first_month").is_between(first, last, closed="left"))
    assert met == months["numerator"].sum()


@pytest.mark.parametrize(
    ("question", "why"),
    [
        (Question(by=(), where={"sex": ("sex 0",)}), ONE_CUT),
        (Question(by=(), measure="remission"), ONE_CUT),
        (Question(by=(), start_from=date(2024, 1, 1)), ONE_CUT),
        (
            Question(by=(), population="all_courses"),
            "Not shown to others: only first courses are released, because all courses less first ones"
            " would leave small groups.",
        ),
    ],
    ids=["filter", "measure", "period", "population"],
)
def test_a_chart_over_time_is_the_only_cut(drawn: Drawn, question: Question, why: str) -> None:
    assert disclose_trend(of(drawn, question), "cms11") == why


def test_few_courses_and_rounded_counts_are_not_drawn(drawn: Drawn) -> None:
    few = replace(drawn.basis, load=lambda: drawn.basis.frame.head(60))
    small = Drawn(few, drawn.way)
    assert disclose_trend(of(small, Question(by=())), "cms11") == TOO_FEW_TREND
    assert disclose_trend(of(drawn, Question(by=())), "opensafely") == ROUNDED_TREND
