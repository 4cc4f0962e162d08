"""Curves that rise: whether two points of what a reader knows of them are too few persons apart."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipelines.disclosure.begun import CURVES, PLACE, SPLITS, Point

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
NOW, EARLIER, NOBODY = 1, 2, 4
FEW, UNTOLD = 1e-6, -1e9


class Told:
    """Points of the curves of one row, or of one value of a column in a row.

    `at` has by curve, day and version the number and whether it was told EARLIER, on the build of NOW,
    or on both. A day that is told anew with another number, because data were corrected, is a version
    of its own.
    """

    def __init__(self, opened: float | None = None) -> None:
        """Begin with nothing told; nobody had begun before the day on which it `opened`."""
        self.at: dict[tuple[int, float, int], tuple[int, int]] = {}
        self.opened = opened
        self.most = 1

    def with_points(self, new: Sequence[Point], most: int, build: int, when: int) -> "Told":
        """Return it with the points of a build, NOW or EARLIER."""
        found = Told(self.opened)
        found.at, found.most = dict(self.at), max(self.most, most)
        for curve, day, value in new:
            was, told = found.at.get((curve, day, 0), (value, 0))
            version = 0 if was == value else build + 1
            found.at[curve, day, version] = value, when if version else told | when
        return found


def few_show(whole: Told, parts: Sequence[Told], smallest: int) -> bool:
    """Return whether some but too few persons show between two points of a row or of its parts.

    Held against each other are all points of a curve: those told, and those that follow from others.
    Of the parts together: what is left of the whole without the parts known at both points; and the
    parts unknown at one, where they are known at the other. Where a person can have several courses,
    so many more must lie between; but the ladder sees to it that two points told on one build
    are of nobody or of enough persons apart.
    """
    rows = [whole, *parts]
    cube, told, days = _cube(rows)
    _fill(cube, days)
    limits = [_Limit(smallest, smallest * one.most) for one in rows]
    if any(
        limit.few_between(numbers, when)
        for one, state, limit in zip(cube, told, limits, strict=True)
        for numbers, when in zip(one, state, strict=True)
        if (numbers > 0).any()
    ):
        return True
    return bool(parts) and any(
        _few_left(cube[:, at], told[:, at], limits[0]) for at in range(len(CURVES))
    )


@dataclass(frozen=True)
class _Limit:
    """How many must lie between two points: `smallest` persons, of whom each can have several courses."""

    smallest: int
    courses: int

    def few_between(self, numbers: Floats, told: Ints) -> bool:
        """Return whether two points of a curve differ by some but too few."""
        known = numbers > 0
        numbers, told = numbers[known], told[known]
        return self.few(numbers[:, None] - numbers, told, told) or self.few(numbers)

    def few(self, apart: Floats, *told: Ints) -> bool:
        """Return whether a difference is some but too few; `told` when each side was told, if it hangs on it."""
        limit: Floats | int = self.smallest
        if told and self.courses > self.smallest:
            both = told[0][:, None] & told[1]
            either = told[0][:, None] | told[1]
            limit = np.where(both & EARLIER, 0, self.courses)
            limit = np.where((both & NOW) | (either & NOBODY), self.smallest, limit)
        size = np.abs(apart)
        return bool(((size > FEW) & (size < limit - FEW)).any())


def _cube(rows: Sequence[Told]) -> tuple[Floats, Ints, Floats]:
    """Return what is told by row, curve and column, nan where nothing is; when it was; and their days.

    The first column is before anybody began.
    """
    columns = sorted({(day, version) for one in rows for _, day, version in one.at})
    place = {column: at for at, column in enumerate(columns, start=1)}
    days = np.array([-np.inf, *(day for day, _ in columns)])
    cube = np.full((len(rows), len(CURVES), len(days)), np.nan)
    when = np.zeros(cube.shape, np.int64)
    cube[:, :, 0], when[:, :, 0] = 0, NOBODY
    for row, states, one in zip(cube, when, rows, strict=True):
        for (curve, day, version), (value, said) in one.at.items():
            at = place[day, version]
            row[curve, at], states[curve, at] = value, said
        if one.opened is not None:
            before = np.isnan(row) & (days < one.opened)
            row[before], states[before] = 0, NOW | EARLIER
    return cube, when, days


def _fill(cube: Floats, days: Floats) -> None:
    """Fill in what follows: between equal points, from wholes and parts, and where a whole stands still."""
    whole, parts = cube[0], cube[1:]
    known = -1
    while known != (known := int((~np.isnan(cube)).sum())):
        _between_equals(cube, days)
        for name, pieces in SPLITS:
            one, two = (cube[:, PLACE[piece]] for piece in pieces)
            both = cube[:, PLACE[name]]
            _take(both, one + two)
            _take(one, both - two)
            _take(two, both - one)
            for piece in (one, two):
                _carry(piece, both)
        if len(parts):
            missing, total = np.isnan(parts).sum(axis=0), np.nansum(parts, axis=0)
            _take(whole, np.where(missing == 0, total, np.nan))
            left = whole - total
            _take(parts, np.where(left == 0, 0, np.where(missing == 1, left, np.nan)))
            _carry(parts, np.broadcast_to(whole, parts.shape))


def _take(into: Floats, found: Floats) -> None:
    np.copyto(into, found, where=np.isnan(into) & ~np.isnan(found))


def _neighbours(known: Flags) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the column of the nearest known point before and after each; itself where there is none."""
    many = known.shape[-1]
    columns = np.broadcast_to(np.arange(many), known.shape)
    before = np.maximum.accumulate(np.where(known, columns, -1), axis=-1)
    after = np.minimum.accumulate(np.where(known, columns, many)[..., ::-1], axis=-1)[..., ::-1]
    return np.where(before < 0, columns, before), np.where(after == many, columns, after)


