"""Which published rates a new build moved, by how much, and why."""

from pathlib import Path

import pytest

from pipelines import warehouse
from pipelines.definitions import load
from pipelines.disclosure.restated import disclose_restatements
from pipelines.restatement import changes
from tests.restatement.arriving import (
    INFUSIONS,
    LATE,
    SCORES,
    arrive,
    drawn_with,
    lines,
    log,
    reasons,
    shown,
)


def test_a_late_score_moves_the_rate_of_its_month_and_of_its_category(practice: Path) -> None:
    arrive(practice, {"infusions": INFUSIONS, "scores": LATE})
    found = shown(practice)
    assert found.summary.startswith("2 published headline rates moved since build ")
    assert list(found.lines) == [
        "all months, tmj: 33 to 67 % -> 33 %: 1 late score",
        "2025-01, tmj: 33 to 67 % -> 33 %: 1 late score",
    ]


@pytest.mark.parametrize(
    ("infusions", "scores", "expected"),
    [
        ("", "3 | nrs_average_7d | 25 | 8", [("tmj", "late_score", 1)]),
        ("5 | 0 | tmj", "5 | nrs_average_7d | -1 | 8", [("tmj", "new_course", 1)]),
        ("5 | 60 | tmj", "5 | nrs_average_7d | -1 | 8", []),
        ("1 | 13 | tmj", "", [("tmj", "dates_changed", 1)]),
        ("1 | -20 | tmj", "", [("tmj", "dates_changed", 1)]),
        ("", "3 | nrs_average_24h | 22 | 8", []),
    ],
)  # fmt: skip
def test_what_arrives_late_has_its_reason(
    practice: Path, infusions: str, scores: str, expected: list[tuple[object, ...]]
) -> None:
    arrive(practice, {"infusions": f"{INFUSIONS}\n{infusions}", "scores": f"{SCORES}\n{scores}"})
    assert reasons(log(practice)) == expected


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("1 | nrs_average_7d | 22 | 2", "1 | nrs_average_7d | 22 | 8", [("tmj", "score_corrected", 1)]),
        ("1 | nrs_average_7d | 22 | 2", "1 | nrs_average_7d | 90 | 2", [("tmj", "score_gone", 1)]),
        ("1 | nrs_average_7d | 22 | 2", "1 | nrs_average_7d | 21 | 8", [("tmj", "late_score", 1)]),
        ("1 | nrs_average_7d | -1 | 8", "1 | nrs_average_7d | -1 | 2", [("tmj", "score_corrected", 1)]),
        ("1 | nrs_average_7d | -1 | 8", "1 | nrs_average_7d | -90 | 8", [("tmj", "score_gone", 1)]),
        ("1 | nrs_average_7d | 22 | 2", "1 | nrs_average_7d | 22 | 3", []),
    ],
)  # fmt: skip
def test_a_corrected_score_is_told_from_another_one_that_counts(
    practice: Path, old: str, new: str, expected: list[tuple[object, ...]]
) -> None:
    scores = drawn_with(SCORES, old, new)
    arrive(practice, {"infusions": INFUSIONS, "scores": scores})
    assert reasons(log(practice)) == expected


def test_a_corrected_diagnosis_leaves_one_category_and_enters_another(practice: Path) -> None:
    arrive(
        practice,
        {"infusions": drawn_with(INFUSIONS, "1 | 0 | tmj", "1 | 0 | headache"), "scores": SCORES},
    )
    found = log(practice)
    assert reasons(found) == [
        ("headache", "diagnosis_corrected", 1), ("tmj", "diagnosis_corrected", 1),
    ]  # fmt: skip
    assert list(disclose_restatements(found, "internal").lines) == [
        "all months, tmj: 33 to 67 % -> 0 to 50 %: 1 corrected diagnosis",
        "2025-01, tmj: 33 to 67 % -> 0 to 50 %: 1 corrected diagnosis",
    ]


def test_a_late_baseline_brings_a_course_into_the_rate(tmp_path: Path) -> None:
    folder = tmp_path / "practice"
    scores = drawn_with(SCORES, "2 | nrs_average_7d | -1 | 8", "")
    arrive(folder, {"infusions": INFUSIONS, "scores": scores})
    warehouse.build(folder)
    arrive(folder, {"infusions": INFUSIONS, "scores": SCORES})
    assert reasons(log(folder)) == [("tmj", "late_baseline", 1)]


