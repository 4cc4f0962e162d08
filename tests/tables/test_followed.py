"""Courses followed score by score, each rule on a table small enough to check by hand."""

from collections.abc import Callable

from tests.drawn import Built, rows

Make = Callable[..., Built]


def test_scores_know_the_infusions_before_them_and_how_far_they_are(warehouse: Make) -> None:
    """The one of day 7 is from before that day's infusion, or looks back; those during are none."""
    built = warehouse(
        infusions="patient | day | category\n1 | 0 | depression\n1 | 7 | depression\n1 | 40 | depression",
        scores="""
            patient | instrument | day | score | timing
            1       | phq_9      |  -3 | 20    | unspecified
            1       | phq_9      |   7 | 10    | unspecified
            1       | phq_9      |   9 |  3    | during_infusion
            1       | phq_9      |  40 | 16    | before_infusion
            1       | phq_9      |  50 | 17    | unspecified
        """,
    )
    assert rows(
        built.table("marts.score_days"),
        "day", "days_after_induction", "infusions_before", "days_after_infusion",
        "responds", "is_lost", "improved_early",
    ) == [
        (40, 33, 2, 33, False, True, True),
        (50, 43, 3, 10, False, True, False),
        (7, 0, 1, 7, True, False, True),
    ]  # fmt: skip


def test_of_two_scores_of_a_day_the_higher_one_counts(warehouse: Make) -> None:
    built = warehouse(
        infusions="patient | day | category\n1 | 0 | depression",
        scores="patient | instrument | day | score\n1 | phq_9 | -1 | 20\n1 | phq_9 | 22 | 8\n1 | phq_9 | 22 | 12",
    )
    assert rows(built.table("core.course_score_days"), "day", "score") == [(22, 12)]


def test_a_course_is_followed_up_to_the_next_one_in_its_category(warehouse: Make) -> None:
    built = warehouse(
        infusions="patient | day | category\n1 | 0 | depression\n1 | 100 | depression\n1 | 30 | tmj",
        scores="patient | instrument | day | score\n1 | phq_9 | -1 | 20\n1 | phq_9 | 100 | 9\n1 | phq_9 | 101 | 5",
    )
    courses = built.table("marts.followed_courses").filter(category="depression")
    assert rows(courses, "next_course_day", "ended", "baseline") == [
        (100, True, 20),
        (None, True, 9),
    ]
    first = built.table("marts.score_days").filter(baseline=20)
    assert rows(first, "day", "score") == [(100, 9)]


def test_every_course_stays_with_the_status_it_entered_by(warehouse: Make) -> None:
    built = warehouse(
        through=400,
        since=-10,
        infusions="""
            patient | day | category
            early   |   0 | depression
            bare    | 100 | depression
            low     | 100 | depression
            fit     | 100 | depression
            unknown | 100 |
            late    | 380 | depression
        """,
        scores="patient | instrument | day | score\n"
        + "\n".join(f"{key} | phq_9 | {day} | {score}" for key, day, score in
                    (("early", -1, 20), ("low", 99, 9), ("fit", 99, 20), ("late", 379, 20))),
    )  # fmt: skip
    assert rows(
        built.table("marts.followed_courses"), "patient_key", "eligibility", "ended", "followed_days"
    ) == [
        ("bare", "no_baseline", True, 300),
        ("early", "started_before_data", True, 400),
        ("fit", "eligible", True, 300),
        ("late", "eligible", False, 20),
        ("low", "below_floor", True, 300),
        ("unknown", "no_baseline", True, 300),
    ]  # fmt: skip


def test_windows_tell_the_day_of_their_score_from_the_first_infusion(warehouse: Make) -> None:
    built = warehouse(
        infusions="patient | day | category\n1 | 0 | tmj\n1 | 7 | tmj",
        scores="patient | instrument | day | score\n1 | nrs_average_7d | -1 | 8\n1 | nrs_average_7d | 29 | 4",
    )
    assert rows(
        built.table("marts.followed_windows"), "window", "status", "first_day", "last_day", "final_day"
    ) == [
        ("early", "no_baseline", 8, 10, None),
        ("post_induction", "responded", 21, 38, 29),
        ("week_12", "not_assessed", 78, 105, None),
        ("week_8", "not_assessed", 50, 77, None),
    ]  # fmt: skip
