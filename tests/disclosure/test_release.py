"""What is let out after earlier releases: nothing from which a few new persons could be told."""

import numpy as np
import pytest

from pipelines.definitions import Definitions
from pipelines.disclosure.moving import moved
from pipelines.disclosure.plan import Plan
from pipelines.disclosure.release import next_release, standing_release
from pipelines.disclosure.snapshot import Snapshot
from pipelines.disclosure.units import OTHERS, Row, Rung, Unit
from tests.disclosure.over_time import computed, growing, releases

A, B, C = ("a",), ("b",), ("c",)


def made(**rows: int) -> Plan:
    """Return a plan with one rung, on which all together and rows a, b, c stand with so many courses."""
    units: dict[tuple[str, Row], Unit] = {("started", ()): Unit({"all": sum(rows.values())})}
    units |= {("started", (name,)): Unit({"all": count}) for name, count in rows.items()}
    return Plan((Rung("started", ()),), units, {(): tuple((name,) for name in rows)}, {})


def renewed(*builds: dict[str, int]) -> list[set[Row]]:
    """Return which rows are let out anew on each of several builds."""
    found: list[Snapshot] = []
    for number, rows in enumerate(builds):
        found.append(next_release(made(**rows), found, str(number), None, 11)[1])
    return [{row for _, row in one.units} for one in found]


@pytest.mark.parametrize(
    ("then", "now", "rows"),
    [
        # Nobody is new in b: it is of now, as is a, which has 12 more.
        ({"a": 40, "b": 30}, {"a": 52, "b": 30}, {(), A, B}),
        # 3 are new in b, and what is left of all without a would tell them.
        ({"a": 40, "b": 30}, {"a": 52, "b": 33}, {()}),
        # 3 are new in all.
        ({"a": 40, "b": 30}, {"a": 40, "b": 33}, set()),
        # 5 and 6 are new in b and c, 11 together.
        ({"a": 40, "b": 30, "c": 20}, {"a": 52, "b": 35, "c": 26}, {(), A}),
    ],
)
def test_a_row_is_let_out_anew_where_nobody_or_enough_are_new(
    then: dict[str, int], now: dict[str, int], rows: set[Row]
) -> None:
    assert renewed(then, now)[1] == rows


def test_a_row_keeps_its_numbers_until_enough_are_new_since_it_was_let_out() -> None:
    found = renewed({"a": 40, "b": 30}, {"a": 46, "b": 42}, {"a": 52, "b": 54})
    assert found == [{(), A, B}, {()}, {(), A, B}]


def test_the_release_shows_old_numbers_with_their_day() -> None:
    first = next_release(made(a=40, b=30), [], "one", "2026-01-31", 11)[1]
    release, _ = next_release(made(a=52, b=33), [first], "two", "2026-02-28", 11)
    whole, kept = release.kept("started", ()), release.kept("started", B)
    assert whole is not None
    assert kept is not None
    assert (whole.unit.courses, whole.through) == (85, "2026-02-28")
    assert (kept.unit.courses, kept.build, kept.through) == (30, "one", "2026-01-31")


def periods(rung: str = "month", **counts: int) -> Unit:
    """Return a unit with so many courses due by period; `from_2026_02` is what began from then on."""
    named = {
        name.replace("from_", "from ").replace("p_", "").replace("_", "-"): count
        for name, count in counts.items()
    }
    blocks = {f"due=due|{rung}={part}": count for part, count in named.items()}
    return Unit(blocks, tuple(sorted(named)))


def test_periods_are_held_against_each_other_where_both_begin_one() -> None:
    then = periods("half_year", p_2025_01=60, from_2025_07=50)
    now = periods(p_2025_01=30, p_2025_03=33, p_2025_07=20, from_2025_08=70)
    assert sorted(moved(then, now)) == [3, 40]


