"""Curves that rise: what follows from points of them, and whether two are too few persons apart.

A cube has the numbers of rows by curve and column, nan where nothing is known. The first of its rows is
a whole, the others are all its parts. Columns are in the order of their days, the first before anybody
began; behind them are those of no one day. Beside it stands, in the same shape, when each was told.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pipelines.disclosure.begun import PLACE, SPLITS

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Pair = tuple[Ints, Ints]
NOT_TOLD, EARLIER, NOBODY, NOW, NOW_BY_PERIOD, NOW_LATER = 0, 1, 2, 12, 4, 8
UNTOLD = -1e9
FEW = 1e-6
PIECES = [PLACE[piece] for _, pieces in SPLITS for piece in pieces]
WHOLES = [PLACE[name] for name, pieces in SPLITS for _ in pieces]


def fill(
    cube: Floats, days: Floats, runs: Sequence[slice] = (slice(None),), same: Sequence[Pair] = ()
) -> None:
    """Fill in what follows: between equal points, from wholes and parts, and where a whole stands still.

    `runs` are the columns of days, and of each kind of no one day; `days` tell which of them are the same.
    `same` has for each row the columns in which it has the same numbers as in others, and those others.
    """
    known = -1
    while known != (known := int((~np.isnan(cube)).sum())):
        for run in runs:
            _between_equals(cube[..., run], days[run])
        for row, (one, other) in zip(cube, same, strict=False):
            row[:, one] = np.where(np.isnan(row[:, one]), row[:, other], row[:, one])
            row[:, other] = np.where(np.isnan(row[:, other]), row[:, one], row[:, other])
        for name, pieces in SPLITS:
            both, first, second = (cube[:, PLACE[curve]] for curve in (name, *pieces))
            _take(both, first + second)
            _take(first, both - second)
            _take(second, both - first)
            for piece in (first, second):
                _take(piece, np.where(both == 0, 0, np.nan))
        for run in runs:
            within = cube[:, PIECES, run]
            _carry(within, cube[:, WHOLES, run])
            cube[:, PIECES, run] = within
        if len(cube) > 1:
            _share(cube[0], cube[1:])
            for run in runs:
                parts = cube[1:, :, run]
                _carry(parts, np.broadcast_to(cube[0, :, run], parts.shape))


def _share(whole: Floats, parts: Floats) -> None:
    """Fill in the whole from all its parts, the only part that is unknown, and parts of nobody."""
    missing, total = np.isnan(parts).sum(axis=0), np.nansum(parts, axis=0)
    _take(whole, np.where(missing == 0, total, np.nan))
    left = whole - total
    _take(parts, np.where(left == 0, 0, np.where(missing == 1, left, np.nan)))


def _take(into: Floats, found: Floats) -> None:
    np.copyto(into, found, where=np.isnan(into) & ~np.isnan(found))


def _neighbours(known: Flags) -> tuple[Ints, Ints]:
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


def few_between(numbers: Floats, told: Ints, smallest: int, most: int) -> bool:
    """Return whether two points of a curve of one row are some but too few persons apart.

    `numbers` and `told` are by curve and column. Where a person can have up to `most` courses, so many
    more must lie between.
    """
    known = np.where(numbers > 0, numbers, np.nan)
    least = np.where(told == NOT_TOLD, smallest * most, smallest)
    if (known < least - FEW).any():
        return True
    apart = np.diff(np.sort(known, axis=-1), axis=-1)
    if _few(apart, smallest):
        return True
    return most > 1 and any(
        _few(curve[:, None] - curve, _limit(when, smallest, most))
        for curve, when in zip(known, told, strict=True)
    )


def few_left(cube: Floats, told: Ints, smallest: int, most: int) -> bool:
    """Return whether sums of parts, of one column against another, are some but too few persons apart.

    Such sums are what is left of the whole without the parts known in both; and the parts unknown in
    one, where they are known in the other.
    """
    return any(
        _few_left(cube[:, curve], told[:, curve], smallest, most)
        for curve in range(cube.shape[1])
        if (cube[0, curve] > 0).any()
    )


def _few_left(numbers: Floats, told: Ints, smallest: int, most: int) -> bool:
    columns = np.flatnonzero(~np.isnan(numbers[0]))
    known = ~np.isnan(numbers[:, columns])
    counted = numbers[:, columns] > 0
    when = np.bitwise_and.reduce(np.where(counted, told[:, columns], -1), axis=0)
    if most == 1:
        when = np.zeros_like(when)
    table = np.where(known, numbers[:, columns], UNTOLD)
    table = np.unique(np.concatenate([table, when[None]]), axis=1)
    whole, number, when = table[0], table[1:-1], table[-1].astype(np.int64)
    seen = (number != UNTOLD).astype(np.float64)
    number *= seen
    limit = _limit(when, smallest, most)
    left = whole[:, None] - number.T @ seen  # of one column, without the parts seen in another too
    if _few(left - left.T, limit):
        return True
    hidden = 1 - seen
    elsewhere = (hidden.T @ hidden == 0) & (hidden.sum(axis=0) > 0)[:, None]
    moved = (whole - number.sum(axis=0))[:, None] - hidden.T @ number
    return _few(np.where(elsewhere, moved, 0), limit)


def _limit(told: Ints, smallest: int, most: int) -> Floats | int:
    """Return how many must lie between two columns at least, as it hangs on when they were told.

    Two that were told earlier were held against each other then. The ladder has counted the persons
    between two points of one build, but for those of periods and of later windows, which are of two
    ladders.
    """
    if most == 1:
        return smallest
    both, either = told[:, None] & told, told[:, None] | told
    limit = np.where(both & EARLIER, 0.0, smallest * most)
    alone = (either & NOBODY > 0) & (either != NOBODY)
    return np.where((both & NOW > 0) | alone, smallest, limit)


def _few(apart: Floats, limit: Floats | int) -> bool:
    size = np.abs(apart)
    return bool(((size > FEW) & (size < limit - FEW)).any())
