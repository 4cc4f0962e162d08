"""Runs and crossings about the centre line: the Anhoej rules."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipelines.estimates.control_limits import Flags, Floats

Ints = NDArray[np.int64]
CHANCE_OF_FEWER_CROSSINGS = 0.05  # Chen 2010


@dataclass(frozen=True)
class Runs:
    """Runs of charts whose points lay along the last axis.

    `useful` is the number of points off the centre line, `longest` the longest run on one side of
    it, `longest_allowed` the longest that chance explains; `crossings` and `fewest_crossings`
    likewise. `signal` says where either limit is broken.
    """

    useful: Ints
    longest: Ints
    longest_allowed: Ints
    crossings: Ints
    fewest_crossings: Ints
    signal: Flags


def runs(points: Floats, centre: Floats) -> Runs:
    """Return the runs of points about a centre line; points on the line are passed over.

    A run longer than round(log2 n) + 3, or fewer crossings than the 5 % point of binomial(n - 1,
    0.5), is a signal; n is the number of useful points. Source: Anhoej 2014 (PLoS ONE 9:e113825);
    Schilling 2012 for runs, Chen 2010 for crossings.
    """
    from scipy.stats import binom

    sides = np.sign(points - centre)
    useful = (sides != 0).sum(axis=-1)
    shape = sides.shape[:-1]
    last, run, longest = np.zeros(shape), np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    crossings = np.zeros(shape, np.int64)
    for place in range(sides.shape[-1]):
        side = sides[..., place]
        off = side != 0
        crossings += off & (last != 0) & (side != last)
        run = np.where(off, np.where(side == last, run + 1, 1), run)
        longest = np.maximum(longest, run)
        last = np.where(off, side, last)
    allowed = np.round(np.log2(np.maximum(useful, 1))).astype(np.int64) + 3
    fewest = binom.ppf(CHANCE_OF_FEWER_CROSSINGS, np.maximum(useful - 1, 0), 0.5).astype(np.int64)
    broken = (useful > 0) & ((longest > allowed) | (crossings < fewest))
    return Runs(useful, longest, allowed, crossings, fewest, np.asarray(broken, np.bool_))