def test_a_row_is_told_over_time_by_its_newest_periods() -> None:
    """Half-years of this spring say more of today than months of last year."""
    months = periods(p_2025_01=30, p_2025_02=33)
    old, new = periods("half_year", p_2025_01=90), periods("half_year", p_2025_01=90, p_2025_07=50)
    first = Snapshot("one", "2025-09-30", {("half_year", ()): old, ("month", ()): months})
    again = Snapshot("two", "2026-03-31", {("half_year", ()): new})
    made = Plan((Rung("half_year", ()), Rung("month", ())), {}, {}, {})
    told = standing_release(made, [first]).periods(())
    assert told is not None
    assert (told[0], told[1].build) == ("month", "one")
    told = standing_release(made, [first, again]).periods(())
    assert told is not None
    assert (told[0], told[1].build) == ("half_year", "two")


def values(rung: str, **counts: int) -> Unit:
    blocks = {f"missing=responded|{rung}={value}": count for value, count in counts.items()}
    return Unit(
        {block.replace("others", "%25others"): count for block, count in blocks.items()},
        tuple(OTHERS if value == "others" else value for value in counts),
    )


def test_values_are_held_against_each_other_whatever_rung_tells_them() -> None:
    """A third clinic opens, so that the two others are told on another rung than before."""
    then, now = (
        values("clinic_key 1", lake=90, park=40),
        values("clinic_key 2", lake=90, park=43, west=50),
    )
    assert sorted(moved(then, now)) == [0, 3, 50]
    fewer = values("clinic_key 1", lake=90, others=93)
    assert sorted(moved(then, fewer)) == [0, 53]
    plan_then = Plan((Rung("clinic_key 1", ()),), {("clinic_key 1", ()): then}, {}, {})
    plan_now = Plan((Rung("clinic_key 2", ()),), {("clinic_key 2", ()): now}, {}, {})
    first = next_release(plan_then, [], "one", None, 11)[1]
    assert next_release(plan_now, [first], "two", None, 11)[1].units == {}


def test_a_person_with_many_visits_is_one_person() -> None:
    """Twelve more events of somebody who may have twelve are no more than one new person."""
    rung = Rung("adverse_events events", ())

    def build(events: int, most: int) -> Plan:
        return Plan(
            (rung,), {(rung.name, ("adverse_events",)): Unit({"all": events}, (), most)}, {}, {}
        )

    first = next_release(build(40, 12), [], "one", None, 11)[1]
    assert next_release(build(52, 12), [first], "two", None, 11)[1].units == {}
    assert next_release(build(40 + 132, 12), [first], "two", None, 11)[1].units


def test_new_courses_are_of_enough_persons_where_few_persons_have_several() -> None:
    """Of 13 courses 11 persons at least have one where all have but two more than one each."""
    unit = Unit({"all": 53}, (), most=2, again=2)
    assert unit.enough(11) == 13
    assert unit.plus(Unit({"all": 13}), -1).enough(11) == 22
    assert Unit({"all": 53}, (), most=2, again=40).enough(11) == 22
    assert Unit({"all": 53}).enough(11) == 11


def test_a_row_that_is_gone_is_still_held_against_what_is_left() -> None:
    """b is listed no more: its 30 are among those left of all, which moved by 3 only."""
    found = renewed({"a": 40, "b": 30, "c": 20}, {"a": 52, "c": 20, "d": 33})
    assert ("d",) not in found[1]


@pytest.mark.parametrize(("seed", "weeks"), [(0, 10), (1, 10), (5, 1)])
def test_over_many_builds_no_few_new_persons_can_be_computed(
    definitions: Definitions, seed: int, weeks: int
) -> None:
    """Over the builds of a year, one in so many weeks; over_time.py runs more practices."""
    chance = np.random.default_rng(seed)
    builds = list(range(0, 52, weeks))
    practice = growing(chance, float(chance.uniform(5, 25)), 52, definitions)
    assert list(computed(practice, builds, releases(practice, builds))) == []


def test_without_the_rule_the_same_attacker_computes_some(definitions: Definitions) -> None:
    chance = np.random.default_rng(0)
    weeks = [0, 10]
    practice = growing(chance, 12, 52, definitions)
    assert next(computed(practice, weeks, releases(practice, weeks, guarded=False)), None)
