"""Response weighted for who was assessed, against closed forms typed out and drawn refusals."""

import polars as pl
import pytest

from pipelines.definitions import Definitions
from pipelines.estimates.weighting import weighting


def courses(*groups: tuple[str, int, int, int], per_patient: int = 1) -> pl.DataFrame:
    """Return courses of (sex, responded, failed, missing), all alike but for the sex."""
    found = [
        (sex, status)
        for sex, *counts in groups
        for status, count in zip(
            ("responded", "not_responded", "not_assessed"), counts, strict=True
        )
        for _ in range(count)
    ]
    return pl.DataFrame(found, schema=["sex", "status"], orient="row").with_columns(
        patient_key=pl.int_range(pl.len()) // per_patient,
        category=pl.lit("tmj"),
        age_band=pl.lit("35-44"),
        clinic_key=pl.lit("a"),
        is_first_course=pl.lit(True),
        severity=pl.lit(0.8),
    )


def test_with_two_strata_the_weighted_share_is_the_poststratified_one(
    definitions: Definitions,
) -> None:
    # Women: 30 of 60 assessed of 80. Men: 10 of 40 assessed of 80. (0.5 * 80 + 0.25 * 80) / 160.
    found = weighting(courses(("female", 30, 30, 20), ("male", 10, 30, 40)), definitions)
    row = found.level([], None).row(0, named=True)
    assert row["weighted"] == pytest.approx(0.375)
    assert row["weighted_refused"] is None


def test_the_interval_is_wilsons_on_the_variance_of_a_poststratified_share(
    definitions: Definitions,
) -> None:
    # Shares 0.5 of 40 and 0.9 of 60 assessed, 80 due in each. Within: (1/2)^2 * (0.25 / 40 + 0.09 / 60).
    # Between: 0.2^2 / 160, as the strata were drawn too. Together 0.0021875, times 160 / 159 for the
    # patients: 0.21 over it is the effective sample of 95.4, and Wilson on 70 % of that is expected.
    found = weighting(courses(("female", 20, 20, 40), ("male", 54, 6, 20)), definitions)
    row = found.level([], None).row(0, named=True)
    assert row["weighted"] == pytest.approx(0.7)
    assert (row["weighted_low"], row["weighted_high"]) == pytest.approx((0.6018, 0.7827), abs=5e-5)


def test_several_courses_of_one_patient_are_no_more_certain_than_one(
    definitions: Definitions,
) -> None:
    groups = (("female", 60, 60, 40), ("male", 20, 60, 80))
    alone = weighting(courses(*groups), definitions).level([], None).row(0, named=True)
    joined = weighting(courses(*groups, per_patient=4), definitions)
    row = joined.level([], None).row(0, named=True)
    assert row["weighted"] == pytest.approx(alone["weighted"])
    assert row["weighted_high"] - row["weighted_low"] > 1.5 * (
        alone["weighted_high"] - alone["weighted_low"]
    )


@pytest.mark.parametrize(
    ("counts", "reason"),
    [
        ((30, 30, 0), "nobody_missing"),
        ((0, 0, 30), "nobody_assessed"),
        ((10, 19, 30), "follow_up_too_low"),
        ((10, 20, 9), "too_few_for_weights"),
    ],
)
def test_a_refusal_has_its_reason_and_no_number(
    definitions: Definitions, counts: tuple[int, int, int], reason: str
) -> None:
    row = weighting(courses(("female", *counts)), definitions).level([], None).row(0, named=True)
    assert row == {
        "weighted": None, "weighted_low": None, "weighted_high": None, "weighted_refused": reason,
    }  # fmt: skip


def test_a_severity_that_tells_exactly_who_was_assessed_is_refused(
    definitions: Definitions,
) -> None:
    rows = courses(("female", 20, 20, 20)).with_columns(
        severity=pl.when(pl.col("status") == "not_assessed").then(0.9).otherwise(0.5)
    )
    row = weighting(rows, definitions).level([], None).row(0, named=True)
    assert row["weighted_refused"] == "separated"


def test_a_group_where_all_responded_has_a_share_of_one_and_an_interval(
    definitions: Definitions,
) -> None:
    found = weighting(courses(("female", 30, 0, 15), ("male", 10, 20, 15)), definitions)
    rows = {row["sex"]: row for row in found.level(["sex"], None).iter_rows(named=True)}
    assert rows["female"]["weighted"] == 1
    assert rows["female"]["weighted_low"] == pytest.approx(0.8865, abs=5e-5)
