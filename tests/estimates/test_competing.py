"""Cumulative incidence against R's survfit, and at the edges by hand."""

import polars as pl
import pytest

from pipelines.estimates.competing import cumulative_incidence
from pipelines.estimates.survival import at_days
from tests.drawn import drawn
from tests.estimates.test_survival import REFERENCE, golden

WAYS = ("malignancy", "death")


def ended(text: str) -> pl.DataFrame:
    return drawn(text).with_columns(pl.col("time").cast(pl.Int64))


@pytest.mark.parametrize("sex", ["F", "M"])
@pytest.mark.parametrize("way", [*WAYS, "still"])
def test_plasma_cell_malignancy_with_death_competing_against_r_survfit(sex: str, way: str) -> None:
    """The mgus2 data of R's survival, in months, with many ties."""
    counted = pl.read_csv(REFERENCE / "survival_mgus2.csv").filter(sex=sex)
    each = counted.select(pl.col("time", "way").repeat_by("n").list.explode())
    people = each.with_row_index("patient_key")
    table = golden("mgus2", sex, way)
    found = cumulative_incidence(people, WAYS).rename({"time": "day"})
    at = at_days(found, table["time"].to_list(), "still_share")
    assert at["at_risk"].to_list() == table["at_risk"].to_list()
    for ours, theirs in (("share", "value"), ("low", "low"), ("high", "high")):
        assert at[f"{way}_{ours}"].to_list() == pytest.approx(table[theirs].to_list(), abs=1e-9)


def test_shares_of_ties_in_every_way_by_hand() -> None:
    """At 1 of four one ends each way and one is censored; the last ends at 2."""
    found = cumulative_incidence(
        ended("""
            patient_key | time | way
            1           | 1    | a
            2           | 1    | b
            3           | 1    | censored
            4           | 2    | a
        """),
        ["a", "b"],
    )
    assert found.select("time", "at_risk", "a", "b", "censored").rows() == [
        (0, 4, 0, 0, 0), (1, 4, 1, 1, 1), (2, 1, 1, 0, 0),
    ]  # fmt: skip
    assert found.select("a_share", "b_share", "still_share").rows() == [
        (0.0, 0.0, 1.0), (0.25, 0.25, 0.5), (0.75, 0.25, 0.0),
    ]  # fmt: skip


def test_a_share_of_0_or_1_has_no_limits() -> None:
    found = cumulative_incidence(
        ended("patient_key | time | way\n1 | 3 | censored\n2 | 4 | a\n3 | 4 | a"), ["a", "b"]
    )
    assert found.filter(time=4).select("a_share", "a_low", "a_high", "b_low").rows() == [
        (1.0, None, None, None)
    ]


def test_courses_of_one_patient_make_the_interval_wider() -> None:
    rows = [(n, n % 3 + 1, "a" if n % 2 else "censored") for n in range(12)]
    alone = pl.DataFrame(rows, schema=["patient_key", "time", "way"], orient="row")
    agreeing = pl.concat([alone, alone])
    apart = agreeing.with_columns(patient_key=pl.int_range(pl.len()))
    wide, narrow = (cumulative_incidence(frame, ["a"]) for frame in (agreeing, apart))
    assert wide["a_share"].to_list() == narrow["a_share"].to_list()
    assert wide["a_low"][1] < narrow["a_low"][1]
    assert wide["a_high"][1] > narrow["a_high"][1]
