from pathlib import Path

import numpy as np
import polars as pl
import pytest

from pipelines.estimates.event_effect import event_effect

IN_R = Path(__file__).parents[1] / "reference" / "event_effect_r.csv"
PLACE = [*range(9), *range(10, 24)]
NUMBER = [
    21,
    18,
    25,
    30,
    22,
    19,
    27,
    24,
    26,
    20,
    23,
    28,
    31,
    25,
    22,
    26,
    29,
    24,
    27,
    30,
    21,
    25,
    28,
]
MET = [9, 8, 10, 14, 9, 8, 13, 10, 12, 9, 11, 17, 19, 14, 13, 16, 17, 15, 18, 19, 12, 16, 18]


def points(place: list[int], met: list[int], number: list[int]) -> pl.DataFrame:
    return pl.DataFrame({"place": place, "numerator": met, "denominator": number})


def test_step_and_drift_against_r() -> None:
    found = event_effect(points(PLACE, MET, NUMBER), 11)
    expected = pl.read_csv(IN_R).select("value", "low", "high").rows()
    assert (found.before, found.after) == (10, 13)
    assert found.change == pytest.approx(expected[0], abs=1e-12)
    assert found.drift == pytest.approx(expected[1], abs=1e-12)


def test_too_few_points_on_one_side_are_refused() -> None:
    found = event_effect(points(PLACE, MET, NUMBER), 5)
    assert (found.before, found.after, found.refused) == (5, 18, "too_few_points_around_event")
    assert found.change is None
    assert not found.told


def test_shares_that_are_all_alike_are_refused() -> None:
    alike = points(list(range(14)), [5] * 14, [10] * 14)
    assert event_effect(alike, 7).refused == "shares_alike"


def test_a_step_of_ten_points_is_within_its_interval_as_often_as_it_says() -> None:
    chance = np.random.default_rng(20_261_126)
    place = np.arange(30)
    inside = 0
    for _ in range(1_000):
        number = chance.integers(15, 40, 30)
        met = chance.binomial(number, np.where(place >= 15, 0.55, 0.45))
        frame = pl.DataFrame({"place": place, "numerator": met, "denominator": number})
        change = event_effect(frame, 15).change
        assert change is not None
        inside += change.low <= 0.1 <= change.high
    assert 940 <= inside <= 965
