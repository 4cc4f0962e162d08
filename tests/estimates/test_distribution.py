"""The distribution of percent change, on drawn scores."""

from decimal import Decimal

import polars as pl

from pipelines.estimates.distribution import distribution


def courses(*pairs: tuple[str, str]) -> pl.DataFrame:
    return pl.DataFrame(
        [("not_responded", Decimal(baseline), Decimal(final)) for baseline, final in pairs],
        schema={"status": pl.String, "baseline": pl.Decimal(6, 2), "final": pl.Decimal(6, 2)},
        orient="row",
    )


def shares(frame: pl.DataFrame) -> dict[int, float | None]:
    return dict(distribution(frame).select("fell_percent", "share").rows())


def test_every_degree_of_improvement_counts_those_who_fell_so_much_or_more() -> None:
    found = shares(courses(("10", "0"), ("10", "5"), ("10", "10"), ("10", "14")))
    assert (found[-50], found[-40], found[-30], found[0]) == (1.0, 1.0, 0.75, 0.75)
    assert (found[10], found[50], found[60], found[100]) == (0.5, 0.5, 0.25, 0.25)


def test_a_tie_on_thirty_percent_counts_with_decimals_too() -> None:
    assert shares(courses(("6.30", "4.41"), ("7.1", "4.97")))[30] == 1.0


def test_a_baseline_of_zero_has_no_percent_and_is_left_out() -> None:
    found = distribution(courses(("0", "0"), ("10", "0")))
    assert found["assessed"].unique().to_list() == [1]


def test_nobody_assessed_gives_null_and_never_0() -> None:
    frame = courses(("10", "5")).with_columns(status=pl.lit("not_assessed"))
    assert set(shares(frame).values()) == {None}
