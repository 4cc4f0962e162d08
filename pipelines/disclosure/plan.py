"""The plan of releases: which rows of a build stand on which rungs, with the courses of each block."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

import polars as pl

from pipelines.disclosure.climbing import Climbing, rows_of
from pipelines.disclosure.course_rungs import climbed_courses, lags, listed, opened
from pipelines.disclosure.units import Key, Row, Rung, Unit
from pipelines.estimates.basis import Basis
from pipelines.estimates.tallies import Tally


@dataclass(frozen=True)
class Plan:
    """What of a build may be shown to those to whom small counts are not.

    Rows of courses are (), (category,) and (category, subtype), those of a tally (name,) and (name,
    row); `children` has those of each row. `rungs` are in
    an order in which each comes after those that it stands on. `units` has the blocks of each row that
    stands on a rung. `apart` gives for each column and value the rung from which it is told apart from
    the others. `lags` has by rung and category how many days before the last of the data the courses
    that the rung counts had begun; None where that hangs on the course. `listed` are the rows and values
    that every page of the build lists, None where nobody knows; `opened` has the month in which the
    first course of a value began, `starts` the days on which courses did. `counted` are the rows that
    () counts if they hold anybody; None: any row of one name.
    """

    rungs: tuple[Rung, ...]
    units: Mapping[tuple[str, Row], Unit]
    children: Mapping[Row, tuple[Row, ...]]
    apart: Mapping[tuple[str, str], str]
    lags: Mapping[str, Mapping[str | None, int | None]] = field(default_factory=dict)
    listed: frozenset[Key] | None = None
    opened: Mapping[Key, date] = field(default_factory=dict)
    starts: Sequence[date] = ()
    counted: frozenset[Row] | None = None


@lru_cache(maxsize=16)
def plan(basis: Basis, smallest: int) -> Plan:
    """Return what may be shown of a build where counts below `smallest`, but 0, are not."""
    courses, apart = climbed_courses(basis, smallest)
    parts = [courses, *(_climbed(tally, smallest) for tally in basis.tallies)]
    rungs: list[Rung] = []
    units: dict[tuple[str, Row], Unit] = {}
    children: dict[Row, tuple[Row, ...]] = {}
    for part in parts:
        rungs += part.rungs
        units |= part.units
        children |= part.children()
    return Plan(
        tuple(rungs),
        units,
        children,
        apart,
        lags(basis),
        listed(basis.frame),
        opened(basis.frame),
        basis.begun.days,
        frozenset((category,) for category in basis.definitions.headline),
    )


def _climbed(tally: Tally, smallest: int) -> Climbing:
    """Return a tally up its ladder; its rows are (name,) and (name, row)."""
    frame = tally.frame
    everything = pl.repeat(value=True, n=frame.height, dtype=pl.Boolean, eager=True)
    rows = rows_of(frame, (("row",),), everything, (tally.name,))
    climbing = Climbing(frame["patient_key"], rows, smallest)
    told = [frame[rung] for rung in tally.rungs]
    climbing.go_on((), [f"{tally.name} {rung}" for rung in tally.rungs], told, parted=False)
    return climbing