def test_a_course_that_is_gone_takes_its_outcome_with_it(practice: Path) -> None:
    arrive(practice, {"infusions": drawn_with(INFUSIONS, "1 | 0 | tmj", ""), "scores": SCORES})
    found = log(practice)
    assert reasons(found) == [("tmj", "course_gone", 1)]
    assert (
        found.moved.select("due_before", "due_after", "responded_after").rows() == [(3, 2, 0)] * 2
    )


def test_growth_is_told_apart_and_moves_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "practice"
    infusions = f"{INFUSIONS}\n5 | 20 | tmj"
    scores = f"{SCORES}\n5 | nrs_average_7d | 19 | 8\n5 | nrs_average_7d | 42 | 1"
    arrive(folder, {"infusions": infusions, "scores": scores}, through=70)
    warehouse.build(folder)
    arrive(folder, {"infusions": infusions, "scores": scores}, through=100)
    found = log(folder)
    assert reasons(found) == [("tmj", "newly_due", 1)]
    assert found.moved.height == 0
    told = shown(folder).summary
    assert told.startswith("No published headline rate moved since build ")
    assert told.endswith(", courses that became due since then left aside.")
    assert found.rows.filter(category="tmj").select("due_before", "due_after", "due_now").rows() == [
        (3, 3, 4), (3, 3, 4),
    ]  # fmt: skip


def test_a_rate_that_moved_is_shown_with_and_without_growth(tmp_path: Path) -> None:
    folder = tmp_path / "practice"
    infusions = f"{INFUSIONS}\n5 | 20 | tmj"
    grown = "5 | nrs_average_7d | 19 | 8\n5 | nrs_average_7d | 42 | 1"
    arrive(folder, {"infusions": infusions, "scores": f"{SCORES}\n{grown}"}, through=70)
    warehouse.build(folder)
    arrive(folder, {"infusions": infusions, "scores": f"{LATE}\n{grown}"}, through=100)
    assert lines(folder)[0] == (
        "all months, tmj: 33 to 67 % -> 33 %: 1 late score; with 1 newly due course 50 %"
    )


def test_records_that_end_earlier_make_courses_no_longer_due(practice: Path) -> None:
    arrive(practice, {"infusions": INFUSIONS, "scores": SCORES}, through=50)
    assert reasons(log(practice)) == [
        ("depression", "no_longer_due", 1), ("tmj", "no_longer_due", 3),
    ]  # fmt: skip
    assert lines(practice)[0] == "all months, tmj: 33 to 67 % -> none due: 3 courses no longer due"


def test_records_that_begin_later_leave_out_courses_near_their_start(practice: Path) -> None:
    arrive(practice, {"infusions": INFUSIONS, "scores": SCORES}, since=-20)
    assert reasons(log(practice)) == [
        ("depression", "data_start_moved", 1), ("tmj", "data_start_moved", 3),
    ]  # fmt: skip


def test_what_a_definition_changes_is_not_blamed_on_the_data(practice: Path) -> None:
    (practice / "definitions").mkdir()
    (practice / "definitions" / "windows.csv").write_text(
        "window,family,label,first_day,last_day,target_day,min_usable_days,sort_order,source\n"
        "post_induction,week,After induction,14,35,29,14,2,us\n"
    )
    scores = f"{LATE}\n2 | nrs_average_7d | 30 | 2"
    arrive(practice, {"infusions": INFUSIONS, "scores": scores})
    (practice / "definitions" / "measures.csv").write_text(
        "measure,instrument,category,rule,min_fall_percent,max_final_score,min_fall_points,"
        "min_rise_points,floor,missing_counts_as,source\n"
        "response_50,phq_9,,fall_percent,60,,,,10,not_met,us\n"
    )
    found = log(practice)
    assert found.rules_changed == "measures.csv, windows.csv"
    assert reasons(found) == [
        ("depression", "definitions_changed", 1), ("tmj", "late_score", 2),
    ]  # fmt: skip
    assert lines(practice)[0] == "Rules that changed: measures.csv, windows.csv."


def test_words_of_a_definition_are_no_rule(practice: Path) -> None:
    (practice / "definitions").mkdir()
    (practice / "definitions" / "settings.csv").write_text(
        "setting,value,unit,means,source\ncourse_gap_days,56,days,Another wording,us\n"
    )
    assert log(practice).rules_changed == ""


def test_every_reason_has_words() -> None:
    words = set(load()["restatement_reasons"]["reason"])
    source = Path(changes.__file__).read_text("utf8")
    assert all(f'"{reason}"' in source for reason in words - {"definitions_changed"})
