"""Data quality from counts: order, shares, grades, follow-up and what it lets be said."""

from datetime import date

import polars as pl
import pytest

from pipelines.definitions import load
from pipelines.estimates.feedback import feedback
from pipelines.estimates.quality import QualityResult, quality
from pipelines.estimates.result import Provenance

DEFINITIONS = load()
RESULTS = pl.Schema(
    {"rule": pl.String, "scope": pl.String, "clinic_key": pl.String, "error": pl.String,
     "failing": pl.Int64, "counted": pl.Int64, "status": pl.String}
)  # fmt: skip
MONTHS = pl.Schema(
    {"rule": pl.String, "clinic_key": pl.String, "month": pl.Date, "failing": pl.Int64,
     "counted": pl.Int64}
)  # fmt: skip
FOLLOW_UP = pl.Schema(
    {"window": pl.String, "clinic_key": pl.String, "category": pl.String, "month": pl.Date,
     "due": pl.Int64, "assessed": pl.Int64, "not_yet_due": pl.Int64}
)  # fmt: skip
JANUARY, FEBRUARY = date(2025, 1, 1), date(2025, 2, 1)
FATAL = ("follow_up_post_induction", "baseline_missing")


def result(
    rows: list[tuple[str, str | None, int, int, str]],
    months: list[tuple[object, ...]] | None = None,
    follow_up: list[tuple[object, ...]] | None = None,
) -> QualityResult:
    """Return data quality of rows of rule, clinic (None: practice), failing, counted, status."""
    table = [
        (rule, "practice" if clinic is None else "clinic", clinic,
         "not_evaluated" if status == "error" else None, failing, counted, status)
        for rule, clinic, failing, counted, status in rows
    ]  # fmt: skip
    return quality(
        pl.DataFrame(table, schema=RESULTS, orient="row"),
        pl.DataFrame(months or [], schema=MONTHS, orient="row"),
        pl.DataFrame(follow_up or [], schema=FOLLOW_UP, orient="row"),
        "post_induction",
        DEFINITIONS,
        Provenance("b", "dates", JANUARY, FEBRUARY),
    )


def kept(clinic: str | None) -> list[tuple[str, str | None, int, int, str]]:
    return [(rule, clinic, 0, 100, "passed") for rule in FATAL]


def test_failures_come_first_the_gravest_and_furthest_over_at_the_top() -> None:
    found = result(
        [
            ("sex_missing", None, 90, 100, "failed"),
            ("follow_up_week_12", None, 50, 100, "failed"),
            ("follow_up_week_8", None, 60, 100, "failed"),
            ("follow_up_post_induction", None, 20, 100, "passed"),
            ("follow_up_post_induction", "a", 40, 100, "failed"),
            ("dose_missing", None, 0, 0, "not_applicable"),
            ("retired_code", None, 0, 0, "error"),
            ("age_band_missing", None, 0, 100, "passed"),
        ]
    )
    assert found.rules.select("rule", "share", "failing_clinics").rows() == [
        ("follow_up_post_induction", 0.2, 1),
        ("follow_up_week_8", 0.6, 0),
        ("follow_up_week_12", 0.5, 0),
        ("sex_missing", 0.9, 0),
        ("retired_code", None, 0),
        ("age_band_missing", 0.0, 0),
        ("dose_missing", None, 0),
    ]


@pytest.mark.parametrize(
    ("failing", "grade"),
    [
        ([], "A"),
        (["sex_missing"], "A"),
        (["sex_missing", "age_band_missing"], "B"),
        (["follow_up_week_8"], "B"),
        (["follow_up_week_8", "follow_up_week_12"], "C"),
        (["follow_up_week_8", "follow_up_week_12", "vitals_missing", "dose_implausible"], "D"),
        (
            [
                "follow_up_week_8",
                "follow_up_week_12",
                "vitals_missing",
                "dose_implausible",
                "indication_missing",
                "clinic_month_gap",
            ],
            "D",
        ),
        (["baseline_missing"], "D"),
        (["baseline_missing", "follow_up_post_induction"], "F"),
    ],
)
def test_a_grade_is_the_first_whose_limits_hold(failing: list[str], grade: str) -> None:
    rows = [row for row in kept("a") + kept(None) if row[0] not in failing or row[1] is None]
    rows += [(rule, "a", 99, 100, "failed") for rule in failing]
    grades = result(rows).grades.filter(clinic_key="a")
    assert grades["grade"].item() == grade


