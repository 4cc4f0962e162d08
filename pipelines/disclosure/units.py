"""A unit of release: one row on one rung, with the number of courses in each of its blocks."""

from collections.abc import Mapping
from dataclasses import dataclass

Row = tuple[str | None, ...]
UNKNOWN = "%none"  # how a missing value of a column of groups is written
NO_PART = "%not due"  # courses that are not due, of ladders of values and time
OTHERS = "%others"
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
    ladder tells apart; empty on other rungs.
    """

    counts: Mapping[str, int]
    parts: tuple[str, ...] = ()

    def having(self, values: Mapping[str, str]) -> int:
        """Return the courses of the blocks of which each of the rungs named tells this value."""
        wanted = {told(rung, value) for rung, value in values.items()}
        return sum(count for block, count in self.counts.items() if wanted <= set(block.split("|")))

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
        return Unit({block: count for block, count in added.items() if count}, self.parts)


def moved(before: Unit, after: Unit) -> list[int]:
    """Return by how much each block moved between two builds.

    Values and periods that the rung told apart in only one of them are taken together.
    """
    both = {told("", part)[1:] for part in set(before.parts) & set(after.parts) | {NO_PART}}
    old, new = (_common(unit, both) for unit in (before, after))
    return [new.get(block, 0) - old.get(block, 0) for block in {**old, **new}]


def _common(unit: Unit, both: set[str]) -> dict[str, int]:
    if not unit.parts:
        return dict(unit.counts)
    found: dict[str, int] = {}
    for block, count in unit.counts.items():
        head, _, part = block.rpartition("=")
        name = block if part in both else head
        found[name] = found.get(name, 0) + count
    return found
