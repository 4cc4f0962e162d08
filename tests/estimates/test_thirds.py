"""Response by thirds of baseline severity, on drawn courses."""

import polars as pl

from pipelines.definitions import Definitions
from pipelines.estimates.result import Question
from pipelines.estimates.thirds import thirds


def courses(*rows: tuple[str, str, float]) -> pl.DataFrame:
    """Return courses of (instrument, status, baseline), with scales from 0 to 10."""
    frame = pl.DataFrame(rows, schema=["instrument", "status", "baseline"], orient="row")
    return frame.with_columns(
        severity=pl.col("baseline") / 10, patient_key=pl.int_range(pl.len()).cast(pl.String)
    )


def test_each_third_has_its_own_counts_and_the_range_of_its_baselines(
    definitions: Definitions,
) -> None:
    rows = [
        ("nrs_now", "responded", 4.0),
        ("nrs_now", "not_responded", 5.0),
        ("nrs_now", "responded", 6.0),
        ("nrs_now", "not_assessed", 7.0),
        ("nrs_now", "responded", 8.0),
        ("nrs_now", "responded", 10.0),
    ]
    found = thirds(courses(*rows), Question(), definitions)
    columns = ("third", "due", "assessed", "responded", "lowest", "highest_baseline")
    assert found.select(columns).rows() == [
        ("least", 2, 2, 1, 4.0, 5.0),
        ("middle", 2, 1, 1, 6.0, 7.0),
        ("most", 2, 2, 2, 8.0, 10.0),
    ]


def test_equal_baselines_stay_together_and_an_empty_third_has_no_row(
    definitions: Definitions,
) -> None:
    found = thirds(courses(*[("nrs_now", "responded", 7.0)] * 6), Question(), definitions)
    assert found.select("third", "due").rows() == [("least", 6)]


def test_thirds_are_of_the_courses_of_one_scale_and_then_ranges_are_not_told(
    definitions: Definitions,
) -> None:
    rows = [("a", "responded", n) for n in (1.0, 2.0, 3.0)]
    rows += [("b", "not_responded", n) for n in (7.0, 8.0, 9.0)]
    found = thirds(courses(*rows), Question(), definitions)
    assert found.select("third", "due", "responded", "lowest").rows() == [
        ("least", 2, 1, None),
        ("middle", 2, 1, None),
        ("most", 2, 1, None),
    ]


def test_courses_without_a_baseline_that_counts_are_in_no_third(definitions: Definitions) -> None:
    rows = [("nrs_now", "below_floor", 2.0), ("nrs_now", "not_yet_due", 6.0)]
    found = thirds(courses(*rows), Question(), definitions)
    assert found.select("third", "due", "rate").rows() == [("least", 0, None)]
