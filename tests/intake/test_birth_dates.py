"""Birth dates that can't be one: the rule says so, of what kind, and never the date."""

from pathlib import Path

import pytest

from pipelines.definitions import InputError
from pipelines.intake.importing import import_export

PROFILE = """
name = "sheet"
[files.people]
path = "people.csv"
[tables.patients]
from = "people"
[tables.patients.columns]
patient_key = "id"
sex = { constant = "unknown" }
age_band = { column = "born", birth_date = true, date_format = "%d.%m.%Y", if_missing = "unknown" }
[tables.visits]
from = "people"
[tables.visits.columns]
visit_key = "id"
patient_key = "id"
clinic_key = { constant = "north" }
visit_date = { constant = "2025-01-02" }
visit_kind = { constant = "consultation" }
visit_status = { constant = "completed" }
"""


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    (tmp_path / "sheet.toml").write_text(PROFILE)
    (tmp_path / "export").mkdir()
    born = ["12.04.1980", "31.02.1980", "12.08.2961", "01.01.1801", "", "1980", "80"]
    (tmp_path / "export" / "people.csv").write_text(
        "id,born\n" + "".join(f"P{n},{day}\n" for n, day in enumerate(born))
    )
    return tmp_path


def test_a_birth_date_that_can_not_be_one_is_quarantined_with_its_own_reason(sheet: Path) -> None:
    import_export(sheet / "export", str(sheet / "sheet.toml"), sheet / "p", sheet / "walk")
    found = (sheet / "p" / "quarantine" / "0001-sheet.csv").read_text().splitlines()
    assert [line for line in found if line.startswith("patients")] == [
        "patients,people,2,age_band,birth_date_not_a_day",
        "patients,people,3,age_band,birth_date_to_come",
        "patients,people,4,age_band,birth_date_too_long_ago",
        "patients,people,7,age_band,not_an_allowed_code",
    ]
    assert "1980" not in "".join(found)


def test_a_birth_date_of_anonymized_records_is_refused_with_what_is_allowed(sheet: Path) -> None:
    with pytest.raises(
        InputError, match=r"age_band is made of a birth date, but --anonymized says .* --crosswalk"
    ):
        import_export(sheet / "export", str(sheet / "sheet.toml"), sheet / "p")
    assert not (sheet / "p").exists()
