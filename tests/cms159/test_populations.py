"""Who is counted, at each side of each threshold."""

from pathlib import Path

import pytest

from pipelines.cms159 import Outcome
from tests.cms159.drawing import resources, where

BORN = "patient | 1980-01-01 | |"
VISIT = "depression_encounter | 2024-02-25T14:30:00Z | 2024-02-25T14:50:00Z |"
DEPRESSED = "major_depression | 2020-01-01 | |"
INDEX = "phq_9 | 2024-02-25T14:35:00Z | | 15"


def drawn_patient(*rows: str) -> str:
    return "\n".join(["what | start | end | value", *rows])


def populations(outcome: Outcome) -> tuple[int, int, int, int]:
    return (
        outcome.initial_population,
        outcome.denominator,
        outcome.denominator_exclusion,
        outcome.numerator,
    )


def test_remission_a_year_after_the_index_counts_in_the_numerator(tmp_path: Path) -> None:
    found = where(tmp_path, """
        what                 | start                | end                  | value
        patient              | 1980-01-01           |                      |
        depression_encounter | 2024-02-25T14:30:00Z | 2024-02-25T14:50:00Z |
        major_depression     | 2020-01-01           |                      |
        phq_9                | 2024-02-25T14:35:00Z |                      | 15
        phq_9                | 2025-02-19T10:00:00Z |                      | 3
    """)  # fmt: skip
    assert found == Outcome(
        "p1", 1, 1, 0, 1, "18 and over", "last PHQ-9 in the assessment period is 3"
    )


@pytest.mark.parametrize(("score", "counted"), [(9, 0), (10, 1)])
def test_an_index_is_above_9(tmp_path: Path, score: int, counted: int) -> None:
    index = f"phq_9 | 2024-02-25T14:35:00Z | | {score}"
    found = where(tmp_path, drawn_patient(BORN, VISIT, DEPRESSED, index))
    assert found.initial_population == counted
    assert found.reason == (
        "no PHQ-9 in the assessment period"
        if counted
        else "no PHQ-9 above 9 between 7 days before a depression encounter and its end"
    )


@pytest.mark.parametrize(("score", "remitted"), [(4, 1), (5, 0), (0, 1)])
def test_remission_is_below_5(tmp_path: Path, score: int, remitted: int) -> None:
    last = f"phq_9 | 2025-02-25 | | {score}"
    found = where(tmp_path, drawn_patient(BORN, VISIT, DEPRESSED, INDEX, last))
    assert populations(found) == (1, 1, 0, remitted)


@pytest.mark.parametrize(
    ("day", "inside"),
    [("2024-12-26", 0), ("2024-12-27", 1), ("2025-04-26", 1), ("2025-04-27", 0)],
)
def test_the_assessment_period_reaches_60_days_to_both_sides_of_the_year(
    tmp_path: Path, day: str, inside: int
) -> None:
    last = f"phq_9 | {day}T23:59:59Z | | 2"
    found = where(tmp_path, drawn_patient(BORN, VISIT, DEPRESSED, INDEX, last))
    assert found.numerator == inside


def test_the_last_score_of_the_assessment_period_decides(tmp_path: Path) -> None:
    found = where(tmp_path, drawn_patient(
        BORN, VISIT, DEPRESSED, INDEX, "phq_9 | 2025-02-25 | | 7", "phq_9 | 2025-02-20 | | 2",
    ))  # fmt: skip
    assert populations(found) == (1, 1, 0, 0)
    assert found.reason == "last PHQ-9 in the assessment period is 7"


def test_a_leap_day_is_followed_a_year_later_by_the_28th(tmp_path: Path) -> None:
    visit = "depression_encounter | 2024-02-29T09:00:00Z | 2024-02-29T10:00:00Z |"
    index = "phq_9 | 2024-02-29T09:30:00Z | | 12"
    for day, inside in (("2024-12-30", 1), ("2024-12-29", 0), ("2025-04-29", 1), ("2025-04-30", 0)):
        last = f"phq_9 | {day} | | 2"
        found = where(tmp_path, drawn_patient(BORN, visit, DEPRESSED, index, last))
        assert found.numerator == inside, day


@pytest.mark.parametrize(("day", "counted"), [("2024-02-18", 1), ("2024-02-17", 0)])
def test_an_index_may_be_7_days_before_the_encounter_by_the_day(
    tmp_path: Path, day: str, counted: int
) -> None:
    index = f"phq_9 | {day}T00:10:00Z | | 15"
    found = where(tmp_path, drawn_patient(BORN, VISIT, DEPRESSED, index))
    assert found.initial_population == counted


@pytest.mark.parametrize(("day", "counted"), [("2024-02-25T23:00:00Z", 1), ("2024-02-26", 0)])
def test_an_index_may_be_later_on_the_day_on_which_the_encounter_ends(
    tmp_path: Path, day: str, counted: int
) -> None:
    found = where(tmp_path, drawn_patient(BORN, VISIT, DEPRESSED, f"phq_9 | {day} | | 15"))
    assert found.initial_population == counted


