"""The restatement log as it is told: sums, policies, builds that can't be compared, the commands."""

import json
import random
from collections import Counter
from datetime import date
from itertools import product
from pathlib import Path

import duckdb
import polars as pl
import pytest

from pipelines import InputError, open_practice, warehouse
from pipelines.definitions import load
from pipelines.restatement import changes
from pipelines.tables.order import FOLDER
from tests.drawn import write
from tests.restatement.arriving import (
    INFUSIONS,
    LATE,
    SCORES,
    arrive,
    drawn_with,
    lines,
    log,
    shown,
)
from tests.test_cli import abate


def test_the_first_build_has_nothing_to_compare_with(practice: Path) -> None:
    found = shown(practice)
    assert (
        found.summary == "There was no build before this one, so that no published rate could move."
    )
    assert found.moved == 0
    assert found.lines == ()


def test_equal_records_in_a_new_batch_move_nothing(practice: Path) -> None:
    before = warehouse.current(practice).id
    arrive(practice, {"infusions": INFUSIONS, "scores": SCORES})
    found = shown(practice)
    assert found.summary.startswith(f"No published headline rate moved since build {before} of ")
    assert (found.moved, found.lines) == (0, ())


def test_an_unreadable_build_before_does_not_stop_the_new_one(practice: Path) -> None:
    warehouse.current(practice).path.write_bytes(b"no database")
    arrive(practice, {"infusions": INFUSIONS, "scores": LATE})
    assert "could not be read" in shown(practice).summary


def test_a_build_that_kept_no_log_says_so(practice: Path) -> None:
    found = warehouse.current(practice)
    with duckdb.connect(str(found.path)) as connection:
        connection.execute("drop table build.restatements")
    with pytest.raises(InputError, match="keeps no log of restatements; make it again"):
        open_practice(practice).restatements()


def test_a_build_before_of_another_version_is_not_compared(practice: Path) -> None:
    with duckdb.connect(str(warehouse.current(practice).path)) as connection:
        connection.execute("alter table core.courses drop column last_induction")
    arrive(practice, {"infusions": INFUSIONS, "scores": LATE})
    assert "made by another version of Abate" in shown(practice).summary


def test_what_changes_adds_up_to_what_is_counted_now(practice: Path) -> None:
    infusions = (
        drawn_with(INFUSIONS, "1 | 0 | tmj", "1 | 0 | headache") + "\n5 | 31 | tmj\n6 | 0 | tmj"
    )
    scores = (
        LATE
        + "\n5 | nrs_average_7d | 30 | 9\n6 | nrs_average_7d | -2 | 9\n6 | nrs_average_7d | 20 | 1"
    )
    arrive(practice, {"infusions": infusions, "scores": scores}, through=110)
    found = log(practice)
    counted = open_practice(practice).response(by=["category", "start_month"])
    now = counted.frame.filter(pl.col("due") > 0).select(
        "category", "start_month", "due", "assessed", "responded"
    )
    logged = found.rows.filter(pl.col("start_month").is_not_null()).select(
        "category", "start_month", "due_now", "assessed_now", "responded_now"
    )
    known = now.join(logged, on=["category", "start_month"], how="semi")
    assert known.sort("category").rows() == logged.sort("category").rows()
    assert logged.sort("category").rows()[0][2:] == (1, 1, 1)


def test_a_study_without_a_calendar_has_no_rows_by_month(tmp_path: Path) -> None:
    folder = tmp_path / "practice"
    write(folder, {"infusions": INFUSIONS, "scores": SCORES})
    warehouse.build(folder)
    write(folder, {"infusions": INFUSIONS, "scores": LATE}, batch=2)
    assert lines(folder) == ["all months, tmj: 33 to 67 % -> 33 %: 1 late score"]


def test_a_protecting_policy_shows_no_rates_and_no_small_counts(practice: Path) -> None:
    arrive(practice, {"infusions": INFUSIONS, "scores": LATE})
    found = shown(practice, "cms11")
    assert found.moved is None
    assert found.rows.height == 0
    assert found.reasons.height == 0
    assert found.summary.endswith(
        "How many is hidden, because small numbers of persons are behind them."
    )
    assert found.lines == (
        "Under this policy no rates by month or condition are listed:"
        " the rates before and after would tell how few courses moved them.",
    )


