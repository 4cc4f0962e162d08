"""A simulated practice is counted back to its truth; the long run is simulation_truth.py."""

from pathlib import Path

import polars as pl
import pytest

from pipelines.intake.simulation import Missing
from tests.reference.simulation_truth import cells


@pytest.mark.parametrize("missing", ["at-random", "informative"])
def test_a_practice_of_20000_patients_is_counted_back_to_its_truth(missing: Missing) -> None:
    found = cells(4, missing, 20_000)
    assert found.height == 26
    if missing == "at-random":
        assert found["truth_in_interval"].sum() >= 25
    assert found["truth_in_range"].all()


def test_the_long_run_of_20_seeds_of_100000_patients_held_the_truth() -> None:
    table = pl.read_csv(Path(__file__).with_name("simulation_truth.csv"))
    at_random = table.filter(missing="at-random")
    assert at_random["seed"].n_unique() == 20
    assert at_random["truth_in_interval"].mean() >= 0.97  # type: ignore[operator]
    assert table.filter(missing="informative")["truth_in_range"].all()
