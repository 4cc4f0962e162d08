"""What an import says comes next."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipelines.cli import app

TABLES = {
    "patients": "patient_key,sex,age_band\nP1,female,35-44\n",
    "visits": "visit_key,patient_key,clinic_key,visit_date,visit_kind,visit_status\n",
    "infusions": "visit_key,agent,route\n",
    "scores": "patient_key,instrument,assessed_on,timing,score\n"
    "P1,phq_9,2025-01-02,unspecified,20\n",
}
VISIT = "V1,P1,north,2025-01-02,infusion,completed\n"


@pytest.mark.parametrize(
    ("visit", "infusion", "missing", "goes_on"),
    [
        ("", "", "visits and infusions", False),
        (VISIT, "", "infusions", True),
        (VISIT, "V1,ketamine,iv\n", None, True),
    ],
)
def test_an_import_without_visits_or_infusions_says_what_is_missing(
    tmp_path: Path, visit: str, infusion: str, missing: str | None, goes_on: bool
) -> None:
    (tmp_path / "export").mkdir()
    more = {"visits": visit, "infusions": infusion}
    for name, text in TABLES.items():
        (tmp_path / "export" / f"{name}.csv").write_text(text + more.get(name, ""))
    practice = str(tmp_path / "practice")
    words = ["import", str(tmp_path / "export"), "--profile", "canonical", "--into", practice]
    said = CliRunner().invoke(app, [*words, "--anonymized"]).output
    assert ("Next: abate build" in said) == goes_on
    assert ("can be counted: look at" in said) == (missing is not None)
    assert missing is None or f"No record of {missing} is in the practice" in said
