"""Points of a chart that chance does not explain: the rules of NHS Making Data Count."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from pipelines.estimates.control_limits import Flags, Floats, Limits

Codes = NDArray[np.int64]
COMMON, OUTSIDE, TREND, TWO_OF_THREE, SHIFT = range(5)
RULES = ("common", "outside", "trend", "two_of_three", "shift")
LONG = 7  # points of a trend, and of a shift


def outside(points: Floats, lines: Limits) -> Flags:
    """Return which points lie beyond a limit; none where there is no limit."""
    return np.asarray((points > lines.upper) | (points < lines.lower), np.bool_)


def making_data_count(points: Floats, lines: Limits) -> tuple[Codes, Codes]:
    """Return the rule that marks each point (a place in RULES), and its way: 1 up, -1 down, 0 none.

    Points lie along the last axis. In this order: outside a limit; part of seven points that each
    rise or each fall; one of two or more of three between near line and limit, all three on one
    side; part of seven or more on one side of the centre. A tie ends a trend, a point on the centre
    ends a shift. Source: NHSRplotthedots 0.2 (MIT), R/ptd_calculate_point_type.R.
    """
    sides = np.sign(points - lines.centre).astype(np.int64)
    beyond = outside(points, lines)
    near = ~beyond & ((points < lines.near_lower) | (points > lines.near_upper))
    steps = np.sign(np.diff(points, axis=-1)).astype(np.int64)
    count = points.shape[-1]
    trend, shift = _part_of(steps, LONG - 1, count), _part_of(sides, LONG, count)
    found = [
        (beyond, OUTSIDE, sides),
        (trend != 0, TREND, trend),
        (near & _two_of_three(near, sides), TWO_OF_THREE, sides),
        (shift != 0, SHIFT, sides),
    ]
    rule, way = np.zeros(points.shape, np.int64), np.zeros(points.shape, np.int64)
    for marked, code, direction in reversed(found):
        rule = np.where(marked, code, rule)
        way = np.where(marked, direction, way)
    return rule, way


def _part_of(signs: Codes, length: int, points: int) -> Codes:
    """Return for each of the points the sign of the stretch of `length` equal signs that it is part of.

    A stretch covers LONG points from its first; 0 where there is none, the later one where two meet.
    """
    found = np.zeros((*signs.shape[:-1], points), np.int64)
    if signs.shape[-1] < length:
        return found
    windows = sliding_window_view(signs, length, axis=-1)
    same = np.where(np.abs(windows.sum(axis=-1)) == length, windows[..., 0], 0)
    for start in range(same.shape[-1]):
        way = same[..., start, None]
        part = found[..., start : start + LONG]
        found[..., start : start + LONG] = np.where(way != 0, way, part)
    return found


def _two_of_three(near: Flags, sides: Codes) -> Flags:
    """Return which points are in three on one side of which two or more are near a limit."""
    found = np.zeros(near.shape, np.bool_)
    if near.shape[-1] < 3:
        return found
    three = sliding_window_view(near, 3, axis=-1).sum(axis=-1) >= 2
    same = np.abs(sliding_window_view(sides, 3, axis=-1).sum(axis=-1)) == 3
    for start in range(three.shape[-1]):
        found[..., start : start + 3] |= (three & same)[..., start, None]
    return found
