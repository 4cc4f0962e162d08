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
Pair = tuple[Ints, Ints]
NOT_TOLD, EARLIER, NOBODY, NOW, NOW_BY_PERIOD, NOW_LATER = 0, 1, 2, 12, 4, 8
UNTOLD = -1e9
FEW = 1e-6
ROUNDS, WIDE = 30, 1e6


def fill(
    cube: Floats, days: Floats, runs: Sequence[slice] = (slice(None),), same: Sequence[Pair] = ()
) -> None:
    """Fill in what follows: each number lies between a least and a greatest, which others narrow.

    A curve rises; a whole is the sum of its pieces and of its parts; where a whole stands still, its parts
    do. `runs` are the columns of days, and of each kind of no one day; `days` tell which of them are the
    same. `same` has for each row the columns in which it has the same numbers as in others, and those
    others. Numbers that corrected data contradict are left open.
    """
    twice = np.flatnonzero(np.diff(days) == 0)
    equal = [(row, *pair) for row, pair in enumerate(same)]
    equal += [(row, twice, twice + 1) for row in range(len(cube)) if len(twice)]
    known = -1
    while known != (known := int((~np.isnan(cube)).sum())):
        unknown = np.isnan(cube)
        low, high = np.where(unknown, 0, cube), np.where(unknown, np.inf, cube)
        before = np.inf
        for _ in range(ROUNDS):
            _narrow(low, high, runs, equal)
            against = low > high
            low[against], high[against] = 0, np.inf
            np.copyto(low, cube, where=~unknown)
            np.copyto(high, cube, where=~unknown)
            width = float(np.where(unknown, high - low, 0).clip(max=WIDE).sum())
            if width == before:
                break
            before = width
        _take(cube, np.where(low == high, low, np.nan))
        for run in runs if len(cube) > 1 else ():
            parts = cube[1:, :, run]
            _carry(parts, np.broadcast_to(cube[0, :, run], parts.shape))
        if any(len(one) for one, _ in same[1:]):
            stands_for = np.tile(np.arange(len(days)), (len(cube) - 1, 1))
            for part, (one, other) in enumerate(same[1:]):
                stands_for[part, one] = other
            for curve in range(cube.shape[1]):
                _cancel(cube[:, curve], stands_for)


def _narrow(
    low: Floats, high: Floats, runs: Sequence[slice], equal: Sequence[tuple[int, Ints, Ints]]
) -> None:
    """Narrow the bounds of each number by those of others, once."""
    for run in runs:
        np.maximum.accumulate(low[..., run], axis=-1, out=low[..., run])
        falling = high[..., run][..., ::-1]
        np.minimum.accumulate(falling, axis=-1, out=falling)
    for row, one, other in equal:
        low[row][:, one] = low[row][:, other] = np.maximum(low[row][:, one], low[row][:, other])
        high[row][:, one] = high[row][:, other] = np.minimum(high[row][:, one], high[row][:, other])
    for name, pieces in SPLITS:
        whole, *parts = (PLACE[curve] for curve in (name, *pieces))
        _narrow_sum(
            low[:, whole],
            high[:, whole],
            [low[:, at] for at in parts],
            [high[:, at] for at in parts],
        )
    if len(low) > 1:
        _narrow_sum(low[0], high[0], list(low[1:]), list(high[1:]))


def _narrow_sum(low: Floats, high: Floats, lows: Sequence[Floats], highs: Sequence[Floats]) -> None:
    """Narrow the bounds of a sum by those of its parts, and theirs by those of the sum."""
    least, most = np.stack(lows), np.stack(highs)
    endless = np.isinf(most)
    finite = np.where(endless, 0, most)
    total, open_ = finite.sum(axis=0), endless.sum(axis=0)
    np.maximum(low, least.sum(axis=0), out=low)
    np.minimum(high, np.where(open_ > 0, np.inf, total), out=high)
    others_least = least.sum(axis=0) - least
    others_most = np.where(open_ - endless > 0, np.inf, total - finite)
    for at, (one, other) in enumerate(zip(lows, highs, strict=True)):
        np.maximum(one, low - others_most[at], out=one)
        np.minimum(other, high - others_least[at], out=other)


def _take(into: Floats, found: Floats) -> None:
    np.copyto(into, found, where=np.isnan(into) & ~np.isnan(found))


def _carry(part: Floats, whole: Floats) -> None:
    """Fill in points of a part from its nearest ones, where the whole is the same at both."""
    known = ~np.isnan(part)
    many = known.shape[-1]
    columns = np.broadcast_to(np.arange(many), known.shape)
    before = np.maximum.accumulate(np.where(known, columns, 0), axis=-1)
    after = np.minimum.accumulate(np.where(known, columns, many - 1)[..., ::-1], axis=-1)[..., ::-1]
    for at in (before, after):
        same = np.take_along_axis(whole, at, axis=-1) == whole
        _take(part, np.where(same, np.take_along_axis(part, at, axis=-1), np.nan))