def test_a_protecting_policy_shows_reasons_where_every_block_is_large(tmp_path: Path) -> None:
    folder = tmp_path / "practice"
    people = range(1, 23)
    infusions = "patient | day | category\n" + "\n".join(f"{n} | 0 | tmj" for n in people)
    scores = "patient | instrument | day | score\n" + "\n".join(
        f"{n} | nrs_average_7d | -1 | 8" for n in people
    )
    late = "\n".join(f"{n} | nrs_average_7d | 22 | {2 if n < 12 else 8}" for n in people)
    arrive(folder, {"infusions": infusions, "scores": scores})
    warehouse.build(folder)
    arrive(folder, {"infusions": infusions, "scores": f"{scores}\n{late}"})
    found = shown(folder, "cms11")
    assert found.moved == 2
    assert found.lines[0] == "22 late scores"
    one_less = late.replace("1 | nrs_average_7d | 22 | 2", "1 | nrs_average_7d | 22 | 8", 1)
    arrive(folder, {"infusions": infusions, "scores": f"{scores}\n{one_less}"})
    assert shown(folder, "cms11").moved is None


def test_any_two_builds_differ_by_what_the_log_says(practice: Path) -> None:
    with warehouse.opened(warehouse.current(practice).path) as connection:
        sql = (FOLDER / "restatement" / "headline_courses.sql").read_text("utf8")
        shape = connection.sql(sql).pl().clear()
    draw = random.Random(7)
    for _ in range(150):
        before, after = _any_courses(draw, shape), _any_courses(draw, shape)
        found = changes.changes(before, after, date(2025, 3, 1))
        assert found["reason"].null_count() == 0
        assert not found.select("patient_key", "category").is_duplicated().any()
        flows: Counter[tuple[object, ...]] = Counter()
        for row in found.iter_rows(named=True):
            for side, sign in (("before", -1), ("after", 1)):
                flows[row["category"], row[f"month_{side}"]] += sign * bool(row[f"status_{side}"])
        was, is_now = (_due(changes.published(frame)) for frame in (before, after))
        moved = {cell: is_now[cell] - was[cell] for cell in {*was, *is_now, *flows}}
        assert moved == {cell: flows[cell] for cell in moved}


def _due(counts: pl.DataFrame) -> Counter[tuple[object, ...]]:
    return Counter({(row[0], row[1]): row[2] for row in counts.rows()})


def _any_courses(draw: random.Random, shape: pl.DataFrame) -> pl.DataFrame:
    """Return first courses of some of eight patients, each cell drawn apart."""
    statuses = load()["statuses"]["status"].to_list()
    rows = []
    for patient, category in product("12345678", ("tmj", "headache")):
        if draw.random() < 0.6:
            start = date(2025, draw.randint(1, 2), draw.randint(1, 2))
            rows.append(
                {
                    "course_key": patient + category, "patient_key": patient, "category": category,
                    "subtype": None, "headline": True, "is_first_course": True,
                    "first_infusion": start, "last_induction": start,
                    "start_month": start.replace(day=1), "instrument": "nrs_average_7d",
                    "baseline": draw.choice([None, 8]), "final": draw.choice([None, 2, 8]),
                    "status": draw.choice(statuses), "preference": draw.choice([1, 2]),
                    "final_day": draw.choice([None, 21, 22]), "due_day": date(2025, draw.randint(2, 4), 1),
                }
            )  # fmt: skip
    return pl.DataFrame(rows, schema=shape.schema)


def test_build_says_how_many_rates_moved_and_where_to_see_them(practice: Path) -> None:
    arrive(practice, {"infusions": INFUSIONS, "scores": LATE})
    said = abate("build", str(practice)).stdout.splitlines()
    assert said[1].startswith("Published headline rates moved since build ")
    assert said[1].endswith(f"See them: abate restatements {practice} --policy internal")
    assert len(abate("build", str(practice)).stdout.splitlines()) == 1
    listed = abate("restatements", str(practice), "--policy", "internal").stdout.splitlines()
    assert listed[2] == "2025-01, tmj: 33 to 67 % -> 33 %: 1 late score"


def test_the_log_can_be_had_as_an_object(practice: Path) -> None:
    arrive(practice, {"infusions": INFUSIONS, "scores": LATE})
    warehouse.build(practice)
    words = ("restatements", str(practice), "--format", "json")
    hidden = json.loads(abate(*words).stdout)
    assert (hidden["moved"], hidden["rows"], hidden["reasons"]) == (None, [], [])
    found = json.loads(abate(*words, "--policy", "internal").stdout)
    assert found["moved"] == 2
    assert found["reasons"] == [{"reason": "late_score", "persons": 1}]
    assert found["rows"][1]["start_month"] == "2025-01"
    assert found["rows"][1]["assessed_before"] == 2


def test_an_unknown_policy_is_refused(practice: Path) -> None:
    with pytest.raises(InputError, match="policy: 'cms12' is not known; did you mean 'cms11'"):
        shown(practice, "cms12")


def test_other_patient_keys_are_said_and_not_called_new_courses(practice: Path) -> None:
    infusions = "patient | day | category\nA | 0 | tmj"
    arrive(practice, {"infusions": infusions, "scores": "patient | instrument | day | score"})
    found = shown(practice)
    assert "none of these patient keys" in found.summary
    assert found.moved == 0
