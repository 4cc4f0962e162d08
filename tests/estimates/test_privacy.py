"""How well records hide persons: groups of patients alike, and the claims that settings allow."""

from datetime import date

import polars as pl
import pytest

from pipelines.definitions import load
from pipelines.estimates.privacy import PrivacyReport, alike, privacy, setting_of
from pipelines.estimates.result import Provenance
from tests.drawn import drawn

# Sweeney 2002, k-anonymity: a model for protecting privacy, IJUFKS 10(5):557, figure 2: a table
# that adheres to k-anonymity with k = 2 over race, birth, gender and ZIP code.
SWEENEY = drawn("""
    race  | birth | gender | zip
    Black | 1965  | m      | 0214*
    Black | 1965  | m      | 0214*
    Black | 1965  | f      | 0213*
    Black | 1965  | f      | 0213*
    Black | 1964  | f      | 0213*
    Black | 1964  | f      | 0213*
    White | 1964  | m      | 0213*
    White | 1964  | m      | 0213*
    White | 1964  | m      | 0213*
    White | 1967  | m      | 0213*
    White | 1967  | m      | 0213*
""")
PATIENTS = """
    patient_key | sex    | age_band | region | clinic_key | category   | day
    1           | female | 25-34    |        | a          | tmj        | 2025-01-16
    2           | female | 25-34    |        | a          | tmj        | 2025-01-16
    3           | female | 25-34    |        | a          | depression | 2025-03-16
    4           | male   | 90+      |        | a          | depression | 2025-02-16
    5           | male   | 25-34    |        | a          | depression | 2025-02-16
    6           | male   | 25-34    |        | a          | depression | 2025-02-16
"""


def report(
    *slides: str | None,
    patients: str = PATIENTS,
    calendar: str = "dates",
    region: str | None = None,
) -> PrivacyReport:
    frame = drawn(patients).with_columns(first_day=pl.col("day").str.to_date()).drop("day")
    if region:
        frame = frame.with_columns(region=pl.lit(region))
    where = Provenance("build", calendar, date(2025, 1, 1), date(2025, 12, 31))
    return privacy(frame, slides, load(), where)


@pytest.mark.parametrize(
    ("columns", "smallest"),
    [
        (["race", "birth", "gender", "zip"], 2),
        (["race"], 5),
        (["gender"], 4),
        (["zip"], 2),
        (["birth"], 2),
        (["race", "gender", "zip"], 2),
    ],
)
def test_k_is_that_of_the_published_table_and_of_pycanon(columns: list[str], smallest: int) -> None:
    """Expected values: k_anonymity of pycanon 1.3.6 on the same table."""
    assert alike(SWEENEY, columns, [5, 11])["smallest_group"] == smallest


def test_the_groups_of_the_published_table_are_counted_with_their_risks() -> None:
    found = alike(SWEENEY, ["race", "birth", "gender", "zip"], [3, 5])
    assert found == {
        "patients": 11, "groups": 5, "smallest_group": 2, "unique": 0, "under_3": 8, "under_5": 11,
        "highest_risk": 0.5, "average_risk": pytest.approx(0.454545, abs=1e-6),
    }  # fmt: skip


def test_without_any_column_all_patients_are_one_group() -> None:
    assert alike(SWEENEY, [], [5])["smallest_group"] == 11
    assert alike(SWEENEY.clear(), [], [5])["smallest_group"] is None
    assert alike(SWEENEY.clear(), ["race"], [5])["highest_risk"] is None


def test_only_what_the_records_hold_counts_as_known() -> None:
    assert report("month").held == ("sex", "age_band", "category", "first_infusion", "clinic_key")
    unknown = PATIENTS.replace("female", "unknown").replace("male", "unknown")
    assert "sex" not in report("month", patients=unknown).held
    assert "first_infusion" not in report(calendar="relative").held


