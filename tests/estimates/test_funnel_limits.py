"""Limits of a funnel against R and against exact sums of scipy's distributions."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from scipy.stats import binom, hypergeom

from pipelines.estimates.funnel_limits import (
    could_show,
    error_within,
    exact_limits,
    limits_within,
    ratio_limits,
)

IN_R = pl.read_csv(Path(__file__).parents[1] / "reference" / "funnel_r.csv", infer_schema=False)


@pytest.mark.parametrize("data", ["cbpp", "yusuf1985"])
def test_limits_of_published_data_are_those_of_r(data: str) -> None:
    rows = IN_R.filter(pl.col("data") == data)
    numbers = rows.select(pl.exclude("data").cast(pl.Float64))
    size, target = numbers["size"].to_numpy(), numbers["target"].to_numpy()
    met, whole = float(numbers["y"].to_numpy().sum()), float(size.sum())
    for name, alpha in (("95", 0.05), ("998", 0.002)):
        for of, (low, high) in (
            ("", exact_limits(size, target, alpha)),
            ("part_", limits_within(size, met, whole, alpha)),
        ):
            assert low == pytest.approx(numbers[f"{of}low_{name}"].to_numpy(), abs=1e-9)
            assert high == pytest.approx(numbers[f"{of}high_{name}"].to_numpy(), abs=1e-9)


@pytest.mark.parametrize("alpha", [0.05, 0.002])
def test_limits_of_those_who_did_and_of_those_who_did_not_mirror_each_other(alpha: float) -> None:
    number = np.array([12.0, 40.0, 77.0, 300.0])
    for share in (0.1, 0.35, 0.5):
        low, high = exact_limits(number, np.full(4, share), alpha)
        other_low, other_high = exact_limits(number, np.full(4, 1 - share), alpha)
        assert low == pytest.approx(1 - other_high, abs=1e-9)
        assert high == pytest.approx(1 - other_low, abs=1e-9)
        low, high = limits_within(number, 1000 * share, 1000, alpha)
        other_low, other_high = limits_within(number, 1000 * (1 - share), 1000, alpha)
        assert low == pytest.approx(1 - other_high, abs=1e-9)
        assert high == pytest.approx(1 - other_low, abs=1e-9)


def test_a_count_lies_outside_where_half_of_it_and_all_beyond_are_less_likely_than_the_tail() -> (
    None
):
    number, met, whole = 60, 90, 200
    counts = np.arange(number + 1)
    for drawn, (low, high) in (
        (binom(60, 0.45), exact_limits(np.array([60.0]), np.array([0.45]), 0.05)),
        (hypergeom(whole, met, number), limits_within(np.array([60.0]), 90, 200, 0.05)),
    ):
        below = drawn.cdf(counts) - drawn.pmf(counts) / 2
        assert (counts / number < low).tolist() == (below < 0.025).tolist()
        assert (counts / number > high).tolist() == (1 - below < 0.025).tolist()


@pytest.mark.parametrize("number", [30, 100, 250])
@pytest.mark.parametrize("share", [0.3, 0.5])
def test_a_group_that_does_as_the_others_do_lies_outside_in_5_of_100_however_big_a_part_it_is(
    number: int, share: float
) -> None:
    assert beyond(number, 400, share, share) == pytest.approx(0.05, abs=0.012)


@pytest.mark.parametrize(("number", "whole", "share"), [(6, 12, 0.5), (20, 40, 0.1)])
def test_small_groups_that_do_alike_do_not_lie_outside_oftener_than_is_said(
    number: int, whole: int, share: float
) -> None:
    assert beyond(number, whole, share, share) < 0.065
    assert beyond(number, whole, share, share, 0.002) < 0.0035


def beyond(number: int, whole: int, share: float, others: float, alpha: float = 0.05) -> float:
    """Return how often a group lies outside, as an exact sum over its responses and the others'."""
    here, there = np.arange(number + 1), np.arange(whole - number + 1)
    outside = np.zeros((len(here), len(there)), bool)
    for met in range(1, whole):
        low, high = limits_within(np.array([float(number)]), met, whole, alpha)
        own = (here / number < low) | (here / number > high)
        x = np.arange(max(0, met - there[-1]), min(number, met) + 1)
        outside[x, met - x] = own[x]
    chances = np.outer(binom.pmf(here, number, share), binom.pmf(there, there[-1], others))
    return float(chances[outside].sum())


def test_the_standard_error_is_that_of_the_hypergeometric_distribution() -> None:
    error = error_within(np.array([40.0, 399.0]), 130, 400)
    assert error[0] == pytest.approx(hypergeom(400, 130, 40).std() / 40)
    assert error[1] == pytest.approx(hypergeom(400, 130, 399).std() / 399)


def test_a_ratio_of_a_known_chance_has_exact_limits_and_one_that_was_learned_from_narrower_ones() -> (
    None
):
    number, expected = np.array([80.0]), np.array([32.0])
    alone = np.sqrt(0.6 / expected)
    low, high = exact_limits(number, np.array([0.4]), 0.05)
    known = ratio_limits(number, expected, alone, 0.05)
    assert (known[0][0], known[1][0]) == pytest.approx((low[0] / 0.4, high[0] / 0.4))
    inner_low, inner_high = ratio_limits(number, expected, alone / 2, 0.05)
    assert 1 - inner_low == pytest.approx((1 - low / 0.4) / 2)
    assert inner_high - 1 == pytest.approx((high / 0.4 - 1) / 2)
    few = ratio_limits(np.array([3.0]), np.array([1.5]), np.sqrt([1 / 3]), 0.002)
    assert (few[0][0], few[1][0]) == (0, 2)


def test_what_a_group_could_show_it_shows_in_80_of_100() -> None:
    low, high = limits_within(np.array([100.0]), 200, 400, 0.05)
    above, below = could_show(100, 200, 400, low[0], high[0])
    assert above is not None
    assert below is not None
    assert above == pytest.approx(-below)
    # A group that lies so far above the whole of 50 % leaves the others a third of that below it.
    assert beyond(100, 400, 0.5 + above, 0.5 - above / 3) == pytest.approx(0.8, abs=0.02)
    wide_above, _ = could_show(100, 200, 400, low[0] - 0.1, high[0] + 0.1)
    assert wide_above is not None
    assert wide_above > above + 0.09


def test_what_no_group_of_its_size_could_show_is_not_promised() -> None:
    low, high = limits_within(np.array([5.0]), 360, 400, 0.05)
    above, below = could_show(5, 360, 400, low[0], high[0])
    assert above is None
    assert below is not None
    assert -0.9 < below < 0
    assert could_show(20, 200, 400, 0.0, 1.0) == (None, None)
