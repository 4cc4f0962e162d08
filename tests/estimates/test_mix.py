"""A change between two years as who came and how they fared, against statsmodels."""

from datetime import date

import numpy as np
import polars as pl
import pytest
from statsmodels.stats.oaxaca import OaxacaBlinder

from pipelines.definitions import Definitions
from pipelines.estimates.difference import newcombe
from pipelines.estimates.mix import Mix, mix
from pipelines.estimates.result import Provenance, Question

NOWHERE = Provenance("b", "dates", None, None)
BEFORE, LATEST = date(2025, 1, 1), date(2026, 1, 1)


def courses(*groups: tuple[str, date | None, int, int, int]) -> pl.DataFrame:
    """Return courses: category, month, how many responded, did not, were not assessed."""
    names = ("responded", "not_responded", "not_assessed")
    rows = [
        (category, month, status)
        for category, month, *numbers in groups
        for status, number in zip(names, numbers, strict=True)
        for _ in range(number)
    ]
    schema = {"category": pl.String, "start_month": pl.Date, "status": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row").with_columns(
        patient_key=pl.int_range(pl.len()).cast(pl.String),
        measure=pl.lit("response"),
        subtype=pl.lit(None, pl.String),
    )


def asked(rows: pl.DataFrame, definitions: Definitions) -> Mix:
    return mix(rows, Question(by=("category", "subtype")), definitions, NOWHERE)


def test_the_parts_are_those_of_the_oaxaca_blinder_decomposition_of_statsmodels(
    definitions: Definitions,
) -> None:
    rows = courses(
        ("depression", BEFORE, 40, 40, 0), ("depression", LATEST, 30, 20, 0),
        ("tmj", BEFORE, 5, 15, 0), ("tmj", LATEST, 20, 30, 0),
        ("headache", BEFORE, 6, 14, 0), ("headache", LATEST, 4, 16, 0),
    )  # fmt: skip
    found = asked(rows, definitions)
    dummies = np.column_stack(
        [rows["category"] == "tmj", rows["category"] == "headache", rows["start_month"] == LATEST]
    ).astype(float)
    met = (rows["status"] == "responded").to_numpy().astype(float)
    oaxaca = OaxacaBlinder(met, dummies, 2, hasconst=False)
    unexplained, explained, gap, *_ = oaxaca.two_fold(
        two_fold_type="self_submitted", submitted_weight=0.5
    ).params
    sign = np.sign(gap) * np.sign(found.mix + found.within)  # type: ignore[operator]
    assert found.mix == pytest.approx(sign * explained)
    assert found.within == pytest.approx(sign * unexplained)
    # 54 of 120 assessed responded in the latest year, 51 of 120 the year before.
    assert found.mix + found.within == pytest.approx(54 / 120 - 51 / 120)  # type: ignore[operator]


def test_by_hand_a_condition_of_one_year_is_mix_only(definitions: Definitions) -> None:
    found = asked(
        courses(
            ("depression", BEFORE, 30, 30, 0), ("depression", LATEST, 18, 12, 0),
            ("tmj", LATEST, 6, 24, 0),
        ),
        definitions,
    )  # fmt: skip
    # depression: share 1 -> 1/2, rate .5 -> .6; tmj: share 0 -> 1/2, rate .2.
    assert found.frame.select("category", "mix", "within").rows() == [
        ("depression", pytest.approx(-0.275), pytest.approx(0.075)),
        ("tmj", pytest.approx(0.1), 0.0),
    ]
    assert found.within == pytest.approx(0.075)
    low, high = found.within_low, found.within_high
    gap, gap_low, gap_high = newcombe((0.6, 0.4232, 0.7541), (0.5, 0.3774, 0.6226))
    assert low == pytest.approx(0.075 - 0.75 * (gap - gap_low), abs=1e-4)
    assert high == pytest.approx(0.075 + 0.75 * (gap_high - gap), abs=1e-4)


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        (courses(("tmj", None, 9, 9, 0)), "no_earlier_year"),
        (courses(("tmj", LATEST, 9, 9, 0)), "no_earlier_year"),
        (courses(("tmj", BEFORE, 9, 9, 0), ("tmj", LATEST, 9, 9, 0)), "one_condition"),
        (
            courses(("tmj", BEFORE, 9, 9, 0), ("headache", LATEST, 1, 1, 9)),
            "follow_up_of_a_side_too_low",
        ),
        (courses(("tmj", BEFORE, 9, 9, 0), ("headache", LATEST, 0, 0, 9)), "nobody_assessed"),
    ],
)
def test_a_refusal_has_its_reason_and_no_number(
    rows: pl.DataFrame, reason: str, definitions: Definitions
) -> None:
    found = asked(rows, definitions)
    assert found.refused == reason
    assert (found.mix, found.within, found.within_low, found.within_high) == (None,) * 4
    assert found.frame["within"].null_count() == found.frame.height
