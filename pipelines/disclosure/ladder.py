"""The ladder: how much of each row may be shown, so that no small group can be worked out.

Rungs are nested partitions of what a row counts, coarse to fine. A row stands on the highest rung
on which each of its blocks holds no person or enough persons; parents limit children; and the
children that a parent has beyond those shown must, taken together, be no small group either.

Why that is enough: exchange what a hidden row and its hidden siblings tell on a rung among persons
who agree on the rung below. Nothing that is shown changes, and the hidden count takes any value up
to that of the smaller of two blocks, each of which is shown and so no small one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
NOBODY = -1  # a row without a parent; a member outside a level


@dataclass(frozen=True)
class Level:
    """One step of grouping: `row` holds for each member the number of its row, NOBODY outside.

    `parent` holds for each row the number of its row in the level before, NOBODY where it has none.
    """

    row: Ints
    parent: Ints


@dataclass(frozen=True)
class Members:
    """Who is counted: one entry per member (course, visit, event) with the number of its person.

    `levels` go from all together to the finest rows; each is the start of the next.
    """

    person: Ints
    levels: Sequence[Level]
    smallest: int

    @cached_property
    def again(self) -> Flags:
        """Return which members are of a person who is another member too."""
        return np.asarray(np.bincount(self.person)[self.person] > 1, np.bool_)


def climb(
    members: Members, rungs: Sequence[Ints], ready: Sequence[Flags] | None = None
) -> list[Ints]:
    """Return for each level how many rungs each row stands on, 0 for none.

    `rungs` hold for each member the number of its block; each refines the one before. `ready` says
    which rows stand at the top of the ladder below; without it this is the lowest ladder, whose rows
    are known to hold someone wherever they are listed.
    """
    found: list[Ints] = []
    for depth, (level, leaves) in enumerate(zip(members.levels, _leaves(members), strict=True)):
        tables = [_persons(members, level, block) for block in rungs]
        standing = _own(tables, members.smallest, leaves if ready is None else np.ones_like(leaves))
        if ready is not None:
            standing = np.where(ready[depth], standing, 0)
        if depth:
            has = level.parent != NOBODY
            above = np.where(has, found[-1][level.parent], len(rungs))
            standing = np.minimum(standing, above)
            for parent in np.unique(level.parent[has]):
                siblings = _Children(members, level, level.parent == parent, leaves, tables, rungs)
                for rung in reversed(range(int(found[-1][parent]))):  # who fell is lowered first
                    siblings.repair(standing, rung, listed=ready is None and rung == 0)
        found.append(standing)
    return found


def _persons(members: Members, level: Level, block: Ints) -> Ints:
    """Return the number of persons of each row (down) in each block (across)."""
    rows, blocks = len(level.parent), int(block.max(initial=-1)) + 1
    cell = level.row * blocks + block
    return _counted(members, cell, level.row != NOBODY, rows * blocks).reshape(rows, blocks)


def _counted(members: Members, cell: Ints, inside: Flags, cells: int) -> Ints:
    """Return the number of persons in each cell, of the members inside."""
    once, again = inside & ~members.again, inside & members.again
    people = int(members.person.max(initial=0)) + 1
    several = np.unique(cell[again] * people + members.person[again]) // people
    return np.bincount(cell[once], minlength=cells) + np.bincount(several, minlength=cells)


def _leaves(members: Members) -> list[Ints]:
    """Return for each level how many of the finest rows each row has beneath it."""
    found = [np.ones_like(members.levels[-1].parent)]
    for level in reversed(members.levels[1:]):
        inside = level.parent != NOBODY
        rows = len(members.levels[len(members.levels) - 1 - len(found)].parent)
        found.append(np.bincount(level.parent[inside], found[-1][inside], rows).astype(np.int64))
    return found[::-1]


def _own(tables: Sequence[Ints], smallest: int, leaves: Ints) -> Ints:
    """Return how many rungs each row stands on by its own blocks.

    On the lowest rung each of the `leaves` of a row holds somebody; so that many persons more must be
    there for any one of them.
    """
    standing, climbing = np.zeros(len(leaves), np.int64), np.ones(len(leaves), np.bool_)
    for rung, table in enumerate(tables):
        climbing &= _large(table, smallest + (leaves[:, None] - 1) * (rung == 0))
        standing += climbing
    return standing


def _large(persons: Ints, smallest: int | Ints) -> Flags:
    return np.asarray(((persons == 0) | (persons >= smallest)).all(axis=-1), np.bool_)


@dataclass(frozen=True)
class _Children:
    """The children of one row, and their persons by block on each rung."""

    members: Members
    level: Level
    children: Flags
    leaves: Ints
    tables: Sequence[Ints]
    rungs: Sequence[Ints]

    def repair(self, standing: Ints, rung: int, listed: bool) -> None:
        """Lower children until those not on a rung are, taken together, no small group.

        The leaves of children that are `listed` hold at least one person each, as everybody sees; so
        that many more must be left for any one of them.
        """
        while True:
            below = self.children & (standing <= rung)
            on = np.flatnonzero(self.children & (standing > rung))
            if not below.any() or not len(on) or self._enough(below, rung, listed):
                return
            size = self.tables[0][on].sum(axis=1)
            ordered = on[
                np.lexsort((size, standing[on]))
            ]  # those that climb least, then the smallest
            standing[self._repairing(below, ordered, rung, listed)] = rung

    def _repairing(self, below: Flags, ordered: Ints, rung: int, listed: bool) -> list[int]:
        """Return the first row or pair that repairs what is left, else the first row."""
        for many in (1, 2):
            for rows in combinations(ordered.tolist(), many):
                if self._enough(_with(below, rows), rung, listed):
                    return list(rows)
        return [int(ordered[0])]

    def _enough(self, rows: Flags, rung: int, listed: bool) -> bool:
        smallest = self.members.smallest + (int(self.leaves[rows].sum()) - 1 if listed else 0)
        together = self.tables[rung][rows].sum(axis=0)
        if not _large(together, smallest):
            return False
        if not self.members.again.any():
            return True
        inside = rows[self.level.row] & (self.level.row != NOBODY)
        block = self.rungs[rung]
        persons = _counted(self.members, block, inside, int(block.max(initial=0)) + 1)
        return bool(_large(persons, smallest))


def _with(rows: Flags, chosen: Sequence[int]) -> Flags:
    more = rows.copy()
    more[list(chosen)] = True
    return more
