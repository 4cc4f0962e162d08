"""Exact limits, against R, published tables and SciPy."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from scipy.stats import poisson_binom

from pipelines.estimates.exact import (
    clopper_pearson,
    number_met,
    observed_over_expected,
    poisson_limits,
)

GOLDEN = Path(__file__).parents[1] / "reference" / "case_mix_r.csv"


def golden(what: str) -> list[tuple[str, float, float, float]]:
    return (
        pl.read_csv(GOLDEN, comment_prefix="#").filter(pl.col("what") == what).drop("what").rows()
    )


def test_limits_of_poisson_counts_against_r_poisson_test() -> None:
    rows = golden("poisson")
    low, high = poisson_limits(np.array([float(count) for _, count, _, _ in rows]))
    assert low == pytest.approx([row[2] for row in rows], rel=1e-10)
    assert high == pytest.approx([row[3] for row in rows], rel=1e-10)


def test_clopper_pearson_against_r(studies: Path) -> None:
    table = pl.read_csv(studies / "reference_values" / "proportion_ci_R.csv")
    low, high = clopper_pearson(
        table["k"].to_numpy().astype(float), table["n"].to_numpy().astype(float)
    )
    assert low == pytest.approx(table["cp_lo"].to_numpy(), abs=1e-12)
    assert high == pytest.approx(table["cp_hi"].to_numpy(), abs=1e-12)


def test_of_nobody_there_is_no_exact_interval() -> None:
    low, high = clopper_pearson(np.array([0.0]), np.array([0.0]))
    assert np.isnan([low[0], high[0]]).all()


def test_with_equal_chances_the_ratio_has_the_limits_of_clopper_and_pearson(studies: Path) -> None:
    table = pl.read_csv(studies / "reference_values" / "proportion_ci_R.csv")
    for k, n, low, high in table.select("k", "n", "cp_lo", "cp_hi").rows():
        found = observed_over_expected(k, np.full(n, 0.4), mid_p=False)
        assert found == pytest.approx((low / 0.4, high / 0.4), abs=1e-8)


def test_with_small_chances_the_ratio_has_the_limits_of_a_poisson_count_by_r_poisson_test() -> None:
    for _, observed, low, high in golden("poisson"):
        found = observed_over_expected(int(observed), np.full(20_000, 0.0005), mid_p=False)
        assert found == pytest.approx((low / 10, high / 10), rel=2e-3)


def test_the_chance_of_each_number_is_that_of_scipy() -> None:
    chances = np.random.default_rng(5).uniform(0.01, 0.99, 37)
    assert number_met(chances) == pytest.approx(
        poisson_binom.pmf(np.arange(38), chances), abs=1e-12
    )


def test_none_or_all_that_responded_has_an_open_end() -> None:
    chances = np.array([0.2, 0.5, 0.3])
    low, high = observed_over_expected(0, chances)
    assert low == 0.0
    assert 0 < high < 3
    low, high = observed_over_expected(3, chances)
    assert low > 1
    assert high == 3.0
