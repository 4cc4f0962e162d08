"""A unit of release: one row on one rung, with the number of courses in each of its blocks."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

Row = tuple[str | None, ...]
# A row, and a value of a column in it as `clinic_key=lake`; "" for all of the row.
Key = tuple[Row, str]
UNKNOWN = "%none"  # how a missing value of a column of groups is written
NO_PART = "%not due"  # courses that are not due, of ladders of values and time
OTHERS = "%others"
# The rungs that tell a rate or what it rests on, finest first.
COUNTS = ("missing", "responded", "due", "started")
LATER_WINDOWS = ("week_8_due", "week_12_due")
DUE = ("responded", "not_responded", "not_assessed")
WIDTH_MONTHS = {"half_year": 6, "quarter": 3, "month": 1}
LATER = "from "  # the last period that is told, and all after it


def part_of(value: str | None) -> str:
    """Return how a value of a column of groups is written as a part; no value is written like OTHERS."""
    return UNKNOWN if value is None else value.replace("%", "%25")


def told(rung: str, value: str) -> str:
    """Return how it is written that a rung tells a value of a block, whatever the value holds."""
    for sign in "%|=":
        value = value.replace(sign, f"%{ord(sign):x}")
    return f"{rung}={value}"


@dataclass(frozen=True)
class Rung:
    """A rung with the rungs on which a row must stand too."""

    name: str
    below: tuple[str, ...]


@dataclass(frozen=True)
class Unit:
    """The blocks of a row on a rung.

    `counts` has the courses of each block that holds any. A block is named by what is told of it on
    each rung, as `due=due|missing=responded`. `parts` are the values or periods that a rung of such a
    ladder tells apart; empty on other rungs. `most`: how many of what is counted one person has in the
    row at most; `again`: how many more of them there are than persons, None where nobody knows.
    """

    counts: Mapping[str, int]
    parts: tuple[str, ...] = ()
    most: int = 1
    again: int | None = None

    def having(self, values: Mapping[str, str]) -> int:
        """Return the courses of the blocks of which each of the rungs named tells this value."""
        wanted = {told(rung, value) for rung, value in values.items()}
        return sum(count for block, count in self.counts.items() if wanted <= set(block.split("|")))

    @cached_property
    def blocks(self) -> frozenset[tuple[str, int]]:
        """Return the blocks with their courses, to look units up by."""
        return frozenset(self.counts.items())

    @property
    def courses(self) -> int:
        """Return all courses."""
        return sum(self.counts.values())

    def plus(self, other: "Unit", sign: int = 1) -> "Unit":
        """Return the sum of two units of one rung and build, or the difference."""
        blocks = [*self.counts, *(block for block in other.counts if block not in self.counts)]
        added = {
            block: self.counts.get(block, 0) + sign * other.counts.get(block, 0) for block in blocks
        }
        counts = {block: count for block, count in added.items() if count}
        again = (
            None if None in (self.again, other.again) else max(self.again or 0, other.again or 0)
        )
        return Unit(counts, self.parts, max(self.most, other.most), again)

    def enough(self, smallest: int) -> int:
        """Return how many of what is counted are of so many persons, whichever they are."""
        of_all = smallest * self.most
        return of_all if self.again is None else min(of_all, smallest + self.again)
