"""How often a chart cries wolf, and how often it sees a change: simulated for its own points."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from pipelines.estimates.control_limits import Floats
from pipelines.estimates.judging_points import Rules, any_signal

REPLICATES = 2_000
SEED = 20_261_126
CHANGE = 0.10  # ten points


@dataclass(frozen=True)
class Operating:
    """Chances, 0 to 1, of any signal on a chart: if nothing changes, and if the rate does.

    The change is one of ten points, towards the middle of the scale, that lasts from the middle of
    the chart on.
    """

    false_alarm: float
    power: float


@lru_cache(maxsize=512)
def operating(denominators: tuple[int, ...], share: float, rules: Rules) -> Operating:
    """Return the operating characteristics of a chart of shares with these denominators.

    Binomial shares about `share` are drawn 2,000 times with a fixed seed and judged as the chart
    judges its own, limits from the drawn points included; so a chance is within 2 points of the
    truth.
    """
    chance = np.random.default_rng(SEED)
    number = np.asarray(denominators)
    later = np.arange(len(number)) >= len(number) / 2
    moved = np.where(later, share + (CHANGE if share <= 0.5 else -CHANGE), share)
    stable, changed = (
        _drawn(chance, number, level) for level in (np.full_like(moved, share), moved)
    )
    wide = np.broadcast_to(number.astype(np.float64), stable.shape)
    return Operating(
        float(any_signal(stable, wide, rules).mean()),
        float(any_signal(changed, wide, rules).mean()),
    )


def _drawn(chance: np.random.Generator, number: NDArray[np.int64], share: Floats) -> Floats:
    return chance.binomial(number, share, (REPLICATES, len(number))).astype(np.float64)


def by_chance(alarms: list[float]) -> tuple[float, float]:
    """Return how many charts chance alone would make signal, and the chance that any does.

    Charts are taken as independent of each other.
    """
    silent = np.prod(1 - np.asarray(alarms, np.float64))
    return float(np.sum(alarms)), float(1 - silent)