def _cancel(numbers: Floats, stands_for: Ints) -> None:
    """Fill in a part that is known in one of two columns of the whole, where it is all that differs.

    `numbers` are by row and column, `stands_for` tells for each part and column in which column it has the
    same number. Of two columns that are of no one day, some parts may have the same day in both.
    """
    columns = np.flatnonzero(~np.isnan(numbers[0]))
    whole, parts, same = numbers[0, columns], numbers[1:, columns], stands_for[:, columns]
    unknown = np.isnan(parts)
    if not unknown.any():
        return
    differs = same[:, :, None] != same[:, None, :]
    open_ = (unknown[:, :, None] | unknown[:, None, :]) & differs
    found = (open_.sum(axis=0) == 1) & (open_ & unknown[:, None, :] & ~unknown[:, :, None]).any(
        axis=0
    )
    known = np.where(unknown, 0, parts)
    for at, to in np.argwhere(found).tolist():
        part = int(open_[:, at, to].argmax())
        both = ~(unknown[:, at] | unknown[:, to])
        moved = whole[to] - whole[at] - (known[:, to] - known[:, at])[both].sum()
        place = part + 1, int(columns[to])
        if np.isnan(numbers[place]):
            numbers[place] = known[part, at] + moved


def few_between(numbers: Floats, told: Ints, smallest: int, enough: int) -> bool:
    """Return whether two points of a curve of one row are some but too few persons apart.

    `numbers` and `told` are by curve and column. `enough` courses are of so many persons, whoever has
    several.
    """
    known = np.where(numbers > 0, numbers, np.nan)
    least = np.where(told == NOT_TOLD, enough, smallest)
    if (known < least - FEW).any():
        return True
    apart = np.diff(np.sort(known, axis=-1), axis=-1)
    if _few(apart, smallest):
        return True
    return enough > smallest and any(
        _few(curve[:, None] - curve, _limit(when, smallest, enough))
        for curve, when in zip(known, told, strict=True)
    )


def few_left(cube: Floats, told: Ints, smallest: int, enough: int) -> bool:
    """Return whether sums of parts, of one column against another, are some but too few persons apart.

    Such sums are what is left of the whole without the parts known in both; and the parts unknown in
    one, where they are known in the other.
    """
    return any(
        _few_left(cube[:, curve], told[:, curve], smallest, enough)
        for curve in range(cube.shape[1])
        if (cube[0, curve] > 0).any()
    )


def _few_left(numbers: Floats, told: Ints, smallest: int, enough: int) -> bool:
    columns = np.flatnonzero(~np.isnan(numbers[0]))
    known = ~np.isnan(numbers[:, columns])
    counted = numbers[:, columns] > 0
    when = np.bitwise_and.reduce(np.where(counted, told[:, columns], -1), axis=0)
    if enough == smallest:
        when = np.zeros_like(when)
    table = np.where(known, numbers[:, columns], UNTOLD)
    table = np.unique(np.concatenate([table, when[None]]), axis=1)
    whole, number, when = table[0], table[1:-1], table[-1].astype(np.int64)
    seen = (number != UNTOLD).astype(np.float64)
    number *= seen
    limit = _limit(when, smallest, enough)
    left = whole[:, None] - number.T @ seen  # of one column, without the parts seen in another too
    if _few(left - left.T, limit):
        return True
    hidden = 1 - seen
    elsewhere = (hidden.T @ hidden == 0) & (hidden.sum(axis=0) > 0)[:, None]
    moved = (whole - number.sum(axis=0))[:, None] - hidden.T @ number
    return _few(np.where(elsewhere, moved, 0), limit)


def _limit(told: Ints, smallest: int, enough: int) -> Floats | int:
    """Return how many must lie between two columns at least, as it hangs on when they were told.

    Two that were told earlier were held against each other then. The ladder has counted the persons
    between two points of one build, but for those of periods and of later windows, which are of two
    ladders.
    """
    if enough == smallest:
        return smallest
    both, either = told[:, None] & told, told[:, None] | told
    limit = np.where(both & EARLIER, 0.0, enough)
    alone = (either & NOBODY > 0) & (either != NOBODY)
    return np.where((both & NOW > 0) | alone, smallest, limit)


def _few(apart: Floats, limit: Floats | int) -> bool:
    size = np.abs(apart)
    return bool(((size > FEW) & (size < limit - FEW)).any())
