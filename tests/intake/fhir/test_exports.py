"""Whole exports of others: every resource is accounted for."""

from collections import Counter
from pathlib import Path

import pytest

from tests.intake.fhir.drawn import Reading, reading


@pytest.fixture
def linked(tmp_path: Path, studies: Path) -> Path:
    """Return a place whose entries point to the studies, which can't be written to."""
    (tmp_path / "synthea").symlink_to(studies / "synthea_fhir")
    (tmp_path / "deck").symlink_to(studies / "cms159_deck" / "cases")
    return tmp_path


def test_thirteen_synthetic_patients_come_in_whole(linked: Path) -> None:
    with reading(linked / "synthea") as found:
        assert found.accounts() == {
            "Patient": (13, 13, 0, 0),
            "Encounter": (1215, 1215, 0, 0),
            "Condition": (555, 2, 0, 553),
        }
        assert found.left_out == {("Condition", "no ICD-10-CM code or mapped SNOMED code"): 553}
        assert found.rows("diagnoses", "icd10cm", "role") == [("M5450", "encounter")] * 2
        assert set(found.frame("visits")["visit_status"]) == {"completed"}


def test_the_cases_of_a_quality_measure_come_in_whole(linked: Path) -> None:
    with reading(linked / "deck") as found:
        assert found.accounts() == {
            "Patient": (61, 61, 0, 0),
            "Encounter": (73, 72, 0, 1),
            "Condition": (69, 55, 0, 14),
            "Observation": (109, 105, 0, 4),
            "Procedure": (5, 0, 0, 5),
            "ServiceRequest": (3, 0, 0, 3),
            "MeasureReport": (61, 0, 0, 61),
            "Coverage": (3, 0, 0, 3),
            "Organization": (1, 0, 0, 1),
        }
        assert codes(found) == {"phq_9": 105}


def codes(found: Reading) -> dict[object, int]:
    return dict(Counter(instrument for (instrument,) in found.rows("scores", "instrument")))
