"""95 % intervals hold the truth as often as they say; the long run is coverage.py."""

from pathlib import Path

import polars as pl
import pytest

from tests.reference.coverage import CELLS, REPLICATES, SIZES, cell

# Wider than they need be; the captions of the Clinics page say so. Exact limits of few events are too.
WIDER = {
    ("ratio", 30): 0.97, ("ratio", 1000): 0.97, ("alike", 30): 0.995, ("alike", 100): 0.99,
    ("events_quarter", 30): 0.97, ("events_quarter", 100): 0.97, ("events_alike", 30): 0.975,
    ("rare_events", 30): 0.98,
}  # fmt: skip
SHORT = {
    "share": 200,
    "repeated": 200,
    "weighted": 200,
    "difference": 200,
    "adjusted": 10,
    "ratio": 40,
}


def test_the_long_run_held_the_truth_in_94_to_96_5_percent_of_2000_replicates() -> None:
    table = pl.read_csv(Path(__file__).with_name("coverage.csv"))
    simulated = {(name, n) for name in CELLS for n in SIZES}
    assert set(table.select("cell", "n").rows()) == simulated
    assert set(table["replicates"]) == {REPLICATES}
    for name, n, covered in table.select("cell", "n", "covered").rows():
        assert 0.94 <= covered <= WIDER.get((name, n), 0.965), (name, n)


@pytest.mark.parametrize("name", list(CELLS))
def test_a_short_run_of_each_cell_is_near_it(name: str) -> None:
    found = cell(name, 100, SHORT.get(name, 100))
    assert found["given"] == 1
    assert 0.85 <= float(str(found["covered"])) <= 1
