"""The rules of data quality, each on a table small enough to check by hand."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines import open_practice
from pipelines.definitions import load
from pipelines.warehouse import whole_table
from tests.drawn import Built, rows
from tests.drawn import built as build_again

Make = Callable[..., Built]
Counted = tuple[int | None, int | None, str]
HEADER = (
    "rule,label,table_name,field,kind,max_failing_percent,severity,unit,fails,needs_calendar,"
    "why_it_matters,what_to_do,affects,source,new,active\n"
)


def found(built: Built, rule: str, clinic: str | None = None) -> Counted:
    """Return failing, counted and status of a rule, in the practice or at one clinic."""
    scope = "practice" if clinic is None else "clinic"
    results = built.table("quality.rule_results").filter(rule=rule, scope=scope)
    if clinic is not None:
        results = results.filter(clinic_key=clinic)
    failing, counted, status = results.select("failing", "counted", "status").row(0)
    return failing, counted, status


def test_every_rule_has_a_result_and_a_practice_without_data_passes_none(warehouse: Make) -> None:
    built = warehouse(through=100, patients="patient\n1")
    results = built.table("quality.rule_results").filter(scope="practice")
    assert set(results["rule"]) == set(load()["quality_rules"]["rule"])
    passed = results.filter(status="passed")
    assert set(passed["rule"]) == {"quarantined_patients", "quarantined_unread"}
    assert found(built, "follow_up_post_induction") == (0, 0, "not_applicable")
    assert found(built, "vital_out_of_range") == (0, 0, "not_applicable")


def test_patients_without_sex_age_or_visit_are_counted_at_their_first_clinic(
    warehouse: Make,
) -> None:
    built = warehouse(
        patients="""
            patient | sex     | age_band
            1       | female  | 25-34
            2       | unknown | unknown
            3       | unknown | 35-44
        """,
        infusions="""
            patient | day | clinic_key
            1       | 3   | a
            2       | 9   | b
            2       | 0   | a
        """,
        scores="patient | instrument | day | score\n3 | phq_9 | 0 | 20",
    )
    assert found(built, "sex_missing") == (2, 3, "failed")
    assert found(built, "sex_missing", "a") == (1, 2, "failed")
    assert found(built, "age_band_missing") == (1, 3, "failed")
    assert found(built, "patient_without_visit") == (1, 3, "failed")
    assert found(built, "score_without_infusion") == (1, 1, "failed")


def test_infusions_without_dose_or_time_or_on_a_missed_visit_fail(warehouse: Make) -> None:
    built = warehouse(
        infusions="""
            patient | day | dose_mg | dose_mg_per_kg | infusion_minutes | planned_sessions | chair_minutes | stopped_early | visit_status
            1       | 0   | 40      |                | 40               | 6                | 90            |               | completed
            1       | 3   |         | 0.5            | 500              | 6                | 30            |               | completed
            1       | 6   |         | 12             | 5                | 6                |               | yes           | completed
            1       | 9   |         |                |                  |                  | 60            |               | completed
            1       | 12  | 40      |                | 40               | 6                |               |               | no_show
        """
    )
    assert found(built, "dose_missing") == (1, 4, "failed")
    assert found(built, "dose_implausible") == (1, 2, "failed")
    assert found(built, "infusion_minutes_missing") == (1, 4, "failed")
    assert found(built, "infusion_minutes_implausible") == (1, 2, "failed")
    assert found(built, "chair_minutes_missing") == (1, 4, "failed")
    assert found(built, "chair_shorter_than_infusion") == (1, 2, "failed")
    assert found(built, "infusion_not_completed") == (1, 5, "failed")
    assert found(built, "vitals_missing") == (4, 4, "failed")


def test_a_course_that_says_its_plan_once_keeps_the_rule_and_one_that_never_does_fails(
    warehouse: Make,
) -> None:
    built = warehouse(
        infusions="""
            patient | day | planned_sessions
            1       | 0   | 6
            1       | 3   |
            2       | 0   |
            2       | 3   |
        """
    )
    assert found(built, "planned_sessions_missing") == (1, 2, "failed")


def test_vital_signs_that_can_not_be_and_pressures_the_wrong_way_round_fail(
    warehouse: Make,
) -> None:
    built = warehouse(
        infusions="patient | day\n1 | 0",
        vital_signs="""
            patient | visit_key | minute | sign       | value
            1       | v0        | 0      | systolic   | 120
            1       | v0        | 0      | diastolic  | 120
            1       | v0        | 20     | systolic   | 301
            1       | v0        | 20     | diastolic  | 80
            1       | v0        | 20     | heart_rate | 70
            1       | v0        | 40     | diastolic  | 80
            1       | v0        | 20     | spo2       | 101
        """,
    )
    assert found(built, "vital_out_of_range") == (2, 7, "failed")
    assert found(built, "pressure_reversed") == (1, 2, "failed")
    assert found(built, "vitals_missing") == (0, 1, "passed")


def test_scores_of_one_day_that_differ_and_untimed_ones_of_infusion_days_fail(
    warehouse: Make,
) -> None:
    built = warehouse(
        infusions="patient | day\n1 | 0",
        scores="""
            patient | instrument | day | timing          | score
            1       | phq_9      | 0   | before_infusion | 20
            1       | phq_9      | 0   | before_infusion | 19
            1       | phq_9      | 0   | unspecified     | 18
            1       | phq_9      | 22  | unspecified     | 10
        """,
    )
    assert found(built, "duplicate_scores") == (1, 3, "failed")
    assert found(built, "timing_unspecified") == (1, 3, "failed")


def test_a_two_week_scale_a_week_after_the_last_infusion_is_outside_its_recall(
    warehouse: Make,
) -> None:
    built = warehouse(
        infusions="patient | day | category\n1 | 0 | depression\n1 | 7 | depression",
        scores="""
            patient | instrument | day | score
            1       | phq_9      | 0   | 20
            1       | phq_9      | 14  | 15
            1       | phq_9      | 21  | 12
            1       | phq_9      | 40  | 10
            1       | phq_9      | 200 | 10
        """,
    )
    assert found(built, "recall_overlap") == (1, 3, "failed")


def test_courses_without_baseline_with_one_on_another_scale_and_of_no_indication_fail(
    warehouse: Make,
) -> None:
    built = warehouse(
        infusions="""
            patient | day | category
            1       | 0   | depression
            2       | 0   | headache
            3       | 0   | depression
            4       | 0   |
        """,
        scores="""
            patient | instrument | day | score
            1       | phq_9      | -1  | 20
            2       | phq_9      | -1  | 20
        """,
    )
    assert found(built, "baseline_missing") == (2, 3, "failed")
    assert found(built, "baseline_on_other_scale") == (1, 3, "failed")
    assert found(built, "indication_missing") == (1, 4, "failed")


def test_follow_up_counts_only_due_first_courses_and_agrees_with_the_response_page(
    warehouse: Make,
) -> None:
    built = warehouse(
        through=65,
        infusions="""
            patient | day | category         | clinic_key
            1       | 0   | depression       | a
            2       | 0   | depression       | a
            3       | 30  | depression       | b
            4       | 1   | neuropathic_pain | b
            4       | 4   | neuropathic_pain | b
        """,
        scores="""
            patient | instrument     | day | score
            1       | phq_9          | -1  | 20
            1       | phq_9          | 22  | 5
            2       | phq_9          | -1  | 20
            3       | phq_9          | 29  | 20
            4       | nrs_average_7d | 0   | 8
        """,
    )
    assert found(built, "follow_up_post_induction") == (2, 3, "failed")
    assert found(built, "follow_up_post_induction", "b") == (1, 1, "failed")
    assert found(built, "follow_up_week_8") == (0, 0, "not_applicable")
    assert found(built, "infusion_without_outcome") == (3, 4, "failed")
    total = built.practice.response().levels[0]
    assert total.select("due", "assessed").row(0) == (3, 1)


def test_bipolar_with_unipolar_codes_conflicts_and_a_retired_code_is_one_only_after_its_day(
    warehouse: Make,
) -> None:
    built = warehouse(
        through=30,
        infusions="patient | day\n1 | 0\n2 | 0\n3 | 0",
        diagnoses="""
            patient | icd10cm | day
            1       | F3132   | -10
            1       | F332    | -900
            2       | F332    | -10
            3       | M545    | -10
            3       | M545    | -1500
            3       | M5450   | -10
        """,
    )
    assert found(built, "diagnosis_conflict") == (1, 2, "failed")
    assert found(built, "retired_code") == (1, 6, "failed")


def test_a_month_without_visits_and_a_clinic_that_stops_before_the_others_fail(
    warehouse: Make,
) -> None:
    built = warehouse(
        through=180,
        infusions="""
            patient | day | clinic_key
            1       | 0   | a
            1       | 40  | a
            1       | 180 | a
            2       | 0   | b
            2       | 40  | b
        """,
    )
    assert found(built, "clinic_month_gap") == (3, 8, "failed")
    assert found(built, "clinic_month_gap", "b") == (0, 2, "passed")
    assert found(built, "clinic_behind") == (1, 2, "failed")
    assert found(built, "clinic_behind", "b") == (1, 1, "failed")


def test_a_visit_that_lies_alone_years_before_the_others_fails(warehouse: Make) -> None:
    built = warehouse(through=100, infusions="patient | day\n1 | -900\n1 | -169\n2 | 0\n2 | 100")
    assert found(built, "early_date") == (1, 4, "failed")


def test_a_gap_of_exactly_two_years_is_no_slip(warehouse: Make) -> None:
    built = warehouse(through=100, infusions="patient | day\n1 | -730\n1 | 0\n2 | 100")
    assert found(built, "early_date") == (0, 3, "passed")


def test_refused_rows_count_against_those_of_their_table(warehouse: Make) -> None:
    built = warehouse(infusions="patient | day\n1 | 0\n1 | 5")
    quarantine = next((built.folder / "quarantine").glob("*.csv"))
    quarantine.write_text(
        "table,file,source_row,column,rule\n"
        "visits,visits.csv,7,clinic_key,missing\n"
        "visits,visits.csv,9,visit_date,not_a_date\n"
        "Observation,o.ndjson,3,,wrong_loinc_check_digit\n"
    )
    _rewritten(built.folder, content_hash="another export")
    again = build_again(built.folder)
    assert found(again, "quarantined_visits") == (2, 4, "failed")
    assert found(again, "clinic_missing") == (1, 3, "failed")
    assert found(again, "quarantined_unread") == (1, 6, "failed")
    assert found(again, "wrong_loinc_check_digit") == (1, 1, "failed")
    assert found(again, "quarantined_infusions") == (0, 2, "passed")
    feedback = again.practice.feedback()
    assert rows(feedback, "file", "source_row", "column", "rule") == [
        ("o.ndjson", "3", None, "wrong_loinc_check_digit"),
        ("visits.csv", "7", "clinic_key", "missing"),
        ("visits.csv", "9", "visit_date", "not_a_date"),
    ]
    assert feedback["explanation"].to_list()[1] == "A value that must be there is empty."


@pytest.mark.parametrize(
    ("override", "status"),
    [
        ("sex_missing,Sex,patients,sex,completeness,50,minor,patients,lack it,no,w,d,a,Ours,,", "passed"),
        ("sex_missing,Sex,patients,sex,completeness,49.9,minor,patients,lack it,no,w,d,a,Ours,,", "failed"),
    ],
)  # fmt: skip
def test_a_share_equal_to_the_limit_is_kept_and_a_practice_may_set_its_own(
    warehouse: Make, override: str, status: str
) -> None:
    built = warehouse(
        definitions={"quality_rules": HEADER + override},
        patients="patient | sex\n1 | female\n2 | unknown",
    )
    assert found(built, "sex_missing") == (1, 2, status)


def test_a_rule_that_is_switched_off_is_gone_and_one_without_sql_is_an_error(
    warehouse: Make,
) -> None:
    own = "shoe_size,Shoe size,patients,,completeness,5,minor,patients,lack it,no,w,d,a,Ours,yes,\n"
    off = "sex_missing,,,,,,,,,,,,,Ours,,no\n"
    built = warehouse(definitions={"quality_rules": HEADER + own + off}, patients="patient\n1")
    results = built.table("quality.rule_results")
    assert results.filter(rule="sex_missing").is_empty()
    assert results.filter(rule="shoe_size").row(0) == (
        "shoe_size", "practice", None, "not_evaluated", None, None, "error",
    )  # fmt: skip


def test_a_study_in_relative_days_reports_rules_that_need_dates_as_errors(
    warehouse: Make,
) -> None:
    built = warehouse(infusions="patient | day\n1 | 0")
    assert found(built, "retired_code") == (None, None, "error")
    assert found(built, "clinic_month_gap") == (None, None, "error")
    months = built.table("quality.rule_months")
    assert months["month"].null_count() == months.height


def test_a_calendar_without_true_months_has_none_and_rules_that_need_them_are_errors(
    warehouse: Make,
) -> None:
    built = warehouse(through=200, infusions="patient | day\n1 | 0\n1 | 90")
    assert built.table("quality.rule_months")["month"].null_count() < 40
    _rewritten(built.folder, slide="quarter")
    again = build_again(built.folder)
    months = again.table("quality.rule_months")
    assert months["month"].null_count() == months.height
    assert found(again, "clinic_month_gap") == (None, None, "error")
    assert found(again, "planned_sessions_missing") == (2, 2, "failed")
    assert again.table("quality.follow_up")["month"].drop_nulls().is_empty()


def test_loinc_codes_are_judged_where_observations_came_in(warehouse: Make) -> None:
    built = warehouse(infusions="patient | day\n1 | 0")
    assert found(built, "wrong_loinc_check_digit") == (0, 0, "not_applicable")
    account = {"unit": "Observation", "rows_in": 9, "accepted": 7, "left_out": {"unused": 2}}
    _rewritten(built.folder, accounts=[account])
    assert found(build_again(built.folder), "wrong_loinc_check_digit") == (0, 7, "passed")


def _rewritten(folder: Path, **changes: object) -> None:
    """Change what the manifest of a drawn practice says."""
    manifest = next((folder / "records").glob("*/manifest.json"))
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | changes))


def test_the_sql_of_quality_evaluates_every_shipped_rule(small_practice: Path) -> None:
    build = open_practice(small_practice).build
    results = whole_table(build.path, "quality.rule_results")
    assert results.filter(error="not_evaluated").is_empty()