def test_a_clinic_for_which_a_fatal_rule_had_nothing_to_count_has_no_grade() -> None:
    found = result(
        [
            *kept(None),
            ("baseline_missing", "new", 0, 3, "passed"),
            ("follow_up_post_induction", "new", 0, 0, "not_applicable"),
        ]
    )
    row = found.grades.filter(clinic_key="new").row(0, named=True)
    assert (row["grade"], row["means"], row["evaluated"]) == (None, None, 1)
    assert row["ungraded_by"] == "follow_up_post_induction"
    assert found.grades.filter(pl.col("clinic_key").is_null())["grade"].item() == "A"


def test_months_are_told_by_clinic_and_together_with_what_belongs_to_no_clinic() -> None:
    found = result(
        kept(None),
        months=[
            ("sex_missing", "a", JANUARY, 1, 4),
            ("sex_missing", None, JANUARY, 1, 1),
            ("sex_missing", "a", None, 9, 9),
            ("sex_missing", "a", FEBRUARY, 0, 0),
        ],
    )
    assert found.months.rows() == [
        ("sex_missing", None, JANUARY, 2, 5, 0.4),
        ("sex_missing", "a", JANUARY, 1, 4, 0.25),
    ]


def test_follow_up_is_told_by_month_and_its_share_is_null_where_none_is_due() -> None:
    found = result(
        kept(None),
        follow_up=[
            ("post_induction", "a", "depression", JANUARY, 10, 6, 0),
            ("post_induction", "b", "tmj", JANUARY, 10, 9, 0),
            ("post_induction", "a", "depression", FEBRUARY, 0, 0, 7),
            ("week_8", "a", "depression", JANUARY, 10, 1, 0),
        ],
    )
    columns = ["clinic_key", "month", "due", "assessed", "not_yet_due", "follow_up"]
    assert found.capture.select(columns).rows() == [
        (None, JANUARY, 20, 15, 0, 0.75),
        (None, FEBRUARY, 0, 0, 7, None),
        ("a", JANUARY, 10, 6, 0, 0.6),
        ("a", FEBRUARY, 0, 0, 7, None),
        ("b", JANUARY, 10, 9, 0, 0.9),
    ]


@pytest.mark.parametrize(
    ("due", "assessed", "verdict"),
    [(0, 0, "none_due"), (100, 69, "too_low"), (100, 70, "enough"), (41, 29, "few"), (4, 1, "too_low")],
)  # fmt: skip
def test_what_follow_up_lets_be_said_of_a_condition_at_a_clinic(
    due: int, assessed: int, verdict: str
) -> None:
    found = result(
        kept(None),
        follow_up=[("post_induction", "a", "headache", JANUARY, due, assessed, 0)],
    )
    assert found.trust["verdict"].to_list() == [verdict]


def test_feedback_names_place_and_rule_in_words_and_the_longest_beginning_wins() -> None:
    quarantine = pl.DataFrame(
        {
            "batch": [1, 1, 1],
            "table_name": ["scores", "visits", "Observation"],
            "file": ["s.csv", "s.csv", None],
            "source_row": ["10", "9", "1"],
            "column_name": ["score", "visit_key", None],
            "rule": ["score_out_of_range", "duplicate_visit_key", "odd_thing"],
        }
    )
    found = feedback(quarantine, DEFINITIONS)
    assert found.columns == [
        "batch", "file", "source_row", "table", "column", "rule", "explanation", "expected", "please",
    ]  # fmt: skip
    assert found.select("source_row", "explanation", "expected").rows() == [
        ("1", "", ""),
        ("9", "Another row has the same key; the first was kept.", "text"),
        ("10", "The score lies outside the range of its scale.", "a number"),
    ]
