"""Who had begun by a day: what a row tells on several rungs, at several times, are points of few curves.

Eligible courses of today, courses due of nine weeks hence, and the sum of the months before are all
courses that had begun by some day; so any two of them tell how many began between. Each curve rises.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date

from pipelines.disclosure.units import DUE, LATER, OTHERS, UNKNOWN, WIDTH_MONTHS, Unit, told
from pipelines.estimates.basis import GROUPS

Point = tuple[int, float, int]  # curve, day as ordinal, courses
DayOf = Callable[[str], float]
ELIGIBLE = ("due", "not_yet_due")
EARLY = tuple(f"early {status}" for status in DUE)
CURVES = (
    "started", "ineligible", "below_floor", "never_eligible", "no_baseline", "not_counted",
    "eligible", "rest_of_due", *DUE, "early eligible", "early rest", *EARLY,
)  # fmt: skip
PLACE = {name: at for at, name in enumerate(CURVES)}
SPLITS = (
    ("started", ("ineligible", "eligible")),
    ("ineligible", ("below_floor", "never_eligible")),
    ("never_eligible", ("no_baseline", "not_counted")),
    ("eligible", ("responded", "rest_of_due")),
    ("rest_of_due", ("not_responded", "not_assessed")),
    ("early eligible", ("early responded", "early rest")),
    ("early rest", ("early not_responded", "early not_assessed")),
)


def points(rung: str, unit: Unit, day_of: DayOf) -> dict[str, list[Point]]:
    """Return what a unit tells of how many had begun by a day, of the row ("") and of values in it.

    `day_of` gives by rung the day by which the courses that it counts had begun. Values are named as
    rungs tell them, as `clinic_key=lake`.
    """
    column = rung.rpartition(" ")[0]
    if column in GROUPS:
        return {
            told(column, part): [
                (PLACE[curve], day_of("due"), value)
                for curve, value in _statuses(rung, unit, [part]).items()
            ]
            for part in unit.parts
            if part != OTHERS
        }
    found = [(PLACE[curve], day, value) for curve, day, value in _points(rung, unit, day_of)]
    return {"": found} if found else {}


def _points(rung: str, unit: Unit, day_of: DayOf) -> Iterator[tuple[str, float, int]]:
    today, due = day_of("started"), day_of("due")
    if rung == "started":
        yield "started", today, unit.courses
    elif rung == "due":
        yield "eligible", due, unit.having({rung: "due"})
    elif rung == "responded":
        yield "responded", due, unit.having({rung: "responded"})
        yield "rest_of_due", due, unit.having({rung: "rest_of_due"})
    elif rung == "missing":
        for status in DUE:
            yield status, due, unit.having({rung: status})
    elif rung == "steps":
        eligible = sum(unit.having({rung: step}) for step in ELIGIBLE)
        yield "eligible", today, eligible
        yield "ineligible", today, unit.courses - eligible
        yield "below_floor", today, unit.having({rung: "below_floor"})
        yield "no_baseline", today, unit.having({rung: "no_baseline"})
    elif rung in ("week_8_due", "week_12_due"):
        yield "eligible", day_of(rung), unit.having({rung: "due"})
    elif rung == "early":
        yield from _early(rung, unit, day_of(rung), due)
    elif rung in ("improvement", "worsening"):
        if not unit.having({rung: "not_asked", "steps": "below_floor"}):
            both = [{rung: status, "steps": "below_floor"} for status in DUE]
            yield "below_floor", due, sum(map(unit.having, both))
    elif rung in WIDTH_MONTHS:
        yield from _before_periods(rung, unit)


def _early(rung: str, unit: Unit, early: float, due: float) -> Iterator[tuple[str, float, int]]:
    """Yield what early scores tell, also of the courses due later; they can be of another scale.

    Where they are of just the courses that are eligible later, these are told by the earlier day too.
    """
    everybody = [unit.having({rung: status}) for status in DUE]
    of_due, of_rest = (
        [unit.having({rung: status, "steps": step}) for status in DUE] for step in ELIGIBLE
    )
    for day, judged in ((early, everybody), (due, of_due)):
        yield "early eligible", day, sum(judged)
        for name, number in zip(EARLY, judged, strict=True):
            yield name, day, number
    if sum(everybody) == sum(of_due) + sum(of_rest) and sum(of_due) == unit.having(
        {"steps": "due"}
    ):
        yield "eligible", early, sum(everybody)


def _before_periods(rung: str, unit: Unit) -> Iterator[tuple[str, float, int]]:
    """Yield what had begun before each period that is told, also in months that nobody knows."""
    starts = sorted({part.removeprefix(LATER) for part in unit.parts if part != UNKNOWN})
    for start in starts:
        inside = [
            part for part in unit.parts if part == UNKNOWN or part.removeprefix(LATER) < start
        ]
        day = float(date.fromisoformat(f"{start}-01").toordinal() - 1)
        for curve, value in _statuses(rung, unit, inside).items():
            yield curve, day, value


def _statuses(rung: str, unit: Unit, parts: Sequence[str]) -> dict[str, int]:
    """Return by curve the courses of some parts of a unit."""
    found = {
        status: sum(unit.having({"missing": status, rung: part}) for part in parts)
        for status in DUE
    }
    rest = found["not_responded"] + found["not_assessed"]
    return found | {"rest_of_due": rest, "eligible": found["responded"] + rest}
