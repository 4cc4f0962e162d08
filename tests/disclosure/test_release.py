"""What is let out after earlier releases: nothing from which a few new persons could be told."""

import numpy as np
import pytest

from pipelines.definitions import Definitions
from pipelines.disclosure.plan import Plan
from pipelines.disclosure.release import Snapshot, next_release
from pipelines.disclosure.units import Row, Rung, Unit, moved
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


def test_periods_that_one_build_alone_tells_apart_are_taken_together() -> None:
    then = Unit(
        {"due=due|month=2026-01": 20, "due=due|month=from 2026-02": 30}, ("2026-01", "from 2026-02")
    )
    now = Unit(
        {
            "due=due|month=2026-01": 20,
            "due=due|month=2026-02": 25,
            "due=due|month=from 2026-03": 18,
        },
        ("2026-01", "2026-02", "from 2026-03"),
    )
    assert moved(then, now) == [0, 13]


@pytest.mark.parametrize("seed", range(2))
def test_over_many_builds_no_few_new_persons_can_be_computed(
    definitions: Definitions, seed: int
) -> None:
    chance = np.random.default_rng(seed)
    weeks = list(range(0, 52, 10))
    practice = growing(chance, float(chance.uniform(5, 25)), 52, definitions)
    assert list(computed(practice, weeks, releases(practice, weeks))) == []


def test_without_the_rule_the_same_attacker_computes_some(definitions: Definitions) -> None:
    chance = np.random.default_rng(0)
    weeks = list(range(0, 52, 10))
    practice = growing(chance, 12, 52, definitions)
    assert next(computed(practice, weeks, releases(practice, weeks, guarded=False)), None)