def test_patients_are_counted_over_all_together_and_over_each_one_two_and_three() -> None:
    found = report("month")
    assert (found.whole["smallest_group"], found.whole["unique"]) == (1, 2)
    numbers = found.combinations.select("columns", "unique").rows()
    assert len(numbers) == 5 + 10 + 10
    assert ("age_band", 1) in numbers
    assert ("sex, category", 1) in numbers
    assert ("category, first_infusion", 1) in numbers


def test_what_drives_the_smallest_groups_shows_without_each_column() -> None:
    found = report("month").without.select("left_out", "unique", "smallest_group").rows()
    assert found == [
        ("sex", 2, 1), ("age_band", 1, 1), ("category", 2, 1), ("first_infusion", 2, 1),
        ("clinic_key", 2, 1),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("slides", "unique"), [(("month",), 4), (("quarter",), 2), (("year",), 2), ((None,), 6)]
)
def test_the_period_is_as_fine_as_the_calendar_is_kept(
    slides: tuple[str | None, ...], unique: int
) -> None:
    patients = """
        patient_key | sex    | age_band | region | clinic_key | category | day
        1           | female | 25-34    |        | a          | tmj      | 2025-01-16
        2           | female | 25-34    |        | a          | tmj      | 2025-01-17
        3           | female | 25-34    |        | a          | tmj      | 2025-02-18
        4           | female | 25-34    |        | a          | tmj      | 2025-03-18
        5           | female | 35-44    |        | a          | tmj      | 2025-04-18
        6           | female | 45-54    |        | a          | tmj      | 2025-12-18
    """
    assert report(*slides, patients=patients).whole["unique"] == unique


@pytest.mark.parametrize(
    ("calendar", "slides", "expected"),
    [
        ("dates", ["year", "month"], "month"),
        ("dates", ["year", "quarter"], "quarter"),
        ("dates", ["year", None], "not_slid"),
        ("dates", [], "not_slid"),
        ("relative", [None], "relative"),
    ],
)
def test_several_batches_keep_what_the_finest_of_them_keeps(
    calendar: str, slides: list[str | None], expected: str
) -> None:
    assert setting_of(calendar, slides) == expected


@pytest.mark.parametrize(
    ("slide", "calendar", "region", "verdicts"),
    [
        ("month", "dates", None, ["no", "needs", "needs", "no"]),
        ("quarter", "dates", "CA", ["no", "needs", "needs", "no"]),
        ("year", "dates", None, ["yes", "needs", "needs", "no"]),
        ("year", "dates", "CA", ["yes", "needs", "needs", "no"]),
        ("year", "dates", "000", ["yes", "needs", "needs", "no"]),
        ("year", "dates", "94110", ["no", "needs", "needs", "no"]),
        ("year", "dates", "036", ["no", "needs", "needs", "no"]),
        (None, "dates", None, ["unknown", "unknown", "needs", "unknown"]),
        (None, "relative", None, ["unknown", "unknown", "needs", "unknown"]),
    ],
)  # fmt: skip
def test_settings_decide_which_claims_are_allowed(
    slide: str | None, calendar: str, region: str | None, verdicts: list[str]
) -> None:
    found = report(slide, calendar=calendar, region=region).claims
    assert found["claim"].to_list() == [
        "safe_harbor", "limited_data_set", "expert_determination", "gdpr_anonymous",
    ]  # fmt: skip
    assert found["verdict"].to_list() == verdicts
    assert found["verdict_source"].null_count() == 0


def test_safe_harbor_by_year_names_the_exact_days_between_visits() -> None:
    because = report("year").claims["because"][0]
    assert "days between a patient's visits are exact and nearly unique" in because


def test_each_claim_has_a_verdict_for_each_setting() -> None:
    definitions = load()
    claims = definitions["privacy_claims"]["claim"].to_list()
    settings = ["month", "quarter", "year", "not_slid", "relative"]
    verdicts = set(definitions["privacy_verdicts"].select("claim", "setting").rows())
    assert {(claim, setting) for claim in claims for setting in settings} <= verdicts
