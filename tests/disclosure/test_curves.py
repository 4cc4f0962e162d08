"""Which points of rising curves tell of a few persons: those told, and those that follow from others."""

from datetime import date

import numpy as np
import pytest

from pipelines.disclosure.begun import CURVES, PLACE, points
from pipelines.disclosure.curves import (
    EARLIER,
    NOBODY,
    NOT_TOLD,
    NOW,
    NOW_BY_PERIOD,
    NOW_LATER,
    few_between,
    few_left,
    fill,
)
from pipelines.disclosure.units import Unit
from pipelines.disclosure.units import told as told_of

Points = list[tuple[str, int, int]]  # curve, day, courses


def few_show(whole: Points, *parts: Points, enough: int = 11) -> bool:
    """Return whether points of a row and of all its parts, told on one build, show a few persons."""
    rows = [whole, *parts]
    days = sorted({day for points_ in rows for _, day, _ in points_})
    cube = np.full((len(rows), len(CURVES), len(days) + 1), np.nan)
    told = np.full(cube.shape, NOT_TOLD)
    cube[..., 0], told[..., 0] = 0, NOBODY
    for at, points_ in enumerate(rows):
        for curve, day, number in points_:
            place = at, PLACE[curve], days.index(day) + 1
            cube[place], told[place] = number, NOW
    fill(cube, np.array([-np.inf, *days]))
    alone = [few_between(*one, 11, enough) for one in zip(cube, told, strict=True)]
    return any(alone) or few_left(cube, told, 11, enough)


@pytest.mark.parametrize(
    ("points", "few"),
    [
        ([("eligible", 100, 60), ("eligible", 107, 65)], True),
        ([("eligible", 100, 60), ("eligible", 107, 60), ("eligible", 114, 71)], False),
        ([("eligible", 100, 60), ("responded", 107, 65)], False),
        ([("eligible", 100, 9)], True),
        # 20 were ineligible on day 100 as on day 120, so 85 - 20 were eligible on day 110.
        (
            [
                *[("started", 100, 70), ("ineligible", 100, 20)],
                *[("started", 120, 97), ("ineligible", 120, 20)],
                *[("started", 110, 85), ("eligible", 111, 68)],
            ],
            True,
        ),
        (
            [
                *[("started", 100, 70), ("ineligible", 100, 20)],
                *[("started", 120, 117), ("ineligible", 120, 31)],
                *[("started", 110, 85), ("eligible", 111, 68)],
            ],
            False,
        ),
        # Nobody came between, so as many had responded, and 5 more later.
        (
            [
                *[("eligible", 100, 60), ("eligible", 107, 60)],
                *[("responded", 100, 20), ("responded", 114, 25)],
            ],
            True,
        ),
        ([("responded", 100, 20), ("rest_of_due", 100, 40), ("eligible", 107, 65)], True),
        ([("not_responded", 100, 20), ("not_assessed", 100, 40), ("rest_of_due", 107, 63)], True),
    ],
)
def test_points_of_a_row(points: Points, few: bool) -> None:
    assert few_show(points) == few


WHOLE = [("eligible", 100, 60), ("eligible", 107, 75)]


@pytest.mark.parametrize(
    ("parts", "few"),
    [
        # What is left moved by 4, by 15, and by 15 - 0.
        ([[("eligible", 100, 30), ("eligible", 107, 41)], []], True),
        ([[("eligible", 100, 30)], []], False),
        ([[("eligible", 100, 30), ("eligible", 107, 30)], []], False),
        # The second is 60 - 30 on day 100, and 34 on day 107.
        ([[("eligible", 100, 30)], [("eligible", 107, 34)]], True),
        # So are the second and third together; alone nobody knows either.
        (
            [[("eligible", 100, 30)], [("eligible", 107, 20)], [("eligible", 107, 14)]],
            True,
        ),
        ([[("eligible", 100, 30)], [("eligible", 107, 20)], []], False),
        # 55 of 60 are of the first: the others are few.
        ([[("eligible", 100, 55)], []], True),
    ],
)
def test_points_of_the_parts_of_a_row(parts: list[Points], few: bool) -> None:
    assert few_show(WHOLE, *parts) == few


def test_what_lies_between_equal_points_of_a_part_is_known() -> None:
    """The first part is 30 on day 103 too, and what is left moves from 33 to 45, then by 1."""
    whole = [("eligible", 100, 60), ("eligible", 103, 73), ("eligible", 110, 84)]
    assert not few_show(whole, [("eligible", 100, 30)], [])
    assert few_show(whole, [("eligible", 100, 30), ("eligible", 110, 30), ("eligible", 120, 41)],
                    [("eligible", 103, 40)])  # fmt: skip


def test_bounds_that_meet_tell_a_number() -> None:
    """71 of a part were eligible by day 110, and 40 others at least; so 111 of 214, after 100 of 200."""
    whole = [("started", 100, 200), ("started", 110, 214)]
    for later, few in ((111, True), (130, False)):
        part = [
            ("started", 100, 100),
            ("eligible", 100, 60),
            ("eligible", 110, 71),
            ("started", 120, later),
        ]
        assert few_show(whole, part, []) == few


