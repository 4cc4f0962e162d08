"""Points of a chart held against one set of rules: which lines, which points, which signals."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from pipelines.definitions import Definitions
from pipelines.estimates.control_limits import (
    Flags,
    Floats,
    Kind,
    Limits,
    limits,
    spread,
    values,
    within_shares,
)
from pipelines.estimates.point_rules import (
    OUTSIDE,
    SHIFT,
    TREND,
    TWO_OF_THREE,
    Codes,
    making_data_count,
    outside,
)
from pipelines.estimates.run_rules import Runs, runs

RuleSet = Literal["anhoej", "nhs", "nhs_excel"]
RULE_SETS: tuple[RuleSet, ...] = ("anhoej", "nhs", "nhs_excel")
LANEY: Mapping[Kind, Kind] = {"p": "pp", "u": "up"}


@dataclass(frozen=True)
class Rules:
    """A rule set and what it needs to know.

    anhoej: limits of the chart that suits the data, and runs and crossings about its centre line.
    nhs: Making Data Count, an XmR chart with its four rules; nhs_excel: the same as its Excel tool
    computes it, which leaves no moving range out. `limits_from` is the number of points below which
    anhoej draws a run chart without limits. `wide` is the spread of shares and of rates of events
    above which their limits are Laney's. A chart stands out when stable ones show as much no more
    often than `rare`, 0 to 1.
    """

    name: RuleSet
    limits_from: int
    wide: float
    rare: float

    @property
    def nhs(self) -> bool:
        """Return whether these are the rules of Making Data Count."""
        return self.name != "anhoej"


@dataclass(frozen=True)
class Judged:
    """What rules say of one stretch of points.

    `kind` is the chart; `rule` the rule that marks each point, a place in RULES, and `way` its way,
    1 up, -1 down; `runs` is None under the rules of Making Data Count.
    """

    kind: Kind
    points: Floats
    lines: Limits
    rule: Codes
    way: Codes
    runs: Runs | None

    @property
    def signals(self) -> bool:
        """Return whether anything is seen that chance does not explain."""
        return bool(self.rule.any() or (self.runs is not None and self.runs.signal))


def rules_of(name: RuleSet, definitions: Definitions) -> Rules:
    """Return a rule set with the settings of a practice."""
    return Rules(
        name,
        definitions.setting("trend_limits_from_points"),
        definitions.setting("trend_wide_percent") / 100,
        definitions.setting("trend_rare_percent") / 100,
    )


def judged(
    kind: Kind, numerator: Floats, denominator: Floats, rules: Rules, used: Flags | None = None
) -> Judged:
    """Return one stretch of points, in order, as rules see it.

    `kind` p is drawn as p' where shares vary more than binomial chance, u as u' where rates vary more
    than Poisson chance. `used` marks the points that the lines are computed from. Denominators are
    above 0.
    """
    points = values(kind, numerator, denominator)
    if rules.nhs:
        lines = _individuals(points, rules, used)
        if kind == "p":
            lines = within_shares(lines)
        return Judged("i", points, lines, *making_data_count(points, lines), None)
    counted = len(points) if used is None else int(used.sum())
    if counted < rules.limits_from:
        kind, numerator = "run", points
    elif kind in LANEY:
        kind = LANEY[kind] if wider(kind, numerator, denominator, rules, used) > 1 else kind
    lines = limits(kind, numerator, denominator, used)
    beyond = outside(points, lines)
    way = np.where(beyond, np.sign(points - lines.centre), 0).astype(np.int64)
    return Judged(
        kind, points, lines, np.where(beyond, OUTSIDE, 0), way, runs(points, lines.centre)
    )


def wider(
    kind: Kind, numerator: Floats, denominator: Floats, rules: Rules, used: Flags | None = None
) -> Floats:
    """Return by how much the limits of p and u charts, rows of points, are widened; at least 1.

    It is the spread of the points `used` where it is above `wide`; with fewer of them than limits are
    drawn from it is not told.
    """
    part = slice(None) if used is None else used
    top, bottom = numerator[..., part], denominator[..., part]
    if kind not in LANEY or top.shape[-1] < rules.limits_from:
        return np.ones(top.shape[:-1])
    found = spread(kind, top, bottom)
    return np.where(found > rules.wide, np.maximum(found, 1.0), 1.0)


def any_signal(kind: Kind, numerator: Floats, denominator: Floats, rules: Rules) -> Flags:
    """Return which charts, rows of points, hold any signal; as `judged` sees each."""
    points = values(kind, numerator, denominator)
    if rules.nhs:
        rule, _ = making_data_count(points, _individuals(points, rules, None))
        return np.asarray(rule.any(axis=-1), np.bool_)
    if points.shape[-1] < rules.limits_from:
        return runs(points, limits("run", points, denominator).centre).signal
    lines = limits(kind, numerator, denominator)
    beyond = outside(points, lines).any(axis=-1)
    if kind in LANEY:
        laney = outside(points, limits(LANEY[kind], numerator, denominator)).any(axis=-1)
        beyond = np.where(wider(kind, numerator, denominator, rules) > 1, laney, beyond)
    return np.asarray(beyond | runs(points, lines.centre).signal, np.bool_)


def strengths(
    kind: Kind, numerator: Floats, denominator: Floats, rules: Rules, used: Flags | None = None
) -> Floats:
    """Return how much each chart shows of each sign, along a new last axis; more is stronger.

    The farthest point from the centre, as a part of the way to its limit; then under anhoej how far
    the longest run and the crossings are beyond what chance leaves, else the number of points that
    each other rule marks. 0 where there are no limits.
    """
    points = values(kind, numerator, denominator)
    if rules.nhs:
        lines = _individuals(points, rules, used)
        rule, _ = making_data_count(points, lines)
        others = [(rule == code).sum(axis=-1) for code in (TREND, TWO_OF_THREE, SHIFT)]
        return np.stack([_farthest(points, lines), *others], axis=-1).astype(np.float64)
    counted = points.shape[-1] if used is None else int(used.sum())
    if counted < rules.limits_from:
        lines = limits("run", points, denominator, used)
        far = np.zeros(points.shape[:-1])
    else:
        lines = limits(kind, numerator, denominator, used)
        far = _farthest(points, lines)
    if kind in LANEY and counted >= rules.limits_from:
        laney = limits(LANEY[kind], numerator, denominator, used)
        wide = wider(kind, numerator, denominator, rules, used) > 1
        far = np.where(wide, _farthest(points, laney), far)
    found = runs(points, lines.centre)
    longer = found.longest - found.longest_allowed
    return np.stack([far, longer, found.fewest_crossings - found.crossings], axis=-1)


def _farthest(points: Floats, lines: Limits) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):
        above = (points - lines.centre) / (lines.upper - lines.centre)
        below = (lines.centre - points) / (lines.centre - lines.lower)
    far = np.nan_to_num(np.maximum(above, below), nan=0, posinf=np.inf)
    return np.asarray(far.max(axis=-1), np.float64)


def _individuals(points: Floats, rules: Rules, used: Flags | None) -> Limits:
    return limits("i", points, points, used, screened=rules.name == "nhs", nhs=True)
