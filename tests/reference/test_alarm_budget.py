"""Packs of charts signal as often as their alarm budgets say; the long run is alarm_budget.py."""

from math import sqrt
from pathlib import Path

import polars as pl
import pytest

from pipelines.estimates.judging_points import RULE_SETS
from tests.reference.alarm_budget import PRACTICES, packs


def test_of_200_stable_practices_as_many_signal_as_was_told() -> None:
    table = pl.read_csv(Path(__file__).with_name("alarm_budget.csv"))
    assert table.select("rules", "practices").rows() == [(name, PRACTICES) for name in RULE_SETS]
    # Six charts a practice, of which one in a hundred stands out at most.
    rare = 1 - 0.99**6
    for _, practices, signal, budget, strong in table.rows():
        assert signal == pytest.approx(budget, abs=2 * sqrt(budget * (1 - budget) / practices))
        assert strong <= rare + 2 * sqrt(rare * (1 - rare) / practices)


def test_a_short_run_is_near_it() -> None:
    signal, budget, _ = packs("anhoej", 25)
    assert signal == pytest.approx(budget, abs=3 * sqrt(budget * (1 - budget) / 25))
