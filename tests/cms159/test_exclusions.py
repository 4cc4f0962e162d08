"""Who is excluded, and by what in which order."""

from pathlib import Path

import pytest

from tests.cms159.drawing import Json, resources, where

DENOMINATOR = """
    what                 | start                | end                  | value
    patient              | 1980-01-01           |                      |
    depression_encounter | 2024-02-25T14:30:00Z | 2024-02-25T14:50:00Z |
    major_depression     | 2020-01-01           |                      |
    phq_9                | 2024-02-25T14:35:00Z |                      | 15
    phq_9                | 2025-02-19T10:00:00Z |                      | 3
"""
DIAGNOSES = [
    ("bipolar_disorder", "bipolar disorder"),
    ("personality_disorder", "emotionally labile personality disorder"),
    ("psychotic_disorder", "schizophrenia or psychotic disorder"),
    ("developmental_disorder", "pervasive developmental disorder"),
]


def reason(folder: Path, *rows: str) -> str:
    found = where(folder, DENOMINATOR + "\n".join(rows))
    assert found.denominator == 1
    assert found.denominator_exclusion == int(found.reason.startswith("excluded: "))
    assert not (found.denominator_exclusion and found.numerator)
    return found.reason


# The identification period starts on 2023-11-01, the assessment period ends on 2025-04-26.
@pytest.mark.parametrize(
    ("first", "last", "excluded"),
    [
        ("2023-10-01", "2023-10-31", False),
        ("2023-10-01", "2023-11-01", True),
        ("2025-04-26", "2025-05-01", True),
        ("2025-04-27", "2025-05-01", False),
    ],
)
@pytest.mark.parametrize(
    ("criterion", "label"),
    [
        ("hospice_encounter", "hospice care"),
        ("hospice_assessment", "hospice care"),
        ("hospice_procedure", "hospice care"),
        ("hospice_diagnosis", "hospice care"),
        ("palliative_assessment", "palliative care"),
        ("palliative_diagnosis", "palliative care"),
        ("palliative_encounter", "palliative care"),
        ("palliative_procedure", "palliative care"),
    ],
)
def test_care_excludes_where_it_overlaps_the_watched_days(
    tmp_path: Path, criterion: str, label: str, first: str, last: str, excluded: bool
) -> None:
    found = reason(tmp_path, f"{criterion} | {first} | {last} |")
    assert (found == f"excluded: {label}") is excluded


@pytest.mark.parametrize(
    ("day", "excluded"),
    [("2023-10-31", False), ("2023-11-01", True), ("2025-04-26", True), ("2025-04-27", False)],
)
def test_an_order_excludes_by_the_day_it_was_written_a_discharge_by_the_day_it_happened(
    tmp_path: Path, day: str, excluded: bool
) -> None:
    ordered = reason(tmp_path, f"hospice_order | {day}T08:00:00Z | |")
    discharged = reason(tmp_path, f"hospice_discharge | 2022-01-01 | {day} |")
    assert [ordered, discharged] == (
        ["excluded: hospice care"] * 2
        if excluded
        else ["last PHQ-9 in the assessment period is 3"] * 2
    )


@pytest.mark.parametrize(("criterion", "label"), DIAGNOSES)
def test_diagnoses_exclude_that_started_by_the_end_of_the_assessment_period(
    tmp_path: Path, criterion: str, label: str
) -> None:
    assert reason(tmp_path, f"{criterion} | 1999 | |") == f"excluded: {label}"
    assert reason(tmp_path, f"{criterion} | 2025-04-26T23:00:00Z | |") == f"excluded: {label}"
    assert not reason(tmp_path, f"{criterion} | 2025-04-27 | |").startswith("excluded")


@pytest.mark.parametrize(("day", "excluded"), [("2025-04-26", True), ("2025-04-27", False)])
def test_a_death_excludes_by_its_date(tmp_path: Path, day: str, excluded: bool) -> None:
    found = resources(DENOMINATOR)
    found[0]["deceasedDateTime"] = f"{day}T08:00:00Z"
    assert (where(tmp_path, found).reason == "excluded: died") is excluded


def test_a_death_without_a_date_excludes_nobody(tmp_path: Path) -> None:
    found = resources(DENOMINATOR)
    found[0]["deceasedBoolean"] = True
    assert where(tmp_path, found).denominator_exclusion == 0


def test_hospice_is_named_before_palliative_care_death_and_diagnoses(tmp_path: Path) -> None:
    rows = [
        "bipolar_disorder | 2020-01-01 | |",
        "palliative_encounter | 2024-05-01 | 2024-05-02 |",
        "hospice_encounter | 2024-05-01 | 2024-05-02 |",
    ]
    assert reason(tmp_path, *rows) == "excluded: hospice care"
    assert reason(tmp_path, *rows[:2]) == "excluded: palliative care"


def excluding(criterion: str) -> list[Json]:
    return resources(f"{DENOMINATOR}\n{criterion} | 2024-05-01 | 2024-05-02 |")


@pytest.mark.parametrize(
    ("criterion", "field", "value"),
    [
        ("hospice_order", "doNotPerform", True),
        ("hospice_order", "status", "revoked"),
        ("hospice_order", "intent", "proposal"),
        ("hospice_encounter", "status", "unknown"),
        ("hospice_procedure", "status", "not-done"),
        ("palliative_procedure", "status", "unknown"),
        ("palliative_encounter", "status", "in-progress"),
        ("palliative_assessment", "status", "preliminary"),
        ("hospice_discharge", "hospitalization", {}),
        ("hospice_assessment", "valueCodeableConcept", {"text": "No"}),
        ("bipolar_disorder", "clinicalStatus", {"coding": [{"code": "resolved"}]}),
        ("hospice_diagnosis", "verificationStatus", {"coding": [{"code": "refuted"}]}),
    ],
)
def test_what_was_not_done_not_ordered_or_not_confirmed_excludes_nobody(
    tmp_path: Path, criterion: str, field: str, value: object
) -> None:
    found = excluding(criterion)
    assert where(tmp_path, found).denominator_exclusion == 1
    found[-1][field] = value
    assert where(tmp_path, found).denominator_exclusion == 0


@pytest.mark.parametrize(
    ("criterion", "status"),
    [("hospice_encounter", "in-progress"), ("hospice_procedure", "on-hold")],
)
def test_hospice_under_way_excludes(tmp_path: Path, criterion: str, status: str) -> None:
    found = excluding(criterion)
    found[-1]["status"] = status
    assert where(tmp_path, found).denominator_exclusion == 1
