"""Rates pooled in part, against R, and what is refused."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from scipy.stats import chi2_contingency

from pipelines.definitions import Definitions
from pipelines.estimates.pooling import Pooled, pooled, rate, shared
from pipelines.estimates.response import response
from pipelines.estimates.result import Population, Provenance, Question

REFERENCE = Path(__file__).parents[1] / "reference"
NOWHERE = Provenance("b", "relative", None, None)
HITS = [18, 17, 16, 15, 14, 14, 13, 12, 11, 11, 10, 10, 10, 10, 10, 9, 8, 7]


def test_batting_averages_of_efron_and_morris_1975_are_pooled_as_by_adaptive_integration_in_r() -> (
    None
):
    golden = pl.read_csv(REFERENCE / "pooling_r.csv", comment_prefix="#")
    hyper = shared(np.array(HITS, dtype=float), np.full(18, 45.0))
    for _, met, *expected in golden.rows():
        assert rate(met, 45.0, hyper) == pytest.approx(tuple(expected), abs=1e-5)


def asked(
    definitions: Definitions,
    *groups: tuple[str, int, int, int],
    population: Population = "first_courses",
) -> Pooled:
    """Return clinics pooled: clinic, and how many responded, did not, were not assessed."""
    names = ("responded", "not_responded", "not_assessed")
    rows = [
        (clinic, status)
        for clinic, *numbers in groups
        for status, number in zip(names, numbers, strict=True)
        for _ in range(number)
    ]
    courses = pl.DataFrame(rows, schema=["clinic_key", "status"], orient="row").with_columns(
        patient_key=pl.int_range(pl.len()).cast(pl.String),
        measure=pl.lit("response"),
        category=pl.lit("tmj"),
        sex=pl.lit("female"),
        age_band=pl.lit("35-44"),
        severity=pl.lit(0.6),
        is_first_course=pl.lit(True),
    )
    question = Question(by=("clinic_key",), population=population)
    return pooled(response(courses, question, definitions, NOWHERE))


def test_a_small_group_is_drawn_further_than_a_large_one(definitions: Definitions) -> None:
    found = asked(
        definitions,
        ("a", 8, 2, 0),
        ("b", 160, 40, 0),
        ("c", 50, 50, 0),
        ("d", 45, 55, 0),
        ("e", 9, 1, 9),
    )
    rows = {row["clinic_key"]: row for row in found.frame.iter_rows(named=True)}
    assert rows["a"]["rate"] == rows["b"]["rate"] == 0.8
    assert rows["a"]["pooled"] < rows["b"]["pooled"] < 0.8
    for clinic in "abcd":
        row = rows[clinic]
        assert row["pooled_low"] < row["pooled"] < row["pooled_high"]
    assert rows["e"]["reason"] == "group_followed_too_little"
    assert rows["e"]["pooled"] is None
    assert found.spread is not None
    assert found.spread[1] < found.spread[0] < found.spread[2]
    assert not found.alike


def test_groups_that_one_rate_explains_are_said_to_be_alike(definitions: Definitions) -> None:
    """Pearson's test of four groups, as scipy computes it, on both sides of 5 %."""
    for met, said in (((50, 55, 45, 60), True), ((50, 55, 45, 65), False)):
        found = asked(
            definitions, *[(name, y, 100 - y, 0) for name, y in zip("abcd", met, strict=True)]
        )
        table = np.array([met, [100 - y for y in met]])
        assert found.alike == said
        assert (chi2_contingency(table, correction=False).pvalue >= 0.05) == said


def test_where_nobody_or_everybody_responded_there_are_still_limits_within_0_and_1(
    definitions: Definitions,
) -> None:
    for met, unmet in ((0, 12), (12, 0)):
        found = asked(definitions, *[(clinic, met, unmet, 0) for clinic in "abcd"])
        for low, value, high in found.frame.select("pooled_low", "pooled", "pooled_high").rows():
            assert 0 <= low <= value <= high <= 1


def test_a_refusal_has_its_reason_and_no_number(definitions: Definitions) -> None:
    few = asked(definitions, ("a", 8, 2, 0), ("b", 16, 4, 0), ("c", 5, 5, 0), ("d", 0, 0, 3))
    every = asked(definitions, *[(clinic, 5, 5, 0) for clinic in "abcd"], population="all_courses")
    assert (few.refused, every.refused) == ("too_few_groups", "several_courses_pooled")
    for found in (few, every):
        assert found.frame["pooled"].null_count() == found.frame.height
        assert found.frame["reason"].null_count() == 0
        assert (found.mean, found.spread) == (None, None)
    assert few.frame["reason"].to_list()[3] == "nobody_assessed"
