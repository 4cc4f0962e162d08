"""The plan of releases: which rows of a build stand on which rungs, with the courses of each block."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from pipelines.disclosure.climbing import climbed
from pipelines.disclosure.units import Row, Rung, Unit
from pipelines.estimates.basis import Basis


@dataclass(frozen=True)
class Plan:
    """What of a build may be shown to those to whom small counts are not.

    Rows are (), (category,) and (category, subtype); `children` has those of each row. `rungs` are in
    an order in which each comes after those that it stands on. `units` has the blocks of each row that
    stands on a rung. `apart` gives for each column and value the rung from which it is told apart from
    the others.
    """

    rungs: tuple[Rung, ...]
    units: Mapping[tuple[str, Row], Unit]
    children: Mapping[Row, tuple[Row, ...]]
    apart: Mapping[tuple[str, str], str]

    def rows(self, rung: str) -> Iterator[Row]:
        """Yield the rows that stand on a rung."""
        return (row for name, row in self.units if name == rung)


@lru_cache(maxsize=16)
def plan(basis: Basis, smallest: int) -> Plan:
    """Return what may be shown of a build where counts below `smallest`, but 0, are not."""
    return Plan(*climbed(basis, smallest))
