"""Climbing: how rows of a build get up ladders, each rung splitting what the one below tells."""

from collections.abc import Sequence
from itertools import starmap

import numpy as np
import polars as pl

from pipelines.disclosure.ladder import NOBODY, Flags, Ints, Level, Members, climb
from pipelines.disclosure.units import NO_PART, Row, Rung, Unit, told

Told = tuple[str, str]  # a rung and what it tells
Rows = tuple[list[Level], list[list[Row]]]  # levels, and the rows of each by number


class Climbing:
    """Members of a build (courses, visits, events) on their way up: how they are split, who stands where.

    `person` has the patient of each member, `rows` the levels of rows that they are counted in.
    `rungs` and `units` are those climbed so far; see `Plan`.
    """

    def __init__(self, person: pl.Series, rows: Rows, smallest: int) -> None:
        """Begin on the ground; counts below `smallest`, but 0, are not shown."""
        levels, self.rows = rows
        self.members = Members(numbered(person)[0], levels, smallest)
        self.rungs: list[Rung] = []
        self.units: dict[tuple[str, Row], Unit] = {}
        self._blocks: dict[str, tuple[Ints, list[tuple[Told, ...]]]] = {}
        self._stands: dict[str, list[Flags]] = {}

    def go_on(
        self,
        ground: Sequence[str],
        names: Sequence[str],
        series: Sequence[pl.Series],
        *,
        parted: bool,
    ) -> None:
        """Climb one ladder of rungs, each with what it tells of each member.

        `ground`: the rungs on which rows must stand, and whose blocks are split.
        """
        block: Ints = np.zeros(len(self.members.person), np.int64)
        labels: list[tuple[Told, ...]] = [()]
        for rung in ground:
            block, labels = _split((block, labels), self._blocks[rung])
        ready = [
            np.logical_and.reduce(flags)
            for flags in zip(*(self._stands[rung] for rung in ground), strict=True)
        ]
        for place, (name, column) in enumerate(zip(names, series, strict=True)):
            part, values = numbered(column)
            shown = () if parted and place else None  # each part of a rung refines the one before
            base = (block, [label[:-1] for label in labels]) if shown == () else (block, labels)
            block, labels = _split(base, (part, [((name, value),) for value in values]))
            self._blocks[name] = block, labels
            below = tuple(ground) if not place else (names[place - 1],)
            self.rungs.append(Rung(name, below))
        standing = climb(self.members, [self._blocks[name][0] for name in names], ready or None)
        for place, (name, column) in enumerate(zip(names, series, strict=True)):
            self._stands[name] = [np.asarray(level > place, np.bool_) for level in standing]
            parts = [part for part in column.unique().sort() if part != NO_PART] if parted else []
            self._count(name, tuple(parts))

    def _count(self, rung: str, parts: tuple[str, ...]) -> None:
        """Keep the blocks of the rows that stand on a rung."""
        block, labels = self._blocks[rung]
        written = ["|".join(starmap(told, label)) for label in labels]
        for level, rows, stands in zip(
            self.members.levels, self.rows, self._stands[rung], strict=True
        ):
            inside = level.row != NOBODY
            most, again = self._several(level, len(rows))
            cell = level.row[inside] * len(labels) + block[inside]
            counts = np.bincount(cell, minlength=len(rows) * len(labels)).reshape(
                len(rows), len(labels)
            )
            for place in np.flatnonzero(stands).tolist():
                held = {
                    written[at]: int(counts[place, at])
                    for at in np.flatnonzero(counts[place]).tolist()
                }
                self.units[rung, rows[place]] = Unit(
                    held, parts, int(most[place]), int(again[place])
                )

    def _several(self, level: Level, rows: int) -> tuple[Ints, Ints]:
        """Return for each row how many members one person has in it at most, 1 at least; and how many
        more members than persons it has.
        """
        inside = level.row != NOBODY
        people = int(self.members.person.max(initial=0)) + 1
        several = inside & self.members.again
        pairs, number = np.unique(
            level.row[several] * people + self.members.person[several], return_counts=True
        )
        most, again = np.ones(rows, np.int64), np.zeros(rows, np.int64)
        np.maximum.at(most, pairs // people, number)
        np.add.at(again, pairs // people, number - 1)
        return most, again

    def children(self) -> dict[Row, tuple[Row, ...]]:
        """Return the rows beneath each row that has any."""
        found: dict[Row, tuple[Row, ...]] = {}
        for above, level, rows in zip(
            self.rows, self.members.levels[1:], self.rows[1:], strict=False
        ):
            for place, parent in enumerate(level.parent.tolist()):
                if parent != NOBODY:
                    found[above[parent]] = (*found.get(above[parent], ()), rows[place])
        return found


def rows_of(
    frame: pl.DataFrame, depths: Sequence[Sequence[str]], inside: pl.Series, top: Row
) -> Rows:
    """Return levels by some columns, each depth the start of the next, and their rows.

    All together, named `top`, are the members `inside`; rows of others have no parent.
    """
    levels = [Level(np.where(inside.to_numpy(), 0, NOBODY), np.array([NOBODY]))]
    labels: list[list[Row]] = [[top]]
    for columns in depths:
        rows = frame.select(columns).unique().sort(columns, nulls_last=False)
        row = (
            frame.select(columns)
            .join(rows.with_row_index("place of row"), on=columns, nulls_equal=True, how="left",
                  maintain_order="left")["place of row"].to_numpy().astype(np.int64)
        )  # fmt: skip
        parent = np.full(rows.height, NOBODY)
        parent[row] = levels[-1].row
        levels.append(Level(row, parent))
        labels.append([(*top, *values) for values in rows.rows()])
    return levels, labels


def numbered(column: pl.Series) -> tuple[Ints, list[str]]:
    """Return a number from 0 for each value of a column, and the values in that order."""
    values = column.unique().sort()
    numbers = column.rank("dense").cast(pl.Int64).to_numpy() - 1
    return np.asarray(numbers, np.int64), values.to_list()


def _split(
    block: tuple[Ints, list[tuple[Told, ...]]], part: tuple[Ints, list[tuple[Told, ...]]]
) -> tuple[Ints, list[tuple[Told, ...]]]:
    """Return blocks split by parts, numbered from 0, each named by what both tell."""
    (coarse, names), (cut, told) = block, part
    wide, number = np.unique(coarse * len(told) + cut, return_inverse=True)
    labels = [
        tuple(dict.fromkeys((*names[place // len(told)], *told[place % len(told)])))
        for place in wide.tolist()
    ]
    return np.asarray(number, np.int64), labels
