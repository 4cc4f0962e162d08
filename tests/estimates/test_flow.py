from datetime import date

import polars as pl
import pytest

from pipelines.definitions import Definitions
from pipelines.disclosure import flow_tables as tables
from pipelines.disclosure.flow import FlowFinding, disclose_flow
from pipelines.disclosure.flow_words import answer, chair, completion, gaps, repeats, waiting
from pipelines.estimates.flow import Flow, Passing, flow
from pipelines.estimates.result import Provenance, Question
from pipelines.intake.annotations import NOTHING
from tests.drawn import drawn

MADE = Provenance("b", "dates", date(2024, 1, 1), date(2025, 1, 31))
INTEGERS = ("weekday", "chair_minutes", "infusion_minutes", "recovery_minutes", "in_induction", "complete_day",
            "planned", "followed_days", "wait_days", "gap_days")  # fmt: skip
FLAGS = ("ended", "last_stopped")


def table(text: str) -> pl.DataFrame:
    frame = drawn(text)
    return frame.with_columns(
        *[pl.col(name).cast(pl.Int64) for name in INTEGERS if name in frame.columns],
        *[pl.col(name) == "yes" for name in FLAGS if name in frame.columns],
        *[(pl.col(name) + "-01").str.to_date() for name in ("month", "start_month") if name in frame.columns],
    )  # fmt: skip


VISITS = """
    visit_key | patient_key | visit_kind   | visit_status   | month   | weekday | chair_minutes | infusion_minutes | recovery_minutes
    v1        | 1           | infusion     | completed      | 2025-01 | 1       | 120           | 40               | 60
    v2        | 1           | infusion     | completed      | 2025-01 | 2       | 180           | 60               | 130
    v3        | 1           | infusion     | no_show        | 2025-01 | 1       |               |                  |
    v4        | 2           | infusion     | late_cancelled | 2025-01 | 1       |               |                  |
    v5        | 2           | infusion     | cancelled      | 2025-01 | 1       |               |                  |
    v6        | 2           | consultation | completed      | 2025-01 | 3       |               |                  |
"""
COURSES = """
    course_key | patient_key | in_induction | complete_day | planned | last_stopped | ended | followed_days | start_month
    a          | 1           | 4            | 9            | 4       | no           | yes   | 100           | 2024-10
    b          | 1           | 2            |              |         | yes          | yes   | 50            | 2024-12
    c          | 2           | 1            |              | 6       | no           | yes   | 60            | 2024-12
    d          | 3           | 2            |              | 6       | no           | no    | 10            | 2025-01
"""
WAITS = """
    patient_key | wait_days | followed_days | month
    1           | 10        | 200           | 2024-10
    2           | 20        | 100           | 2024-12
    3           |           | 40            | 2024-12
"""
GAPS = """
    course_key | gap_days
    a          | 28
    a          | 30
    a          | 35
    z          | 99
"""
OUTCOMES = """
    course_key | status              | start_month
    a          | responded           | 2024-10
    b          | not_assessed        | 2024-12
    c          | no_baseline         | 2024-12
    d          | not_yet_due         | 2025-01
    e          | started_before_data | 2024-01
"""


def of(definitions: Definitions, *texts: str) -> Flow:
    tables = texts or (VISITS, COURSES, WAITS, GAPS, OUTCOMES)
    return flow(Passing(*map(table, tables)), Question(), NOTHING, definitions, MADE)


def shown(found: Flow) -> FlowFinding:
    finding = disclose_flow(found, "internal")
    assert isinstance(finding, FlowFinding)
    return finding


def test_who_cancelled_in_time_held_no_place(definitions: Definitions) -> None:
    found = of(definitions)
    assert found.kept.select("visit_kind", "held", "no_show", "late_cancelled", "cancelled", "no_show_share").rows() == [
        ("consultation", 1, 0, 0, 0, 0.0),
        ("infusion", 4, 1, 1, 1, 0.25),
    ]  # fmt: skip
    assert found.weekdays.select("weekday", "held", "no_show").rows() == [
        (1, 3, 1),
        (2, 1, 0),
        (3, 1, 0),
    ]


def test_an_induction_counts_once_it_is_old_enough(definitions: Definitions) -> None:
    row = of(definitions).completion.row(0, named=True)
    assert (row["complete"], row["old_enough"]) == (1, 3)
    assert row["share"] == pytest.approx(1 / 3)
    # One of four completes on day 9, while all four are followed; nobody after that.
    assert row["share_km"] == pytest.approx(1 / 4)


