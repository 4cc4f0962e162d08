"""Several sources in one practice: what each tells of decides through which day courses are due."""

from datetime import date
from pathlib import Path

from pipelines import open_practice, warehouse
from pipelines.intake import profile as profile_format
from pipelines.intake.importing import import_export

PATIENTS = "patient_key,sex,age_band\na,female,35-44\n"
VISITS = "visit_key,patient_key,clinic_key,visit_date,visit_kind,visit_status\n"
PROFILES = Path(profile_format.__file__).parent / "profiles"
SOURCES = {
    "ehr": {
        "visits": f"{VISITS}v0,a,north,2024-10-01,follow_up,completed\n"
        "v1,a,north,2025-02-01,infusion,completed\n"
        "v2,a,north,2025-11-20,follow_up,completed\n",
        "infusions": "visit_key,agent,route,category\nv1,ketamine,iv,depression\n",
    },
    "forms": {
        "visits": VISITS,
        "scores": "patient_key,instrument,assessed_on,timing,score\n"
        "a,phq_9,2025-01-30,unspecified,20\na,phq_9,2025-02-03,unspecified,15\n",
    },
}


def test_a_course_is_due_by_the_days_of_the_sources_that_tell_of_scores(tmp_path: Path) -> None:
    """Visits go on to November, questionnaires end in February: nobody is due after that."""
    canonical = (PROFILES / "canonical.toml").read_text("utf8")
    for name, files in SOURCES.items():
        (tmp_path / name).mkdir()
        for table, text in {"patients": PATIENTS, **files}.items():
            (tmp_path / name / f"{table}.csv").write_text(text)
        profile = tmp_path / f"{name}.toml"
        profile.write_text(canonical.replace('name = "canonical"', f'name = "{name}"'))
        import_export(tmp_path / name, str(profile), tmp_path / "practice")
    build, _ = warehouse.build(tmp_path / "practice")
    assert (build.data_from, build.data_through) == (date(2024, 10, 1), date(2025, 2, 3))
    found = open_practice(tmp_path / "practice").response(by=["category"]).frame
    assert found.filter(category="depression").select("due", "not_yet_due").rows() == [(0, 1)]
