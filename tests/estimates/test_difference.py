"""Differences of two rates, against the published table."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from pipelines.estimates.difference import between, newcombe
from pipelines.estimates.intervals import wilson


def interval(successes: int, trials: int) -> tuple[float, float, float]:
    low, high = wilson(np.array([float(successes)]), np.array([float(trials)]))
    return successes / trials, float(low[0]), float(high[0])


def test_the_hybrid_score_interval_against_table_2_of_newcombe_1998(studies: Path) -> None:
    table = pl.read_csv(studies / "reference_values" / "newcombe1998_tableII_method10.csv")
    assert table.height == 8
    for x1, n1, x2, n2, low, high in table.select(
        "x1", "n1", "x2", "n2", "published_lo", "published_hi"
    ).rows():
        found = newcombe(interval(x1, n1), interval(x2, n2))
        assert found[0] == pytest.approx(x1 / n1 - x2 / n2)
        assert (round(found[1], 4), round(found[2], 4)) == pytest.approx((low, high), abs=1e-9)


def row(responded: int, assessed: int, due: int) -> dict[str, object]:
    share, low, high = interval(responded, assessed) if assessed else (None, None, None)
    return {
        "assessed": assessed, "rate": share, "low": low, "high": high,
        "enough_follow_up": 10 * assessed >= 7 * due,
    }  # fmt: skip


def test_the_data_can_tell_56_of_70_from_48_of_80(studies: Path) -> None:
    found = between(row(56, 70, 70), row(48, 80, 80))
    assert (found.told_apart, found.refused) == (True, None)


def test_the_data_can_not_tell_10_of_20_from_8_of_20() -> None:
    assert not between(row(10, 20, 20), row(8, 20, 20)).told_apart


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        (row(0, 0, 4), "nobody_assessed"),
        (row(5, 10, 20), "follow_up_of_a_side_too_low"),
    ],
)
def test_a_side_that_can_not_be_compared_gives_the_reason_and_no_number(
    other: dict[str, object], reason: str
) -> None:
    found = between(row(10, 20, 20), other)
    assert (found.difference, found.low, found.high) == (None, None, None)
    assert found.refused == reason
    assert not found.told_apart
