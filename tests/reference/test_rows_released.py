"""Protection takes few rates away; the long run on the sample practice is rows_released.csv."""

from pathlib import Path

import polars as pl

from pipelines import open_practice
from tests.reference.rows_released import NAMES, SIZES, most, page


def test_nearly_all_rows_that_any_method_could_show_carry_a_rate() -> None:
    table = pl.read_csv(Path(__file__).with_name("rows_released.csv"))
    assert table["courses"].to_list() == list(SIZES)
    assert (table["shown"] >= 0.9 * table["possible"]).all()
    assert (table["possible"] <= table["allowed"]).all()
    assert (table["shown"] + table["together"] >= 0.9 * table["allowed"]).all()


def test_a_practice_shows_no_row_that_its_own_counts_forbid(small_practice: Path) -> None:
    practice = open_practice(small_practice)
    found = dict(zip(NAMES, page(practice.basis, practice.provenance, {}), strict=True))
    assert 0 < found["shown"] <= found["possible"] <= found["allowed"] < found["rows"]
    assert found["shown"] >= 0.8 * found["possible"]


def test_one_small_part_takes_another_row_with_it() -> None:
    whole, large, small = (40, 40, 40, 0), (35, 20, 20, 0), (5, 20, 20, 0)
    found = most(whole, [large, small], uncut=True)
    assert max(found.values()) == 1  # the whole or the large part, not both
    assert max(most(whole, [(20, 20, 20, 0)] * 2, uncut=True).values()) == 3
