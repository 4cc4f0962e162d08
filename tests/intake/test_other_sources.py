"""What another source brought already does not count twice."""

from pathlib import Path

import pytest

from pipelines.definitions import InputError
from pipelines.intake import batches
from pipelines.intake import profile as profile_format
from pipelines.intake.importing import import_export

CANONICAL = (Path(profile_format.__file__).parent / "profiles" / "canonical.toml").read_text("utf8")
MANY = range(1, 7)


@pytest.fixture
def other(tmp_path: Path) -> str:
    profile = tmp_path / "other.toml"
    profile.write_text(CANONICAL.replace('name = "canonical"', 'name = "other"'))
    return str(profile)


def export(folder: Path, infused: list[tuple[int, int]], scored: list[tuple[int, int]]) -> Path:
    """Write an export of patients 1 to 6: infusions and scores, each of a patient on a day of May."""
    folder.mkdir()
    visits = [(f"V{who}-{day}", f"P{who}", f"2025-05-{day:02}") for who, day in infused]
    tables = {
        "patients": ["patient_key,sex,age_band", *[f"P{who},female,35-44" for who in MANY]],
        "visits": [
            "visit_key,patient_key,clinic_key,visit_date,visit_kind,visit_status",
            *[f"{key},{who},north,{day},infusion,completed" for key, who, day in visits],
        ],
        "infusions": ["visit_key,agent,route", *[f"{key},ketamine,iv" for key, _, _ in visits]],
        "scores": [
            "patient_key,instrument,assessed_on,timing,score",
            *[f"P{who},phq_9,2025-05-{day:02},unspecified,9" for who, day in scored],
        ],
    }
    for name, lines in tables.items():
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n")
    return folder


@pytest.mark.parametrize("walk", [None, "walk"])
def test_the_same_export_under_another_name_is_refused_with_what_to_do(
    other: str, tmp_path: Path, walk: str | None
) -> None:
    crosswalk = tmp_path / walk if walk else None
    infused = [(who, 1) for who in MANY] + [(who, 5) for who in MANY] + [(6, 31)]
    source = export(tmp_path / "export", infused, [(1, 1)])
    practice = tmp_path / "practice"
    import_export(source, "canonical", practice, crosswalk)
    before = sorted(practice.rglob("*"))
    with pytest.raises(
        InputError,
        match=r"profile other: \d+ of \d+ visits, \d+ of \d+ infusions, 1 of 1 scores are of patients and days"
        " that source canonical has brought already, .* let the profile's name be canonical, .*"
        " abate batches undo 1 ",
    ):
        import_export(source, other, practice, crosswalk)
    assert sorted(practice.rglob("*")) == before
    batches.undo(practice, 1)
    assert import_export(source, other, practice, crosswalk).manifest.batch == 2


def test_two_systems_may_bring_different_tables_and_different_days(
    other: str, tmp_path: Path
) -> None:
    practice = tmp_path / "practice"
    import_export(
        export(tmp_path / "infusions", [(who, 1) for who in MANY], []), "canonical", practice
    )
    scores = [(who, 1) for who in MANY]
    days = [(who, 2) for who in MANY[:4]]
    source = export(tmp_path / "scores", [*days, (5, 1)], scores)
    assert import_export(source, other, practice).manifest.batch == 2
    assert [batch.source for batch in batches.in_force(practice)] == ["canonical", "other"]


def test_more_than_a_fifth_of_a_table_is_too_much(other: str, tmp_path: Path) -> None:
    practice = tmp_path / "practice"
    import_export(export(tmp_path / "one", [(who, 1) for who in MANY], []), "canonical", practice)
    source = export(tmp_path / "two", [(who, 2) for who in MANY[:3]] + [(5, 1)], [])
    with pytest.raises(InputError, match="1 of 4 visits, 1 of 4 infusions are of patients"):
        import_export(source, other, practice)


SCORES = """
name = "surveys"
[files.scores]
path = "scores.csv"
[tables.patients]
from = "scores"
distinct = true
[tables.patients.columns]
patient_key = "patient_key"
sex = { constant = "unknown" }
age_band = { constant = "unknown" }
[tables.scores]
from = "scores"
same_names = true
"""


def test_scores_alone_may_stand_beside_the_visits_of_another_source(tmp_path: Path) -> None:
    practice, profile = tmp_path / "practice", tmp_path / "surveys.toml"
    infused = export(tmp_path / "infusions", [(who, 1) for who in MANY], [])
    import_export(infused, "canonical", practice)
    scored = export(tmp_path / "scores", [], [(who, 1) for who in MANY])
    profile.write_text(SCORES)
    assert import_export(scored, str(profile), practice).manifest.batch == 2
    profile.write_text(SCORES.replace("[files", 'calendar = "relative"\n[files', 1))
    with pytest.raises(InputError, match="no table 'visits'; map it"):
        import_export(scored, str(profile), practice)
