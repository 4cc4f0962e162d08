"""How often a chart cries wolf, and how often it sees a change: simulated for its own points."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from pipelines.estimates.control_limits import Floats
from pipelines.estimates.judging_points import Rules, any_signal, strengths, wider

REPLICATES = 2_000
MANY = 10_000  # where a rare chance is told from a common one
SEED = 20_261_126
CHANGE = 0.10  # ten points of a share
TIMES = 2  # an event rate that doubles
Counted = Literal["p", "u", "g", "i"]


@dataclass(frozen=True)
class Operating:
    """Chances, 0 to 1, of any signal on a chart: if nothing changes, and if the rate does.

    The change lasts from the middle of the chart on: ten points towards the middle of the scale for
    shares (p), events twice as often for their rates (u) and for the cases between them (g), one
    standard deviation of single points for values (i).
    """

    false_alarm: float
    power: float


@lru_cache(maxsize=512)
def operating(
    kind: Counted, denominators: tuple[int, ...], centre: float, rules: Rules, spread: float = 1.0
) -> Operating:
    """Return the operating characteristics of a chart with these denominators.

    Binomial shares (p), Poisson counts (u), geometric gaps (g; denominators are 1) or normal values
    (i; whatever the centre) are drawn 2,000 times with a fixed seed and judged as the chart judges its
    own, limits from the drawn points included; so a chance is within 2 points of the truth. Counts
    have a standard deviation `spread` times that of Poisson ones (see `_drawn`).
    """
    chance = np.random.default_rng(SEED)
    number = np.asarray(denominators)
    later = np.arange(len(number)) >= len(number) / 2
    towards_middle = CHANGE if centre <= 0.5 else -CHANGE
    changed = {
        "p": centre + towards_middle,
        "u": centre * TIMES,
        "g": centre / TIMES,
        "i": centre + 1,
    }[kind]
    wide = np.broadcast_to(number.astype(np.float64), (REPLICATES, len(number)))
    found = [
        any_signal(kind, _drawn(chance, kind, number, level, spread), wide, rules).mean()
        for level in (np.full(len(number), centre), np.where(later, changed, centre))
    ]
    return Operating(*map(float, found))


@lru_cache(maxsize=512)
def chance_of_as_much(
    kind: Counted,
    numerators: tuple[float, ...],
    denominators: tuple[int, ...],
    rules: Rules,
    used: tuple[bool, ...] | None = None,
) -> float:
    """Return the chance, 0 to 1, that a stable chart with these denominators shows as much as this one.

    10,000 charts are drawn as `operating` draws them, about the mean of the points `used` and as wide
    as the limits are that these give. As much: some sign is as rare among them as the rarest sign of this chart is.
    """
    from scipy.stats import rankdata

    top, number = np.asarray(numerators), np.asarray(denominators)
    flags = None if used is None else np.asarray(used)
    part = slice(None) if flags is None else flags
    centre = 0.0 if kind == "i" else float(top[part].sum() / number[part].sum())
    level = np.full(len(number), centre)
    bottom = number.astype(np.float64)
    spread = float(wider(kind, top, bottom, rules, flags))
    drawn = _drawn(np.random.default_rng(SEED), kind, number, level, spread, MANY)
    stable = strengths(kind, drawn, np.broadcast_to(bottom, drawn.shape), rules, flags)
    seen = strengths(kind, top, bottom, rules, flags)
    rarest = (stable >= seen).mean(axis=0).min()
    chances = rankdata(-stable, method="max", axis=0).min(axis=1) / MANY
    return float((1 + (chances <= rarest).sum()) / (1 + MANY))


def _drawn(
    chance: np.random.Generator,
    kind: Counted,
    number: NDArray[np.int64],
    level: Floats,
    spread: float = 1.0,
    times: int = REPLICATES,
) -> Floats:
    """Return numerators of stable charts, one a row.

    Counts that vary more than Poisson ones, by `spread`, have means that vary by a gamma distribution
    (negative binomial counts), so that their variance is `spread` squared times their mean at any
    denominator, as Laney's sigma z takes it (McCullagh and Nelder 1989, Generalized Linear Models,
    section 6.2.3).
    """
    size = (times, len(number))
    if kind == "p":
        return chance.binomial(number, level, size).astype(np.float64)
    if kind == "u":
        mean = np.broadcast_to(number * level, size)
        if spread > 1:
            mean = chance.gamma(mean / (spread**2 - 1), spread**2 - 1)
        return chance.poisson(mean).astype(np.float64)
    if kind == "i":
        return chance.standard_normal(size) + level
    return chance.geometric(1 / (1 + level), size).astype(np.float64) - 1


def by_chance(alarms: list[float]) -> tuple[float, float]:
    """Return how many charts chance alone would make signal, and the chance that any does.

    Charts are taken as independent of each other.
    """
    silent = np.prod(1 - np.asarray(alarms, np.float64))
    return float(np.sum(alarms)), float(1 - silent)
