"""A privacy report as it may be shown: exact at work, in classes where it leaves."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines import InputError
from pipelines.cli.privacy import print_privacy
from pipelines.disclosure import privacy_words as words
from pipelines.disclosure.privacy import disclose_privacy
from tests.drawn import Built

INFUSIONS = """
    patient | day | category
    K0001   |   0 | tmj
    K0002   |   0 | tmj
    K0003   |   0 | depression
"""


@pytest.fixture
def practice(warehouse: Callable[..., Built]) -> Built:
    return warehouse(through=100, infusions=INFUSIONS)


def test_patients_without_an_infusion_are_counted_by_their_first_visit(
    warehouse: Callable[..., Built],
) -> None:
    found = warehouse(
        through=100,
        infusions="patient | day | category | clinic_key\n1 | 5 | tmj | b\n1 | 3 | tmj | a",
        scores="patient | instrument | day | score\n2 | phq_9 | 1 | 9",
    ).table("marts.quasi_identifiers")
    kept = found.sort("patient_key").select("patient_key", "category", "clinic_key")
    assert kept.rows() == [("1", "tmj", "a"), ("2", "none", None)]


def test_at_work_numbers_are_exact(practice: Built) -> None:
    found = disclose_privacy(practice.practice.privacy(), "internal")
    assert words.answer(found) == (
        "Of 3 patients, 1 is the only one of their kind in all of this together; the smallest group"
        " has 1 (k = 1). Most of it is due to category: without it 0 are."
    )
    assert words.held(found) == "Others may know of a patient: category, first infusion, clinic."
    assert words.combined(found).rows()[0] == ("category", "1", "1", "3", "3")


def test_what_leaves_tells_none_or_some_and_no_number(practice: Built) -> None:
    found = disclose_privacy(practice.practice.privacy(), "cms11")
    assert words.answer(found) == (
        "Some patients are the only one of their kind in all of this together."
    )
    row = found.whole.row(0, named=True)
    assert row == {
        "patients": "some", "unique": "some", "under_5": "some", "under_11": "some",
        "highest_risk": "above 0.09", "average_risk": "above 0.09",
    }  # fmt: skip
    assert {"some", "none"} >= set(found.combinations["unique"])
    assert found.combinations["columns"].to_list()[:3] == [
        "category",
        "first_infusion",
        "clinic_key",
    ]


def test_large_groups_are_told_as_such(warehouse: Callable[..., Built]) -> None:
    lines = "\n".join(f"{number} | 0 | tmj" for number in range(11))
    built = warehouse(through=100, infusions=f"patient | day | category\n{lines}")
    row = disclose_privacy(built.practice.privacy(), "cms11").whole.row(0, named=True)
    assert (row["unique"], row["highest_risk"]) == ("none", "up to 0.09")


def test_no_patient_key_is_printed(practice: Built, capsys: pytest.CaptureFixture[str]) -> None:
    for policy in ("internal", "cms11"):
        for output in ("table", "json"):
            print_privacy(practice.folder, output, policy)
    assert "K000" not in capsys.readouterr().out


def test_the_report_can_be_had_as_an_object(
    practice: Built, capsys: pytest.CaptureFixture[str]
) -> None:
    print_privacy(practice.folder, "json", "internal")
    found = json.loads(capsys.readouterr().out)
    assert found["calendar"] == "not_slid"
    assert found["quasi_identifiers"] == ["category", "first_infusion", "clinic_key"]
    assert (found["whole"]["smallest_group"], found["whole"]["highest_risk"]) == (1, 1.0)
    assert [row["verdict"] for row in found["claims"]] == ["unknown", "unknown", "needs", "unknown"]


def test_a_practice_that_slid_its_calendar_is_told_what_it_may_claim(
    practice: Built, capsys: pytest.CaptureFixture[str]
) -> None:
    _slide(practice.folder, "month")
    print_privacy(practice.folder, "table", "internal")
    said = capsys.readouterr().out
    assert (
        "HIPAA Safe Harbor: no. The records keep the month of each patient's first infusion" in said
    )
    assert "HIPAA limited data set: on a condition." in said
    assert "A crosswalk to the persons exists" in said


def test_other_outputs_and_policies_are_refused(practice: Built) -> None:
    with pytest.raises(InputError, match="--privacy prints no html; expected table or json"):
        print_privacy(practice.folder, "html", "internal")
    with pytest.raises(InputError, match="policy: 'cms12' is not known"):
        print_privacy(practice.folder, "table", "cms12")


def test_a_practice_of_nothing_that_others_know_still_has_a_report(
    warehouse: Callable[..., Built], capsys: pytest.CaptureFixture[str]
) -> None:
    scores = "patient | instrument | day | score\n1 | phq_9 | 1 | 9"
    built = warehouse(scores=scores)
    for policy in ("internal", "cms11"):
        print_privacy(built.folder, "table", policy)
    assert capsys.readouterr().out.count("The records hold nothing") == 2


def _slide(folder: Path, slide: str) -> None:
    """Say in the manifest of the first batch how its calendar was slid."""
    file = next((folder / "records").glob("[0-9]*/manifest.json"))
    file.write_text(json.dumps(json.loads(file.read_text()) | {"slide": slide}))
