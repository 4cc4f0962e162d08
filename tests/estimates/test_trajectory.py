"""Mean scores week by week, on drawn scores; intervals against scipy."""

import math

import polars as pl
import pytest
import scipy.stats

from pipelines.definitions import Definitions
from pipelines.estimates.followed import Followed
from pipelines.estimates.trajectory import trajectory

EMPTY = pl.DataFrame()


def followed(
    courses: list[tuple[str, str, str, float | None]], scores: list[tuple[str, int, float]]
) -> Followed:
    """Return courses of (course, patient, instrument, baseline) with scores of (course, day, score)."""
    return Followed(
        pl.DataFrame(
            courses, schema=["course_key", "patient_key", "instrument", "baseline"], orient="row"
        ),
        pl.DataFrame(
            scores,
            schema={"course_key": pl.String, "day": pl.Int64, "score": pl.Float64},
            orient="row",
        ),
        EMPTY,
        EMPTY,
    )


def test_each_week_has_the_last_score_of_each_course_and_says_of_how_many(
    definitions: Definitions,
) -> None:
    found = followed(
        [("a", "a", "phq_9", 20), ("b", "b", "phq_9", 10), ("c", "c", "gad_7", 15)],
        [("a", 3, 16), ("a", 7, 12), ("b", 8, 6), ("c", 3, 1), ("a", 200, 0)],
    )
    instrument, weeks = trajectory(found, definitions)
    assert instrument == "phq_9"
    assert weeks.select("week", "courses", "mean").rows() == [
        (0, 2, 15.0),
        (1, 1, 12.0),
        (2, 1, 6.0),
    ]
    assert weeks["low"].to_list()[1:] == [None, None]


def test_the_interval_is_that_of_the_t_distribution_in_scipy(definitions: Definitions) -> None:
    baselines = [20.0, 10.0, 15.0, 18.0]
    _, weeks = trajectory(
        followed([(str(n), str(n), "phq_9", value) for n, value in enumerate(baselines)], []),
        definitions,
    )
    low, high = scipy.stats.t.interval(
        0.95, 3, loc=15.75, scale=scipy.stats.tstd(baselines) / math.sqrt(4)
    )
    assert weeks.select("mean", "low", "high").row(0) == pytest.approx((15.75, low, high))


def test_several_courses_of_one_patient_have_a_mean_and_no_interval(
    definitions: Definitions,
) -> None:
    found = followed([("a1", "a", "phq_9", 20), ("a2", "a", "phq_9", 10)], [])
    assert trajectory(found, definitions)[1].rows() == [(0, 2, 15.0, None, None)]


def test_without_a_baseline_there_is_no_instrument_and_no_row(definitions: Definitions) -> None:
    instrument, weeks = trajectory(followed([("a", "a", "phq_9", None)], []), definitions)
    assert (instrument, weeks.height) == (None, 0)
