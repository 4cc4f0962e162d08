"""Flow: visits, courses, waits and gaps as they are counted."""

from collections.abc import Callable
from datetime import date

from tests.drawn import Built, rows

Make = Callable[..., Built]


def test_visits_keep_their_weekday_only_where_days_are_true(warehouse: Make) -> None:
    built = warehouse(
        through=100,
        infusions="""
            patient | day | category | visit_status | chair_minutes | infusion_minutes | recovery_minutes
            1       | 0   | tmj      | completed    | 120           | 40               | 50
            1       | 5   | tmj      | no_show      |               |                  |
        """,
    )
    found = built.table("marts.visit_flow")
    # 1 January 2025 was a Wednesday.
    assert rows(found, "visit_key", "visit_status", "weekday", "month", "chair_minutes", "infusion_minutes", "recovery_minutes") == [
        ("v0", "completed", 3, date(2025, 1, 1), 120, 40, 50),
        ("v1", "no_show", 1, date(2025, 1, 1), None, None, None),
    ]  # fmt: skip


def test_an_induction_is_complete_on_the_day_of_its_fourth_infusion(warehouse: Make) -> None:
    built = warehouse(
        through=60,
        infusions="""
            patient | day | category | planned_sessions | stopped_early | stop_reason
            1       | 0   | tmj      | 6                |               |
            1       | 3   | tmj      |                  |               |
            1       | 6   | tmj      |                  |               |
            1       | 9   | tmj      |                  | no            |
            2       | 0   | tmj      |                  |               |
            2       | 7   | tmj      |                  | yes           | adverse_event
            3       | 40  | tmj      | 3                | no            |
        """,
    )
    found = built.table("marts.course_flow")
    assert rows(found, "patient_key", "in_induction", "complete_day", "planned", "last_stopped", "last_reason", "followed_days", "ended") == [
        ("1", 4, 9, 6, False, None, 60, True),
        ("2", 2, None, None, True, "adverse_event", 60, True),
        # 20 days ago, and the last infusion was 20 days ago: the gap of 14 days has passed.
        ("3", 1, None, 3, False, None, 20, True),
    ]  # fmt: skip


def test_a_wait_runs_from_the_first_kept_consultation_to_the_first_infusion(
    warehouse: Make,
) -> None:
    built = warehouse(
        through=100,
        infusions="""
            patient | day | category | visit_kind   | visit_status | agent
            1       | 1   |          | consultation | no_show      | other
            1       | 4   |          | consultation | completed    | other
            1       | 20  | tmj      | infusion     | completed    | ketamine
            2       | 30  |          | consultation | completed    | other
            3       | 10  | tmj      | infusion     | completed    | ketamine
            3       | 12  |          | consultation | completed    | other
        """,
    )
    assert rows(built.table("marts.waits"), "patient_key", "wait_days", "followed_days") == [
        ("1", 16, 96),
        ("2", None, 70),
    ]


def test_maintenance_infusions_have_the_days_since_the_one_before(warehouse: Make) -> None:
    built = warehouse(
        infusions="""
            patient | day | category
            1       | 0   | tmj
            1       | 7   | tmj
            1       | 35  | tmj
            1       | 70  | tmj
        """,
    )
    assert rows(built.table("marts.maintenance"), "visit_key", "gap_days") == [
        ("v2", 28),
        ("v3", 35),
    ]
