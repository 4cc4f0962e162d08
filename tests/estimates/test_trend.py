from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from pipelines.definitions import Definitions
from pipelines.disclosure.control_words import events as told_events
from pipelines.disclosure.control_words import signals
from pipelines.disclosure.trend import TrendFinding, disclose_trend
from pipelines.disclosure.trend_tables import points
from pipelines.disclosure.trend_words import answer, cautions, together
from pipelines.estimates.result import Provenance, Question
from pipelines.estimates.trend import Trend, trend
from pipelines.intake.annotations import Annotations, annotations
from tests.drawn import drawn

MADE = Provenance("b", "dates", date(2024, 1, 1), date(2026, 12, 31))
STEADY = (10, 9, 11, 10, 12, 9, 10, 11, 9, 10, 12, 8)


def courses(met: list[int], missed: list[int] | None = None, number: int = 20) -> pl.DataFrame:
    """Return courses from January 2024 on: of each month's assessed `met` responded; `missed` were not."""
    rows = []
    for place, count in enumerate(met):
        month = date(2024 + place // 12, 1 + place % 12, 1)
        lost = missed[place] if missed else 0
        statuses = ["responded"] * count + ["not_responded"] * (number - count)
        rows += [(month, status) for status in statuses + ["not_assessed"] * lost]
    frame = pl.DataFrame(rows, schema=["start_month", "status"], orient="row")
    return frame.with_columns(measure=pl.lit("response"))


@pytest.fixture
def noted(tmp_path: Path) -> Annotations:
    return annotations(tmp_path)


def of(
    rows: pl.DataFrame,
    definitions: Definitions,
    noted: Annotations,
    question: Question | None = None,
    rebased: bool = True,
) -> Trend:
    return trend(rows, question or Question(), noted, definitions, MADE, rebased=rebased)


def shown(found: Trend) -> TrendFinding:
    finding = disclose_trend(found, "internal")
    assert isinstance(finding, TrendFinding)
    return finding


def drawn_events(text: str) -> pl.DataFrame:
    columns = ("clinic_key", "category", "measure", "person")
    rows = drawn(text).with_columns(pl.col("event_date").str.to_date())
    missing = [pl.lit(None, pl.String).alias(name) for name in columns if name not in rows.columns]
    return rows.with_columns(pl.lit("other").alias("kind"), *missing)


def test_a_steady_rate_is_said_to_have_moved_no_more_than_chance(
    definitions: Definitions, noted: Annotations
) -> None:
    finding = shown(of(courses(list(STEADY)), definitions, noted))
    assert answer(finding) == (
        "From Jan 2024 to Dec 2024, 50 % of those followed up responded,"
        " and it moved no more than chance explains."
    )
    assert finding.rate.variation == "common"
    assert cautions(finding) == []


def test_a_rise_is_better_and_for_worsening_it_is_worse(
    definitions: Definitions, noted: Annotations
) -> None:
    rows = courses([5, 6, 5, 7, 6, 5, 6, 7, 5, 13, 14, 12, 13, 15, 14, 13, 14, 13])
    better = shown(of(rows, definitions, noted))
    assert better.rate.variation == "improvement"
    assert answer(better).endswith("; the latest points are better than chance explains.")
    assert signals(better.rate)[0] == (
        "Jan 2024 to Jun 2025: 9 in a row on one side of the centre, where chance leaves at most 7;"
        " later points higher (better)."
    )
    harm = rows.with_columns(measure=pl.lit("worsening"))
    worse = shown(of(harm, definitions, noted, Question(measure="worsening")))
    assert worse.rate.variation == "concern"


def test_months_with_too_little_follow_up_are_kept_out_and_said(
    definitions: Definitions, noted: Annotations
) -> None:
    rows = courses([20, *STEADY], missed=[9] + [0] * 12)
    finding = shown(of(rows, definitions, noted))
    assert finding.rate.points["why_out"].to_list() == ["follow_up"] + [None] * 12
    assert finding.follow_up.points["why_out"].null_count() == 13
    assert finding.rate.points["colour"][0] == "out"
    assert cautions(finding) == [
        "1 month under 70 % follow-up drawn hollow and kept out of the rules."
    ]


def test_a_signal_that_goes_with_one_of_follow_up_says_so(
    definitions: Definitions, noted: Annotations
) -> None:
    rise = [5, 6, 5, 7, 6, 5, 6, 7, 5, 13, 14, 12, 13, 15, 14, 13, 14, 13]
    alone = shown(of(courses(rise), definitions, noted))
    beside = shown(of(courses(rise, missed=[8] * 9 + [0] * 9), definitions, noted))
    assert (together(alone), together(beside)) == (False, True)
    assert any(said.startswith("Follow-up moved too") for said in cautions(beside))


def test_all_courses_come_with_a_caution(definitions: Definitions, noted: Annotations) -> None:
    question = Question(population="all_courses")
    finding = shown(of(courses(list(STEADY)), definitions, noted, question))
    assert cautions(finding)[0].startswith("Several courses of one patient are not independent")


def test_few_points_are_too_few_to_tell_a_trend(
    definitions: Definitions, noted: Annotations
) -> None:
    finding = shown(of(courses([10, 2, 19]), definitions, noted))
    assert finding.rate.variation == "too_few"
    assert answer(finding).endswith("3 months are too few to tell a trend.")


def test_no_course_gives_no_trend(definitions: Definitions, noted: Annotations) -> None:
    finding = shown(of(courses([1]).clear(), definitions, noted))
    assert answer(finding) == (
        "No half-year is due and followed up enough to say how many responded."
    )


def test_an_event_counts_from_the_first_month_that_mostly_lies_after_it(
    definitions: Definitions, noted: Annotations
) -> None:
    events = drawn_events("""
        event_date | title
        2024-03-16 | Middle of March
        2024-03-17 | Later in March
        2023-12-05 | Before
    """)
    found = of(courses(list(STEADY)), definitions, replace(noted, events=events))
    assert [(one.title, one.place) for one in found.rate.events] == [
        ("Before", -1),
        ("Middle of March", 2),
        ("Later in March", 3),
    ]


def test_an_effect_is_told_only_on_the_chart_that_shows_just_what_was_changed(
    definitions: Definitions, noted: Annotations
) -> None:
    events = drawn_events("""
        event_date | title     | clinic_key | category | measure
        2024-07-01 | All       |            |          |
        2024-07-01 | Lake      | lake       |          |
        2024-07-01 | Reminders |            |          | follow_up
        2024-07-01 | Remission |            |          | remission
    """)
    noted = replace(noted, events=events)
    whole = of(courses(list(STEADY)), definitions, noted)
    told = {
        one.title: (one.effect is not None, other.effect is not None)
        for one, other in zip(whole.rate.events, whole.follow_up.events, strict=True)
    }
    assert told == {"All": (True, False), "Lake": (False, False), "Reminders": (False, True)}
    at_lake = of(
        courses(list(STEADY)), definitions, noted, Question(where={"clinic_key": ("lake",)})
    )
    assert [one.effect is not None for one in at_lake.rate.events if one.title == "Lake"] == [True]
    elsewhere = of(
        courses(list(STEADY)), definitions, noted, Question(where={"clinic_key": ("b",)})
    )
    assert "Lake" not in [one.title for one in elsewhere.rate.events]
    finding = shown(whole)
    said = told_events({"The rate": finding.rate, "Follow-up": finding.follow_up}, definitions)
    assert said[0] == (
        "**1. All · Other change** (1 Jul 2024). No step of the rate against its earlier course that"
        " the data can tell (−23 to 22 points); no change of slope that the data can tell (−10.1 to 7.6 points a"
        " month)."
    )
    assert said[1].endswith(
        "Its effect is told only on a chart of just the clinic and condition that it was for, of what it was"
        " meant to change."
    )


def test_targets_hold_from_their_month_and_limits_say_whether_they_are_reached(
    definitions: Definitions, noted: Annotations
) -> None:
    targets = pl.DataFrame(
        {
            "from_month": [date(2024, 3, 1), date(2024, 9, 1), date(2024, 1, 1)],
            "target_percent": [40, 90, 10],
            "measure": ["response"] * 3,
            "category": [None, None, "tmj"],
            "clinic_key": [None] * 3,
        },
        schema_overrides={"category": pl.String, "clinic_key": pl.String},
    )
    finding = shown(of(courses(list(STEADY)), definitions, replace(noted, targets=targets)))
    assert finding.rate.points["target"].to_list() == [None] * 2 + [0.4] * 6 + [0.9] * 4
    assert finding.rate.assurance == "misses"


def test_lines_can_be_seen_with_and_without_a_rebase(
    definitions: Definitions, noted: Annotations
) -> None:
    rebases = pl.DataFrame(
        [(date(2025, 1, 1), "rebase", "response", None, None, "Dr A", "New protocol")],
        schema={"month": pl.Date, "kind": pl.String, "measure": pl.String, "category": pl.String,
                "clinic_key": pl.String, "person": pl.String, "reason": pl.String},
        orient="row",
    )  # fmt: skip
    noted = replace(noted, rebases=rebases)
    rows = courses(
        [6, 5, 7, 6, 6, 5, 7, 6, 5, 5, 7, 6, 14, 13, 15, 13, 14, 15, 12, 14, 13, 14, 15, 13]
    )
    carried_out = of(rows, definitions, noted)
    before = of(rows, definitions, noted, rebased=False)
    assert (carried_out.rate.chart.phases.height, before.rate.chart.phases.height) == (2, 1)
    assert (carried_out.rate.chart.signals.height, before.rate.chart.signals.height) == (0, 2)
    assert carried_out.follow_up.chart.phases.height == 1
    assert before.rebases.height == 1


def test_what_a_person_typed_is_written_as_it_stands(
    definitions: Definitions, noted: Annotations
) -> None:
    events = drawn_events("""
        event_date | title
        2024-07-01 | New ![x](https://elsewhere.example/x.png) *rule*
    """)
    finding = shown(of(courses(list(STEADY)), definitions, replace(noted, events=events)))
    said = told_events({"The rate": finding.rate}, definitions)[0]
    assert "![" not in said
    assert "https:" not in said
    assert "\\*rule\\*" in said


def test_the_table_tells_counts(definitions: Definitions, noted: Annotations) -> None:
    finding = shown(of(courses([10, 9], missed=[3, 20]), definitions, noted))
    assert points(finding).rows() == [
        ("Jan 2024", "50 %", "–", "23", "87 %", "20", "10", ""),
        ("Feb 2024", "45 %", "–", "40", "50 %", "20", "9", "too few followed up"),
    ]


@pytest.mark.parametrize(
    ("met", "said"),
    [
        (
            [4, 5, 4, 3, 4, 5, 4, 3, 12, 13, 12, 11, 12, 13, 12, 11],
            "The rate stepped up by 44 points",
        ),
        ([3, 4, 4, 5, 6, 6, 7, 8, 8, 9, 10, 10, 11, 12, 12, 13], "No step of the rate against its"),
        ([4, 5, 4, 3, 4, 5, 4, 3, 13, 11, 10, 9, 8, 6, 5, 4], "from then on it fell by"),
    ],
)
def test_a_step_is_told_apart_from_a_slope(
    definitions: Definitions, noted: Annotations, met: list[int], said: str
) -> None:
    """A step up, a steady rise that the date has no part in, and a step up that is lost again."""
    events = drawn_events("event_date | title\n2024-09-01 | All")
    finding = shown(of(courses(met), definitions, replace(noted, events=events)))
    (told,) = told_events({"The rate": finding.rate}, definitions)
    assert said in told
