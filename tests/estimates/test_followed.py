"""When a response begins and when it is lost, each rule on scores drawn by hand."""

from collections.abc import Callable

import pytest

from tests.drawn import Built

Make = Callable[..., Built]
Ends = tuple[int | None, int | None]
Spell = tuple[str, Ends, Ends]
NO_ENDS: Ends = (None, None)


def spells(built: Built) -> dict[str, Spell]:
    """Return by patient the fate, days to the last score in response and to the loss, and at once.

    The second pair is the same if the first lost score counted.
    """
    courses = built.practice.durability(by=[]).courses.select(
        "patient_key", "fate", "held", "lost_by", "held_at_once", "lost_at_once_by"
    )
    return {
        key: (fate, (held, by), (at_once, by_at_once))
        for key, fate, held, by, at_once, by_at_once in courses.rows()
    }


def scores(instrument: str, baseline: int, **people: dict[int, int]) -> str:
    lines = [f"{key} | {instrument} | -1 | {baseline}" for key in people]
    lines += [
        f"{key} | {instrument} | {day} | {score}"
        for key, days in people.items()
        for day, score in days.items()
    ]
    return "patient | instrument | day | score\n" + "\n".join(lines)


def infusions(category: str, *people: str, more: str = "") -> str:
    lines = [f"{key} | 0 | {category}" for key in people]
    return "patient | day | category\n" + "\n".join(lines) + more


def test_depression_is_lost_at_half_the_baseline_or_worse_confirmed_5_to_31_days_later(
    warehouse: Make,
) -> None:
    people = {
        "confirmed": {20: 8, 40: 12, 50: 13},
        "recovered": {20: 8, 40: 12, 50: 9},
        "last": {20: 8, 40: 12},
        "day_31": {20: 8, 40: 12, 71: 12},
        "day_32": {20: 8, 40: 12, 72: 12},
        "day_4_does_not_count": {20: 8, 40: 12, 44: 9, 71: 12},
        "never": {20: 11, 40: 12},
        "unscored": {},
    }
    built = warehouse(
        infusions=infusions("depression", *people), scores=scores("phq_9", 20, **people)
    )
    assert spells(built) == {
        "confirmed": ("lost", (0, 20), (0, 20)),
        "recovered": ("censored", (30, None), (0, 20)),
        "last": ("censored", (0, None), (0, 20)),
        "day_31": ("lost", (0, 20), (0, 20)),
        "day_32": ("censored", (0, None), (0, 20)),
        "day_4_does_not_count": ("lost", (0, 20), (0, 20)),
        "never": ("never_responded", NO_ENDS, NO_ENDS),
        "unscored": ("never_scored", NO_ENDS, NO_ENDS),
    }


def test_depression_below_the_lowest_score_of_the_rule_is_not_lost(warehouse: Make) -> None:
    people = {"below": {20: 5, 40: 9, 50: 9}, "at": {20: 5, 40: 10, 50: 10}}
    built = warehouse(
        infusions=infusions("depression", *people), scores=scores("phq_9", 12, **people)
    )
    assert spells(built) == {
        "below": ("censored", (30, None), (30, None)),
        "at": ("lost", (0, 20), (0, 20)),
    }


def test_pain_is_lost_at_two_scores_in_a_row_with_less_than_30_percent_relief(
    warehouse: Make,
) -> None:
    people = {
        "two": {20: 7, 40: 8, 200: 8},
        "one": {20: 7, 40: 8, 60: 7},
        "second_time": {20: 7, 40: 8, 60: 7, 80: 9, 90: 9},
    }
    built = warehouse(
        infusions=infusions("tmj", *people), scores=scores("nrs_average_7d", 10, **people)
    )
    assert spells(built) == {
        "two": ("lost", (0, 20), (0, 20)),
        "one": ("censored", (40, None), (0, 20)),
        "second_time": ("lost", (40, 60), (0, 20)),
    }


@pytest.mark.parametrize(
    ("category", "instrument", "expected"),
    [
        ("depression", "phq_9", ("lost", (70, 80), (70, 80))),
        ("tmj", "nrs_average_7d", ("censored", (70, None), (70, None))),
    ],
)
def test_another_course_is_a_loss_of_depression_and_ends_what_is_known_of_pain(
    warehouse: Make, category: str, instrument: str, expected: Spell
) -> None:
    """Only while scores go on: who is no longer scored is censored there, whoever comes back."""
    people = {"scored": {20: 3, 90: 3}, "unseen": {20: 3, 60: 3}}
    more = "".join(f"\n{key} | 100 | {category}" for key in people)
    built = warehouse(
        infusions=infusions(category, *people, more=more), scores=scores(instrument, 10, **people)
    )
    assert spells(built) == {"scored": expected, "unseen": ("censored", (40, None), (40, None))}


def test_an_instrument_without_a_rule_of_loss_is_told_apart(warehouse: Make) -> None:
    built = warehouse(
        infusions=infusions("tmj", "1"),
        scores=scores("nrs_average_7d", 10, **{"1": {20: 3}}),
        definitions={
            "loss_of_response": "instrument,below_fall_percent,min_score,confirm_first_day,"
            "confirm_last_day,new_course,source,active\nnrs_average_7d,,,,,,,no\n"
        },
    )
    result = built.practice.durability(by=[])
    assert spells(built) == {"1": ("no_loss_rule", NO_ENDS, NO_ENDS)}
    assert ("curve", "no_loss_rule") in result.refused[0].rows()


def test_infusions_outside_the_induction_end_a_response_only_while_it_is_seen_to_last(
    warehouse: Make,
) -> None:
    """During: after response and before the last score; the same day as the first score counts.

    After a lost score it is the answer to the loss, whether another score could have confirmed it
    or not; after one that did not last it is given in response.
    """
    people = {
        "doubted": {20: 3, 38: 9, 60: 3},
        "doubted_earlier": {20: 3, 25: 9, 30: 3, 60: 3},
        "during": {20: 3, 60: 3},
        "same_day": {40: 3, 60: 3},
        "after": {20: 3, 30: 3},
        "before_response": {50: 3, 60: 3},
        "after_loss": {20: 3, 40: 9, 60: 9},
    }
    more = "".join(f"\n{key} | 40 | tmj" for key in people)
    built = warehouse(
        infusions=infusions("tmj", *people, more=more),
        scores=scores("nrs_average_7d", 10, **people),
    )
    courses = built.practice.durability(by=[]).courses
    found = courses.select("patient_key", "infused_after", "lost_first", "infusions_given").rows()
    assert {key: values for key, *values in found} == {
        "doubted": [None, 18, 2],
        "doubted_earlier": [20, None, 2],
        "during": [20, None, 2],
        "same_day": [0, None, 2],
        "after": [None, None, 1],
        "before_response": [None, None, 2],
        "after_loss": [None, 20, 1],
    }
