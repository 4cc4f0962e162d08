"""Protection takes few rates away; the long run on the sample practice is rows_released.csv."""

from pathlib import Path

import polars as pl

from pipelines import open_practice
from tests.reference.rows_released import SIZES, counts


def test_most_rows_whose_own_counts_allow_a_rate_carry_one() -> None:
    table = pl.read_csv(Path(__file__).with_name("rows_released.csv"))
    assert table["courses"].to_list() == list(SIZES)
    assert (table["shown"] >= 0.8 * table["allowed"]).all()
    assert table["shown"].is_sorted()


def test_a_practice_shows_no_row_that_its_own_counts_forbid(small_practice: Path) -> None:
    rows, allowed, shown = counts(open_practice(small_practice).basis, None)
    assert 0 < shown <= allowed < rows
    assert shown >= 0.6 * allowed