@pytest.mark.parametrize(
    ("day", "counted"),
    [("2023-10-31", 0), ("2023-11-01", 1), ("2024-10-31", 1), ("2024-11-01", 0)],
)
def test_encounters_end_between_14_and_2_months_before_the_year(
    tmp_path: Path, day: str, counted: int
) -> None:
    visit = f"depression_encounter | {day}T22:00:00Z | {day}T23:00:00Z |"
    found = where(tmp_path, drawn_patient(BORN, visit, DEPRESSED, f"phq_9 | {day} | | 15"))
    assert found.initial_population == counted
    if not counted:
        assert found.reason == "no depression encounter in the identification period"


@pytest.mark.parametrize(
    ("born", "counted", "stratum"),
    [
        ("2012-02-26", 0, None),
        ("2012-02-25", 1, "12-17"),
        ("2006-02-26", 1, "12-17"),
        ("2006-02-25", 1, "18 and over"),
        ("2012", 0, None),
        ("2011", 1, "12-17"),
        ("2006", 1, None),
        ("2006-02", 1, None),
        ("2006-01", 1, "18 and over"),
    ],
)
def test_age_is_told_by_the_birthday_on_or_before_the_index(
    tmp_path: Path, born: str, counted: int, stratum: str | None
) -> None:
    found = where(tmp_path, drawn_patient(f"patient | {born} | |", VISIT, DEPRESSED, INDEX))
    assert (found.initial_population, found.stratum) == (counted, stratum)
    if not counted:
        assert found.reason == "younger than 12 at the index PHQ-9"


def test_without_a_date_of_birth_nobody_is_counted(tmp_path: Path) -> None:
    found = where(tmp_path, drawn_patient("patient | | |", VISIT, DEPRESSED, INDEX))
    assert (found.initial_population, found.reason) == (0, "no date of birth")


def test_days_are_those_of_the_offset_that_is_written(tmp_path: Path) -> None:
    late = "depression_encounter | 2024-10-31T21:00:00-05:00 | 2024-10-31T22:00:00-05:00 |"
    index = "phq_9 | 2024-10-31T21:30:00-05:00 | | 15"
    assert where(tmp_path, drawn_patient(BORN, late, DEPRESSED, index)).initial_population == 1
    next_day = "depression_encounter | 2024-11-01T02:00:00Z | 2024-11-01T03:00:00Z |"
    assert where(tmp_path, drawn_patient(BORN, next_day, DEPRESSED, index)).initial_population == 0


def test_an_encounter_and_a_depression_meet_by_the_instant(tmp_path: Path) -> None:
    for onset, counted in (
        ("2024-02-25T14:50:00Z", 1),
        ("2024-02-25T14:50:01Z", 0),
        ("2024-02-25T09:50:00-05:00", 1),
        ("2024-02-25T10:50:00-05:00", 0),
        ("2024-02-24", 1),
        ("2024-02-25", 0),
        ("2024-01", 1),
    ):
        depressed = f"dysthymia | {onset} | |"
        found = where(tmp_path, drawn_patient(BORN, VISIT, depressed, INDEX))
        assert found.initial_population == counted, onset


def test_a_score_written_as_a_quantity_counts_as_the_integer(tmp_path: Path) -> None:
    found = resources(drawn_patient(BORN, VISIT, DEPRESSED, INDEX, "phq_9 | 2025-02-25 | |"))
    found[-1]["valueQuantity"] = {"value": 3.0, "unit": "{score}"}
    outcome = where(tmp_path, found)
    assert (outcome.numerator, outcome.reason) == (1, "last PHQ-9 in the assessment period is 3")
    del found[-1]["valueQuantity"]
    outcome = where(tmp_path, found)
    assert outcome.numerator == 0
    assert outcome.reason == "last PHQ-9 in the assessment period has no number"


@pytest.mark.parametrize(
    ("row", "field", "value"),
    [
        (1, "status", "in-progress"),
        (1, "status", None),
        (3, "status", "entered-in-error"),
        (3, "status", "preliminary"),
        (2, "verificationStatus", {"coding": [{"code": "confirmed"}]}),
        (2, "verificationStatus", None),
        (2, "clinicalStatus", None),
    ],
)
def test_what_is_not_finished_final_confirmed_and_active_counts_for_nothing(
    tmp_path: Path, row: int, field: str, value: object
) -> None:
    found = resources(drawn_patient(BORN, VISIT, DEPRESSED, INDEX))
    assert where(tmp_path, found).initial_population == 1
    found[row][field] = value
    if value is None:
        del found[row][field]
    assert where(tmp_path, found).initial_population == 0
