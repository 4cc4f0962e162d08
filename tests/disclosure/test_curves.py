"""Which points of rising curves tell of a few persons: those told, and those that follow from others."""

from datetime import date

import pytest

from pipelines.disclosure.begun import CURVES, PLACE, points
from pipelines.disclosure.curves import EARLIER, NOW, Told, few_show
from pipelines.disclosure.units import Unit
from pipelines.disclosure.units import told as told_of

Points = list[tuple[str, int, int]]  # curve, day, courses


def told(*points: tuple[str, int, int], opened: int | None = None, most: int = 1) -> Told:
    """Return a row of which all points were told on an earlier build."""
    return Told(opened).with_points(
        [(PLACE[curve], day, number) for curve, day, number in points], most, 0, EARLIER
    )


@pytest.mark.parametrize(
    ("points", "few"),
    [
        ([("eligible", 100, 60), ("eligible", 107, 65)], True),
        ([("eligible", 100, 60), ("eligible", 107, 60), ("eligible", 114, 71)], False),
        ([("eligible", 100, 60), ("responded", 107, 65)], False),
        ([("eligible", 100, 9)], True),
        # Data were corrected: of the same day 3 more are told.
        ([("eligible", 100, 60), ("eligible", 100, 63)], True),
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
    assert few_show(told(*points), (), 11) == few


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
    assert few_show(told(*WHOLE), [told(*points) for points in parts], 11) == few


def test_what_lies_between_equal_points_of_a_part_is_known() -> None:
    """The first part is 30 on day 103 too, and what is left moves from 33 to 45, then by 1."""
    whole = [*WHOLE, ("eligible", 103, 63), ("eligible", 110, 76)]
    parts = [told(("eligible", 100, 30), ("eligible", 110, 30)), told()]
    assert few_show(told(*whole), parts, 11)


def test_a_clinic_that_opened_later_tells_how_many_the_others_gained() -> None:
    """Nobody had begun at the third by day 100: the others moved from 100 to 105."""
    whole = told(("eligible", 100, 100), ("eligible", 200, 135))
    lake, park = told(("eligible", 200, 60)), told(("eligible", 200, 45))
    assert few_show(whole, [lake, park, told(("eligible", 200, 30), opened=150)], 11)
    assert not few_show(whole, [lake, park, told(("eligible", 200, 30), opened=50)], 11)


def test_where_a_person_can_have_two_courses_twice_as_many_must_lie_between_two_builds() -> None:
    """On one build the ladder has counted persons; 16 courses are enough there."""
    place = PLACE["eligible"]
    first = Told().with_points([(place, 100, 60), (place, 50, 44)], 2, 0, NOW)
    assert not few_show(first, (), 11)
    earlier = told(("eligible", 100, 60), ("eligible", 50, 44), most=2)
    assert not few_show(earlier, (), 11)
    assert few_show(earlier.with_points([(place, 110, 76)], 2, 1, NOW), (), 11)
    assert not few_show(earlier.with_points([(place, 110, 82)], 2, 1, NOW), (), 11)


def said(rung: str, unit: Unit) -> set[tuple[str, int, int]]:
    """Return the points of a unit of a build of day 1,000 whose courses are due after 63 days."""
    lags = {"started": 0, "steps": 0, "early": 30, "week_8_due": 97}
    found = points(rung, unit, lambda name: 1_000 - lags.get(name, 63))
    return {(CURVES[at], int(day), number) for at, day, number in found.get("", [])}


def test_each_rung_tells_how_many_had_begun_by_its_day() -> None:
    steps = {"due": 40, "not_yet_due": 20, "below_floor": 12, "no_baseline": 15}
    assert said("steps", Unit({f"due=any|steps={name}": n for name, n in steps.items()})) == {
        ("eligible", 1_000, 60), ("ineligible", 1_000, 27), ("below_floor", 1_000, 12),
    }  # fmt: skip
    assert said("week_8_due", Unit({"due=due|week_8_due=due": 25, "due=not_counted": 62})) == {
        ("eligible", 903, 25)
    }
    early = {"steps=due|early=responded": 30, "steps=not_yet_due|early=responded": 11,
             "steps=due|early=not_assessed": 14}  # fmt: skip
    assert said("early", Unit(early)) == {
        ("eligible", 970, 55), ("early responded", 970, 41), ("early responded", 937, 30),
        ("early not_assessed", 970, 14), ("early not_assessed", 937, 14),
        ("early not_responded", 970, 0), ("early not_responded", 937, 0),
    }  # fmt: skip
    improved = {
        "steps=below_floor|improvement=responded": 13,
        "steps=due|improvement=responded": 20,
    }
    assert said("improvement", Unit(improved)) == {("below_floor", 937, 13)}


def test_periods_tell_how_many_had_begun_before_each() -> None:
    """Courses of which nobody knows the month are in all of them."""
    numbers = {"%none": 2, "2026-01": 20, "2026-02": 25, "from 2026-03": 18}
    blocks = {
        f"due=due|missing=not_assessed|{told_of('month', part)}": n for part, n in numbers.items()
    }
    found = said("month", Unit(blocks, tuple(numbers)))
    days = [date(2026, 1, 31).toordinal(), date(2026, 2, 28).toordinal()]
    assert {one for one in found if one[0] == "eligible"} == {
        ("eligible", days[0], 22), ("eligible", days[1], 47),
    }  # fmt: skip
    assert {one for one in found if one[0] == "responded"} == {
        ("responded", day, 0) for day in days
    }
