import numpy as np
import pytest

from pipelines.estimates.control_limits import limits
from pipelines.estimates.run_rules import runs


@pytest.mark.parametrize(
    ("n", "longest_allowed", "fewest_crossings"),
    [(10, 6, 2), (12, 7, 3), (14, 7, 4), (16, 7, 4), (18, 7, 5), (20, 7, 6), (24, 8, 8),
     (30, 8, 10), (36, 8, 13)],
)  # fmt: skip
def test_what_chance_explains_by_number_of_useful_points(
    n: int, longest_allowed: int, fewest_crossings: int
) -> None:
    found = runs(np.tile([1.0, -1.0], n)[:n], np.zeros(n))
    assert (int(found.longest_allowed), int(found.fewest_crossings)) == (
        longest_allowed,
        fewest_crossings,
    )


def test_points_on_the_centre_are_passed_over() -> None:
    found = runs(np.array([1.0, 0, 1, -1, 0, 1, 1, 1]), np.zeros(8))
    assert (int(found.useful), int(found.longest), int(found.crossings)) == (6, 3, 2)


def test_a_run_of_one_more_than_allowed_is_a_signal() -> None:
    allowed = np.array([1.0] * 7 + [-1, 1, -1, 1, -1])
    longer = np.array([1.0] * 8 + [-1, 1, -1, 1])
    assert not runs(allowed, np.zeros(12)).signal
    assert runs(longer, np.zeros(12)).signal


def test_where_all_points_lie_on_the_centre_there_is_no_signal() -> None:
    found = runs(np.zeros(12), np.zeros(12))
    assert (int(found.useful), bool(found.signal)) == (0, False)


@pytest.mark.parametrize(("n", "percent"), [(12, 1.3), (18, 1.0), (24, 3.0), (30, 2.7)])
def test_false_alarms_of_run_charts_are_as_published(n: int, percent: float) -> None:
    points = np.random.default_rng(n).standard_normal((40_000, n))
    alarms = runs(points, limits("run", points, points).centre).signal.mean()
    assert 100 * alarms == pytest.approx(percent, abs=0.5)
