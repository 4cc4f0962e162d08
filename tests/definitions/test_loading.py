"""Definitions: what ships is sound, and a practice's override is checked cell by cell."""

from pathlib import Path

import polars as pl
import pytest

from pipelines.definitions import InputError, load
from pipelines.definitions.catalog import TABLES

MEASURES = (
    "measure,instrument,category,rule,min_fall_percent,max_final_score,min_fall_points,"
    "min_rise_points,floor,missing_counts_as,source,new,active\n"
)


def override(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text)
    return folder


def refused(folder: Path, **files: str) -> list[str]:
    with pytest.raises(InputError) as caught:
        load(override(folder, **files))
    return list(caught.value.messages)


def test_what_ships_is_sound_and_every_row_has_a_source() -> None:
    found = load()
    assert not found.overrides.height
    for table in TABLES:
        assert found[table.name]["source"].null_count() == 0, table.name


def test_a_known_key_replaces_a_new_one_is_added_and_an_inactive_one_is_gone(
    tmp_path: Path,
) -> None:
    found = load(override(tmp_path, measures=MEASURES + (
        "response_50,phq_9,,fall_percent,60,,,,12,not_met,Our meeting of May,,\n"
        "response_30,phq_9,,fall_percent,30,,,,10,not_met,Our meeting of May,yes,\n"
        "worsening,phq_9,,,,,,,,,Our meeting of May,,no\n"
    )))  # fmt: skip
    phq = found["measures"].filter(pl.col("instrument") == "phq_9")
    assert dict(phq.select("measure", "min_fall_percent").rows()) == {
        "response_50": 60, "response_30": 30, "remission": None, "improvement": None,
    }  # fmt: skip
    assert sorted(found.overrides.select("file", "key", "action").rows()) == [
        ("measures.csv", "response_30 / phq_9", "added"),
        ("measures.csv", "response_50 / phq_9", "replaced"),
        ("measures.csv", "worsening / phq_9", "removed"),
    ]


def test_an_impossible_threshold_is_refused_with_file_row_column_found_and_allowed(
    tmp_path: Path,
) -> None:
    assert refused(
        tmp_path,
        measures=MEASURES + "response_50,phq_9,,fall_percent,130,,,,10,not_met,us,,\n",
    ) == ["definitions/measures.csv, row 1: min_fall_percent is 130; expected 1 to 100"]


def test_a_new_key_without_new_is_refused_with_the_nearest_known_one(tmp_path: Path) -> None:
    assert refused(
        tmp_path,
        measures=MEASURES + "respons_50,phq_9,,fall_percent,50,,,,10,not_met,us,,\n",
    ) == [
        "definitions/measures.csv, row 1: measure + instrument + category is respons_50 / phq_9, which Abate"
        " does not know; did you mean 'response_50 / phq_9'?; expected a known one, or `yes` in column new"
    ]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (
            "response_50,phq_9,,fall_percent,,5,,,10,not_met,us,,",
            "rule is fall_percent with max_final_score; expected min_fall_percent alone",
        ),
        (
            "response_50,phq_9,,fall_percent,50,,,,28,not_met,us,,",
            "floor is 28.00; expected 0.00 to 27.00 for phq_9",
        ),
        (
            "response_50,phq9,,fall_percent,50,,,,10,not_met,us,yes,",
            "instrument is phq9; expected one listed in instruments.csv; did you mean 'phq_9'?",
        ),
        (
            "response_50,phq_9,,fall_procent,50,,,,10,not_met,us,,",
            "rule is fall_procent; expected one of fall_percent, final_score, fall_points, rise_points;"
            " did you mean 'fall_percent'?",
        ),
        (
            "response_50,phq_9,,fall_percent,half,,,,10,not_met,us,,",
            "min_fall_percent is half; expected 1 to 100",
        ),
        ("response_50,phq_9,,fall_percent,50,,,,10,not_met,,,", "source is empty; expected text"),
        (
            "response_50,phq_9,,fall_percent,50,,,,10,not_met,us,yes,",
            "measure + instrument + category is response_50 / phq_9 with new = yes, but it is known already",
        ),
        (
            "response_90,phq_9,,,,,,,,,us,,no",
            "measure + instrument + category is response_90 / phq_9, which there is not to remove;"
            " did you mean 'response_50 / phq_9'?",
        ),
    ],
)
def test_a_row_that_contradicts_itself_or_another_file_is_refused(
    tmp_path: Path, row: str, message: str
) -> None:
    assert refused(tmp_path, measures=MEASURES + row + "\n") == [
        f"definitions/measures.csv, row 1: {message}"
    ]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("phq_9,50,28,5,31,loss,us", "min_score is 28.00; expected 0.00 to 27.00"),
        (
            "phq_9,50,10,5,4,loss,us",
            "confirm_last_day is 4; expected at least confirm_first_day, 5",
        ),
    ],
)
def test_a_loss_that_no_score_could_show_or_confirm_is_refused(
    tmp_path: Path, row: str, message: str
) -> None:
    header = "instrument,below_fall_percent,min_score,confirm_first_day,confirm_last_day,new_course,source\n"
    assert refused(tmp_path, loss_of_response=f"{header}{row}\n") == [
        f"definitions/loss_of_response.csv, row 1: {message}"
    ]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("clinic,lake,Lindenhof,1,us,yes", "list is clinic; expected one of sex, age_band,"),
        ("sex,x,Female,5,us,yes", "label is Female, as of another sex; expected one of its own"),
    ],
)
def test_a_label_of_an_unknown_list_or_of_two_codes_is_refused(
    tmp_path: Path, row: str, message: str
) -> None:
    [told] = refused(tmp_path, labels=f"list,code,label,sort_order,source,new\n{row}\n")
    assert told.startswith(f"definitions/labels.csv, row 1: {message}")


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (
            "opioid_reduction,tmj,phq_9,us,",
            "measure is opioid_reduction on phq_9; expected a pair in measures.csv",
        ),
        (
            "response_30,tmj,nrs_average_7d,us,yes",
            "instrument is nrs_average_7d, which speaks for tmj in headlines.csv; expected another",
        ),
    ],
)
def test_a_measure_on_an_instrument_of_its_own_has_a_rule_and_another_scale_than_the_condition(
    tmp_path: Path, row: str, message: str
) -> None:
    text = f"measure,category,instrument,source,new\n{row}\n"
    assert refused(tmp_path, own_instruments=text) == [
        f"definitions/own_instruments.csv, row 1: {message}"
    ]