def _between_equals(cube: Floats, days: Floats) -> None:
    """Fill in points between two that are equal, and those of a day told already."""
    before, after = _neighbours(~np.isnan(cube))
    low, high = (np.take_along_axis(cube, at, axis=-1) for at in (before, after))
    _take(cube, np.where(low == high, low, np.nan))
    _take(cube, np.where(days[before] == days, low, np.nan))
    _take(cube, np.where(days[after] == days, high, np.nan))


def _carry(part: Floats, whole: Floats) -> None:
    """Fill in points of a part from its nearest ones, where the whole is the same at both."""
    for at in _neighbours(~np.isnan(part)):
        same = np.take_along_axis(whole, at, axis=-1) == whole
        _take(part, np.where(same, np.take_along_axis(part, at, axis=-1), np.nan))


def _few_left(numbers: Floats, told: Ints, limit: _Limit) -> bool:
    """Return whether sums of parts, one column against another, differ by some but too few.

    `numbers` and `told` have the whole and its parts down, columns across.
    """
    columns = np.flatnonzero(~np.isnan(numbers[0]))
    if len(columns) < 2:
        return False
    known = ~np.isnan(numbers[:, columns])
    when = np.bitwise_and.reduce(np.where(known, told[:, columns], NOW | EARLIER), axis=0)
    table = np.where(known, numbers[:, columns], UNTOLD)
    table = np.unique(np.concatenate([table, when[None]]), axis=1)
    whole, number, when = table[0], table[1:-1], table[-1].astype(np.int64)
    seen = (number != UNTOLD).astype(np.float64)
    number *= seen
    left = whole[:, None] - number.T @ seen  # of one column, without the parts seen at another too
    if limit.few(left - left.T, when, when):
        return True
    hidden = 1 - seen
    elsewhere = (hidden.T @ hidden == 0) & (hidden.sum(axis=0) > 0)[:, None]
    moved = (whole - number.sum(axis=0))[:, None] - hidden.T @ number
    return limit.few(np.where(elsewhere, moved, 0), when, when)