def test_nobody_below_the_floor_of_all_is_nobody_of_the_parts() -> None:
    """So 20 of the first part have no baseline, of 100 that started; and of 190 on the later day 25."""
    whole = [("below_floor", 100, 0)]
    part = [
        *[("started", 90, 100), ("eligible", 90, 80)],
        *[("started", 95, 190), ("eligible", 95, 165), ("no_baseline", 95, 0)],
    ]
    assert few_show(whole, part, [])


def test_a_part_is_known_that_is_all_in_which_two_sums_of_several_days_differ() -> None:
    """Both have two parts by day 20; one has the third by day 20 too, the other by day 19."""
    cube = np.full((4, len(CURVES), 4), np.nan)
    cube[:, :, 0] = 0
    eligible = cube[:, PLACE["eligible"]]
    eligible[0, 2:] = 100, 88
    eligible[3, 1] = 40
    aside, none = np.array([3]), np.array([], np.int64)
    same = [(none, none), *[(aside, np.array([day])) for day in (2, 2, 1)]]
    fill(cube, np.array([-np.inf, 19, 20, 1e9]), [slice(0, 3), slice(3, 4)], same)
    assert eligible[3, 2] == 52
    assert np.isnan(eligible[1:3, 2]).all()


def test_between_two_ladders_of_one_build_persons_with_two_courses_count_once() -> None:
    """The ladder has counted the persons of 16 courses between points that it tells, but no others."""
    numbers = np.full((len(CURVES), 3), np.nan)
    numbers[PLACE["eligible"]] = 0, 44, 60
    told = np.full(numbers.shape, NOBODY)

    def few(one: int, other: int, enough: int = 22) -> bool:
        told[:, 1:] = one, other
        return few_between(numbers, told, 11, enough)

    assert not few(NOW, NOW)
    assert not few(NOW, NOW_LATER)
    assert few(NOW_BY_PERIOD, NOW_LATER)
    assert not few(NOW_BY_PERIOD, NOW_LATER, enough=11)
    assert few(EARLIER, NOW)
    assert not few(EARLIER, EARLIER | NOW)  # held against each other before


def said(rung: str, unit: Unit) -> set[tuple[str, int, int]]:
    """Return the points of a unit of a build of day 1,000 whose courses are due after 63 days."""
    lags = {"started": 0, "steps": 0, "early": 30, "week_8_due": 97}
    found = points(rung, unit, lambda name: 1_000 - lags.get(name, 63))
    return {(CURVES[at], int(day), number) for at, day, number in found.get("", [])}


def test_each_rung_tells_how_many_had_begun_by_its_day() -> None:
    steps = {"due": 40, "not_yet_due": 20, "below_floor": 12, "no_baseline": 15}
    assert said("steps", Unit({f"due=any|steps={name}": n for name, n in steps.items()})) == {
        ("eligible", 1_000, 60), ("ineligible", 1_000, 27), ("below_floor", 1_000, 12),
        ("no_baseline", 1_000, 15),
    }  # fmt: skip
    assert said("week_8_due", Unit({"due=due|week_8_due=due": 25, "due=not_counted": 62})) == {
        ("eligible", 903, 25)
    }
    early = {"steps=due|early=responded": 30, "steps=not_yet_due|early=responded": 11,
             "steps=due|early=not_assessed": 14}  # fmt: skip
    told = {
        ("early eligible", 970, 55), ("early eligible", 937, 44), ("early responded", 970, 41),
        ("early responded", 937, 30), ("early not_assessed", 970, 14), ("early not_assessed", 937, 14),
        ("early not_responded", 970, 0), ("early not_responded", 937, 0),
    }  # fmt: skip
    assert said("early", Unit(early)) == told | {("eligible", 970, 55)}
    some = early | {"steps=due|early=not_asked": 12}
    assert said("early", Unit(some)) == told  # of another scale
    improved = {
        "steps=below_floor|improvement=responded": 13,
        "steps=due|improvement=responded": 20,
    }
    assert said("improvement", Unit(improved)) == {("below_floor", 937, 13)}
    assert said("worsening", Unit({"steps=below_floor|worsening=not_asked": 13})) == set()


def test_periods_tell_how_many_had_begun_before_each() -> None:
    """Courses of which nobody knows the month are in all of them."""
    numbers = {"%none": 2, "2026-01": 20, "2026-02": 25, "from 2026-03": 18}
    blocks = {
        f"due=due|missing=not_assessed|{told_of('month', part)}": n for part, n in numbers.items()
    }
    found = said("month", Unit(blocks, tuple(numbers)))
    days = [
        date(2025, 12, 31).toordinal(),
        date(2026, 1, 31).toordinal(),
        date(2026, 2, 28).toordinal(),
    ]
    assert {one for one in found if one[0] == "eligible"} == {
        ("eligible", days[0], 2), ("eligible", days[1], 22), ("eligible", days[2], 47),
    }  # fmt: skip
    assert {one for one in found if one[0] == "responded"} == {
        ("responded", day, 0) for day in days
    }