def test_who_went_on_and_who_left(definitions: Definitions) -> None:
    assert of(definitions).attrition.rows() == [
        # infusion, courses, went on, finished, stopped, left, open
        (1, 4, 3, 0, 0, 1, 0),
        (2, 3, 1, 0, 1, 0, 1),
        (3, 1, 1, 0, 0, 0, 0),
        (4, 1, 0, 1, 0, 0, 0),
    ]


def test_waits_count_those_who_have_not_begun_as_waiting(definitions: Definitions) -> None:
    found = of(definitions)
    assert found.wait.select("begun", "waiting", "median").row(0) == (2, 1, 20)
    shares = dict(found.waiting.select("day", "share").rows())
    assert shares[14] == pytest.approx(1 / 3)
    assert shares[28] == pytest.approx(2 / 3)
    # Nobody is followed that long without having begun.
    assert shares[56] is None


def test_time_in_the_chair_capture_gaps_and_repeats(definitions: Definitions) -> None:
    found = of(definitions)
    assert found.times.select("time", "n", "median", "long").rows() == [
        ("chair_minutes", 2, 150.0, None),
        ("infusion_minutes", 2, 50.0, None),
        ("recovery_minutes", 2, 95.0, 0.5),
    ]
    assert found.chair_hours == pytest.approx(2 / 5)
    assert found.capture.select("capture", "captured", "of").rows() == [
        ("baseline", 3, 4),
        ("follow_up", 1, 2),
    ]
    assert found.gaps.row(0)[:2] == (3, 30.0)
    assert found.repeats.select("patients", "repeated").row(0) == (3, 1)


def test_months_that_are_open_or_not_over_are_kept_out(definitions: Definitions) -> None:
    charts = of(definitions).over_time
    assert charts["complete"].chart.points["why_out"].to_list() == [
        None,
        "nobody",
        None,
        "not_yet_due",
    ]
    assert charts["no_show"].chart.points.select("numerator", "denominator").rows() == [(1, 5)]
    early = Provenance("b", "dates", None, date(2025, 1, 30))
    tables = map(table, (VISITS, COURSES, WAITS, GAPS, OUTCOMES))
    found = flow(Passing(*tables), Question(), NOTHING, definitions, early)
    assert found.over_time["no_show"].chart.points["why_out"].to_list() == ["unfinished"]


def test_what_is_said(definitions: Definitions) -> None:
    found = shown(of(definitions))
    assert answer(found) == (
        "Half of those consulted begin within 20 days; 33 % of inductions are completed; 20 % of visits that"
        " held a place were missed."
    )
    assert waiting(found).endswith("Half had it within 20 days. 1 has had none yet.")
    assert completion(found).startswith(
        "1 of 3 courses that began 27 days ago or earlier had 4 infusions"
    )
    assert chair(found) == "0.40 infusions for each hour that a chair was taken."
    assert gaps(found).startswith(
        "3 infusions were given after an induction, 30 days after the one before"
    )
    assert repeats(found).startswith("1 of 3 patients had more than one course so far: 33 %")


def test_the_tables_tell_shares_with_their_counts(definitions: Definitions) -> None:
    found = shown(of(definitions))
    assert tables.kept(found).rows() == [
        ("Consultation", "0.0 % (0.0–79.3)", "0.0 % (0.0–79.3)", "1", "0", "0", "0"),
        ("Infusion", "25.0 % (4.6–69.9)", "25.0 % (4.6–69.9)", "4", "1", "1", "1"),
    ]
    assert tables.weekdays(found)["Weekday"].to_list() == ["Monday", "Tuesday", "Wednesday"]
    assert tables.attrition(found).rows()[1] == ("2", "33 %", "3", "0", "1", "0", "1")
    assert tables.times(found).rows()[0] == ("In the chair", "150", "174", "2")
    assert tables.capture(found).rows() == [
        ("Baseline, of courses that began", "75 % (30–95 %)", "3", "4"),
        ("Follow-up, of courses due", "50 % (9–91 %)", "1", "2"),
    ]


def test_nothing_gives_no_number(definitions: Definitions) -> None:
    empty = [table(text).clear() for text in (VISITS, COURSES, WAITS, GAPS, OUTCOMES)]
    found = shown(flow(Passing(*empty), Question(), NOTHING, definitions, MADE))
    assert answer(found) == "No visit of this selection is in these records."
    assert found.completion["share"].to_list() == [None]
    assert found.chair_hours is None
    assert found.attrition.is_empty()


def test_a_protecting_policy_shows_the_reason_only(definitions: Definitions) -> None:
    told = disclose_flow(of(definitions), "cms11")
    assert isinstance(told, str)
    assert "shown inside the practice only" in told
