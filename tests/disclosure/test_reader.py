"""Releases one after the other from which a reader with a calendar would learn of a few persons."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from pipelines.disclosure.plan import Plan
from pipelines.disclosure.release import next_release
from pipelines.disclosure.snapshot import Snapshot
from pipelines.disclosure.units import OTHERS, Key, Row, Rung, Unit

ALL: Row = ()
A, B, Z = ("a",), ("b",), ("z",)
STARTED, DUE = Rung("started", ()), Rung("due", ("started",))
STEPS, IMPROVEMENT = Rung("steps", ("due",)), Rung("improvement", ("steps",))
RUNGS = (STARTED, DUE, STEPS, IMPROVEMENT)
LAGS: dict[str, dict[str | None, int | None]] = {
    name: dict.fromkeys("abz", 58)
    for name in ("due", "improvement", "clinic_key 1", "clinic_key 2")
}
Told = set[tuple[str, Row]]


def released(*builds: tuple[str, Plan]) -> list[Told]:
    """Return what is let out anew on each of several builds, with data through a day each."""
    found: list[Snapshot] = []
    for day, made in builds:
        found.append(next_release(made, found, str(len(found)), day, 11)[1])
    return [set(one.units) for one in found]


def plan(
    units: Mapping[tuple[str, Row], Unit], children: Mapping[Row, Sequence[Row]] | None = None
) -> Plan:
    """Return a plan of rows in which a and b are all together."""
    beneath = children or {ALL: (A, B)}
    return Plan(RUNGS, units, {row: tuple(rows) for row, rows in beneath.items()}, {}, LAGS)


def started(**rows: int) -> dict[tuple[str, Row], Unit]:
    return {
        ("started", () if name == "all" else (name,)): Unit({"started=started": number})
        for name, number in rows.items()
    }


def due(due_: int, not_due: int) -> Unit:
    return Unit({"due=due": due_, "due=not_counted": not_due})


def steps(due_: int, not_yet_due: int, **more: int) -> Unit:
    blocks = {"due=due|steps=due": due_, "due=not_counted|steps=not_yet_due": not_yet_due}
    return Unit(blocks | {f"due=not_counted|steps={name}": n for name, n in more.items()})


def test_due_less_eligible_of_weeks_before_tells_who_began_between() -> None:
    """58 days before 9 March is 10 January: 100 had begun by the first of it, 107 or 120 by then."""
    first = plan(
        started(all=140)
        | {("due", ALL): due(60, 80), ("steps", ALL): steps(60, 40, no_baseline=40)}
    )
    for number, told in ((107, False), (120, True)):
        now = plan(started(all=200) | {("due", ALL): due(number, 200 - number)})
        found = released(("2026-01-01", first), ("2026-03-09", now))
        assert (("due", ALL) in found[1]) == told


def test_nobody_ineligible_of_all_is_nobody_of_any_row_beneath() -> None:
    """So the 50 that had started in a/1 were eligible, and 8 more had begun a week later."""
    one, two = ("a", "1"), ("a", "2")
    tree: dict[Row, list[Row]] = {ALL: [A], A: [one, two]}
    begun = {
        ("started", row): Unit({"all": n})
        for row, n in {ALL: 100, A: 100, one: 50, two: 50}.items()
    }
    later = {
        ("started", row): Unit({"all": n})
        for row, n in {ALL: 164, A: 164, one: 82, two: 82}.items()
    }
    judged = {("due", row): due(n, m) for row, n, m in
              ((ALL, 116, 48), (A, 116, 48), (one, 58, 24), (two, 58, 24))}  # fmt: skip
    now = later | judged | {("steps", ALL): steps(116, 48)}
    found = released(("2026-01-01", plan(begun, tree)), ("2026-03-07", plan(now, tree)))
    assert ("due", one) in found[1]
    assert ("steps", ALL) not in found[1]


def test_who_has_no_baseline_is_what_the_other_reasons_leave() -> None:
    """20 by 1 January; and by the eighth 225 that started less 158 due and 44 below the floor."""
    below = {"steps=due|improvement=responded": 158, "steps=below_floor|improvement=not_assessed": 44,
             "steps=below_floor|improvement=not_counted": 16}  # fmt: skip
    first = started(all=190) | {
        ("due", ALL): due(100, 90),
        ("steps", ALL): steps(100, 40, below_floor=30, no_baseline=20),
    }
    last = started(all=318) | {
        ("due", ALL): due(158, 160),
        ("steps", ALL): steps(158, 60, below_floor=60, no_baseline=40),
        ("improvement", ALL): Unit(below),
    }
    builds = [
        ("2026-01-01", plan(first)),
        ("2026-01-08", plan(started(all=225) | {("due", ALL): due(111, 114)})),
        ("2026-03-07", plan(last)),
    ]
    found = released(*builds)
    assert ("steps", ALL) in found[2]
    assert ("improvement", ALL) not in found[2]


def test_a_row_that_all_together_does_not_count_is_none_of_its_parts() -> None:
    """Of all without a are left 40, then b 57 of 120, so 63 in a: 3 more. z is outside."""
    first, now = plan(started(all=100, a=60, z=50)), plan(started(all=120, b=57, z=70))
    assert released(("2026-01-01", first), ("2026-02-01", now))[1] == {
        ("started", ALL),
        ("started", Z),
    }
    alone = released(("2026-01-01", plan(started(all=100, a=50, z=45))))
    assert alone[0] == {("started", ALL), ("started", A), ("started", Z)}


def test_a_row_is_replaced_with_its_rate_or_not_at_all() -> None:
    """Who is due moved by 5: then who started, of whom there are more, is not told anew either."""
    first = plan(started(all=100) | {("due", ALL): due(60, 40)})
    now = plan(started(all=120) | {("due", ALL): due(65, 55)})
    assert released(("2026-01-01", first), ("2026-02-01", now))[1] == set()


def test_a_row_with_the_same_counts_at_two_times_has_the_same_remissions() -> None:
    """a had 41 of 74 on the second build as on the third; so b had 30 remissions, then 33."""
    rungs = (Rung("missing", ()), Rung("remission", ("missing",)))

    def build(met: int, unmet: int, of_a: tuple[int, int], gone: int, gone_of_a: int) -> Plan:
        units = {("missing", ALL): judged(met, unmet), ("missing", A): judged(*of_a)}
        units[("remission", ALL)] = judged(gone, met + unmet - gone, "remission")
        units[("remission", A)] = judged(gone_of_a, sum(of_a) - gone_of_a, "remission")
        return Plan(rungs, units, {ALL: (A, B)}, {}, LAGS)

    found = released(
        ("2026-01-01", build(200, 100, (100, 50), 60, 30)),
        ("2026-02-01", build(260, 130, (130, 65), 74, 41)),
        ("2026-03-01", build(300, 160, (130, 65), 95, 41)),
    )
    assert ("remission", A) in found[0]
    assert ("remission", A) not in found[1] | found[2]


def judged(met: int, unmet: int, rung: str = "missing") -> Unit:
    return Unit({f"{rung}=responded": met, f"{rung}=not_responded": unmet})


def test_visits_that_stand_no_more_are_no_row_of_courses() -> None:
    """So 120 - 57 of a are 63, and were 60, whether or not visits are told."""
    visits = {("visits held", ("visits",)): Unit({"visits held=held": 40})}
    first, now = plan(started(all=100, a=60)), plan(started(all=120, b=57))
    held = replace(first, rungs=(*RUNGS, Rung("visits held", ())), units=dict(first.units) | visits)
    for made in (first, held):
        later = replace(now, children=dict(now.children) | {("visits",): (("visits", "x"),)})
        assert released(("2026-01-01", made), ("2026-02-01", later))[1] == {("started", ALL)}


def test_a_row_that_no_page_listed_had_nobody() -> None:
    """b was not listed, so c had 40 of 100 without the 60 of a; then it has 43."""
    c = ("c",)
    listed: list[frozenset[Key]] = [
        frozenset((row, "") for row in rows) for rows in ((A, c), (A, B, c))
    ]
    first = replace(plan(started(all=100, a=60), {ALL: (A, c)}), listed=listed[0])
    now = replace(plan(started(all=140, c=43), {ALL: (A, B, c)}), listed=listed[1])
    assert ("started", c) not in released(("2026-01-10", first), ("2026-02-01", now))[1]


def test_rows_listed_anew_hold_somebody_each() -> None:
    """Eleven are new of eleven rows: one of each. With twenty-one, any of them may have eleven."""
    others = [(f"n{number}",) for number in range(11)]
    listed: list[frozenset[Key]] = [
        frozenset((row, "") for row in rows) for rows in ((A,), (A, *others))
    ]
    first = replace(plan(started(all=50, a=50), {ALL: (A,)}), listed=listed[0])
    for number, told in ((61, False), (71, True)):
        now = replace(plan(started(all=number), {ALL: (A, *others)}), listed=listed[1])
        found = released(("2026-01-01", first), ("2026-02-01", now))
        assert (("started", ALL) in found[1]) == told


def test_rows_listed_anew_beneath_what_is_left_hold_somebody_each() -> None:
    """22 are new in a, 11 of them in a/1: so one in each of eleven others that are listed since."""
    others = [("a", f"n{number}") for number in range(11)]
    one = ("a", "1")
    trees: list[dict[Row, list[Row]]] = [{ALL: [A], A: [one]}, {ALL: [A], A: [one, *others]}]
    listed = [frozenset([(A, ""), *((row, "") for row in tree[A])]) for tree in trees]

    def build(tree: int, whole: int, of_one: int) -> Plan:
        rows = {ALL: whole, A: whole, one: of_one}
        units = {("started", row): Unit({"all": number}) for row, number in rows.items()}
        return replace(plan(units, trees[tree]), listed=listed[tree])

    first = "2026-01-01", build(0, 50, 50)
    assert ("started", one) not in released(first, ("2026-02-01", build(1, 72, 61)))[1]
    assert ("started", one) in released(first, ("2026-02-01", build(1, 90, 61)))[1]


def test_as_many_courses_as_listed_regions_are_one_in_each() -> None:
    regions = frozenset(((), f"region={number}") for number in range(12))
    for number, told in ((12, False), (22, True)):
        made = replace(plan(started(all=number)), listed=regions)
        assert bool(released(("2026-01-01", made))[0]) == told


def by_clinic(number: int, **clinics: int) -> Unit:
    named = {OTHERS if name == "others" else name: count for name, count in clinics.items()}
    blocks = {
        f"missing=responded|clinic_key {number}={name.replace('%', '%25')}": count
        for name, count in named.items()
    }
    return Unit(blocks, tuple(named))


def test_a_clinic_that_opened_later_tells_how_many_the_others_gained() -> None:
    """Nobody had begun at west by 4 November: lake and park moved from 100 to 105."""
    rungs = (
        Rung("missing", ()),
        Rung("clinic_key 1", ("missing",)),
        Rung("clinic_key 2", ("clinic_key 1",)),
    )
    apart = {("clinic_key", name): "clinic_key 2" for name in ("lake", "park", "west")}
    whole = {("missing", ALL): Unit({"missing=responded": 100})}
    first = Plan(rungs, whole, {}, {}, {})
    later = {
        ("missing", ALL): Unit({"missing=responded": 135}),
        ("clinic_key 1", ALL): by_clinic(1, lake=60, others=75),
        ("clinic_key 2", ALL): by_clinic(2, lake=60, park=45, west=30),
    }
    for month, told in ((date(2026, 2, 1), False), (date(2025, 1, 1), True)):
        now = Plan(rungs, later, {}, apart, {}, None, {((), "clinic_key=west"): month})
        found = released(("2026-01-01", first), ("2026-06-01", now))
        assert (("clinic_key 2", ALL) in found[1]) == told


def test_rows_are_held_against_their_parent_on_each_rung_that_both_were_told_on() -> None:
    """At lake b is 90 - 40 = 50, then 105 - 52 = 53, whatever else is told of all together."""
    rungs = (Rung("clinic_key 1", ()), Rung("clinic_key 2", ("clinic_key 1",)))

    def build(lake: int, park: int, west: int, of_a: int, others_of_a: int) -> Plan:
        units = {
            ("clinic_key 1", ALL): by_clinic(1, lake=lake, others=park + west),
            ("clinic_key 1", A): by_clinic(1, lake=of_a, others=others_of_a),
            ("clinic_key 2", ALL): by_clinic(2, lake=lake, park=park, west=west),
        }
        return Plan(rungs, units, {ALL: (A, B)}, {}, LAGS)

    found = released(
        ("2026-01-01", build(90, 60, 50, 40, 60)), ("2026-02-01", build(105, 75, 65, 52, 75))
    )
    assert ("clinic_key 2", ALL) in found[1]
    assert ("clinic_key 1", A) not in found[1]


def test_where_courses_of_a_row_are_due_after_other_days_it_is_compared_by_its_numbers() -> None:
    lags: dict[str, dict[str | None, int | None]] = {"due": {"a": None, "b": 58}}
    for number, told in ((65, False), (72, True)):
        first = plan({("started", A): Unit({"all": 100}), ("due", A): due(60, 40)}, {A: []})
        now = plan(
            {("started", A): Unit({"all": 112}), ("due", A): due(number, 112 - number)}, {A: []}
        )
        builds = [replace(one, lags=lags) for one in (first, now)]
        found = released(("2026-01-01", builds[0]), ("2026-02-01", builds[1]))
        assert (("due", A) in found[1]) == told


def test_what_a_build_leaves_over_is_known_on_the_day_of_each_category() -> None:
    """Of a 332 - 182 = 150 are due, who had begun 76 days before, when 156 or 165 had started."""
    lags: dict[str, dict[str | None, int | None]] = {"due": {"a": 76, "b": 58}}
    for number, told in ((156, False), (165, True)):
        first = plan(started(all=300, a=number))
        now = plan(started(all=431, b=239) | {("due", ALL): due(332, 99), ("due", B): due(182, 57)})
        builds = [replace(one, lags=lags) for one in (first, now)]
        found = released(("2026-01-01", builds[0]), ("2026-03-18", builds[1]))
        assert (("due", B) in found[1]) == told


def test_corrected_numbers_of_a_day_are_held_against_those_told_before() -> None:
    first = plan(started(all=100))
    for number, told in ((103, False), (112, True)):
        found = released(("2026-01-01", first), ("2026-01-01", plan(started(all=number))))
        assert (("started", ALL) in found[1]) == told


def test_without_a_calendar_builds_are_held_against_each_other() -> None:
    made: list[Snapshot] = []
    for number in (100, 105, 111):
        made.append(next_release(plan(started(all=number)), made, str(number), None, 11)[1])
    assert [bool(one.units) for one in made] == [True, False, True]