def test_unknown_files_and_columns_and_a_missing_column_are_refused(tmp_path: Path) -> None:
    assert refused(tmp_path, mesures="measure\n")[0].startswith(
        "definitions/mesures.csv: no such definition file; did you mean 'measures.csv'?"
    )
    (tmp_path / "mesures.csv").unlink()
    found = refused(
        tmp_path, settings="setting,valeu,unit,means,source\ncourse_gap_days,60,days,x,us\n"
    )
    assert found[0].startswith(
        "definitions/settings.csv: column 'valeu' is not known; did you mean 'value'?"
    )
    assert found[1] == "definitions/settings.csv: column value is missing"


def test_a_window_that_the_recall_leaves_too_few_days_is_refused(tmp_path: Path) -> None:
    assert refused(
        tmp_path,
        windows="window,family,label,first_day,last_day,target_day,min_usable_days,sort_order,source,new\n"
        "early,week,Early,1,7,3,3,1,us,yes\n",
    )[0] == (
        "definitions/windows.csv, row 1: window early leaves 1 usable days for epds, which looks back 7 days;"
        " expected 3 or more"
    )


def test_a_setting_that_a_build_needs_can_not_be_removed(tmp_path: Path) -> None:
    assert refused(
        tmp_path,
        settings="setting,value,unit,means,source,active\ncourse_gap_days,,,,,no\n",
    ) == ["settings.csv: setting course_gap_days was removed; a build needs it"]


def test_a_practice_can_not_make_a_protecting_policy_looser(tmp_path: Path) -> None:
    header = "policy,label,protects,smallest_count,round_to,sentence,source\n"
    assert refused(tmp_path, policies=header + "cms11,Small,yes,1,1,x,us\n") == [
        "definitions/policies.csv, row 1: smallest_count is 1; expected 11 or more for cms11, a policy"
        " that protects"
    ]
    assert refused(tmp_path, policies=header + "opensafely,Small,yes,8,1,x,us\n") == [
        "definitions/policies.csv, row 1: round_to is 1; expected 5 or more for opensafely"
    ]
    assert refused(tmp_path, policies=header + "nhs5,Small,no,11,5,x,us\n") == [
        "definitions/policies.csv, row 1: protects is no; only internal does not protect"
    ]
    stricter = tmp_path / "stricter"
    stricter.mkdir()
    (stricter / "policies.csv").write_text(header + "cms11,Small,yes,20,1,x,us\n", "utf8")
    policies = load(stricter)["policies"]
    assert policies.filter(policy="cms11")["smallest_count"].item() == 20


def test_a_practice_can_leave_a_shipped_rung_out_but_not_change_what_it_stands_on(
    tmp_path: Path,
) -> None:
    header = "ladder,stands_on,rung,sort_order,splits,measure,window,source,active\n"
    shipped = load()["release_ladder"].filter(rung="improvement").row(0, named=True)
    row = ",".join(
        "missing" if name == "stands_on" else str(shipped[name] or "")
        for name in header.strip().split(",")[:7]
    )
    (problem,) = refused(tmp_path, release_ladder=f"{header}{row},us,yes\n")
    assert problem.startswith(
        "definitions/release_ladder.csv, row 1: stands_on is missing; expected"
    )
    off = tmp_path / "off"
    off.mkdir()
    (off / "release_ladder.csv").write_text(f"{header}{row},us,no\n", "utf8")
    assert shipped["rung"] not in load(off)["release_ladder"]["rung"].to_list()


def test_a_fall_in_percent_needs_a_floor_because_nothing_falls_from_0(tmp_path: Path) -> None:
    assert refused(
        tmp_path, measures=MEASURES + "response_50,phq_9,,fall_percent,50,,,,,not_met,us,,\n"
    ) == [
        "definitions/measures.csv, row 1: floor is empty or 0; fall_percent needs one, since 0 can't fall"
    ]
