"""Reliable change of persons: more than the instrument's own unreliability would make."""

from dataclasses import dataclass
from math import sqrt
from typing import Literal

import polars as pl

from pipelines.definitions import InputError

Criterion = Literal["a", "b", "c"]
Better = Literal["lower", "higher"]
RELIABLE = 1.96  # two-sided 5 % of the normal distribution, as published


@dataclass(frozen=True)
class Group:
    """Mean and standard deviation of an instrument in a group of persons."""

    mean: float
    sd: float


@dataclass(frozen=True)
class ReliableChange:
    """The reliable change of persons, as counted: not for display.

    `frame` is the one that was given with index (change over its standard error, above 0 where
    better) and change: recovered (reliably better and past the cut-off), improved (reliably
    better), unchanged, deteriorated (reliably worse); all null where a score is missing.
    """

    frame: pl.DataFrame
    standard_error: float
    cut_off: float


def reliable_change(
    scores: pl.DataFrame,
    reliability: float,
    clinical: Group,
    normal: Group | None = None,
    criterion: Criterion = "c",
    better: Better = "lower",
) -> ReliableChange:
    """Return reliable and clinically significant change of persons with columns baseline, final.

    The index is the change over the standard error of a difference, sd * sqrt(2 * (1 -
    reliability)), with the standard deviation of the clinical group before treatment; beyond 1.96
    it is reliable. The cut-off lies two standard deviations from the mean of the clinical group on
    the better side (criterion a), two from that of the normal group on the worse side (b), or
    where both groups are as likely (c); recovered is a final score on its better side that was not
    there at baseline. Raises InputError for a reliability outside 0 to 1, a standard deviation
    that is not above 0, missing columns, and for b and c without a normal group. Source: Jacobson
    and Truax 1991 (J Consult Clin Psychol 59:12).
    """
    _check(scores, reliability, clinical, normal, criterion)
    error = clinical.sd * sqrt(2 * (1 - reliability))
    cut_off = _cut_off(clinical, normal, criterion, 1 if better == "higher" else -1)
    sign = 1 if better == "higher" else -1
    baseline, final = (sign * pl.col(name).cast(pl.Float64) for name in ("baseline", "final"))
    index = (final - baseline) / error
    crossed = (final > sign * cut_off) & (baseline <= sign * cut_off)
    named = (
        pl.when(index > RELIABLE)
        .then(pl.when(crossed).then(pl.lit("recovered")).otherwise(pl.lit("improved")))
        .when(index < -RELIABLE)
        .then(pl.lit("deteriorated"))
        .when(index.is_not_null())
        .then(pl.lit("unchanged"))
    )
    return ReliableChange(scores.with_columns(index=index, change=named), error, cut_off)


def _cut_off(clinical: Group, normal: Group | None, criterion: Criterion, sign: int) -> float:
    if criterion == "a" or normal is None:
        return clinical.mean + sign * 2 * clinical.sd
    if criterion == "b":
        return normal.mean - sign * 2 * normal.sd
    return (clinical.sd * normal.mean + normal.sd * clinical.mean) / (clinical.sd + normal.sd)


def _check(
    scores: pl.DataFrame,
    reliability: float,
    clinical: Group,
    normal: Group | None,
    criterion: Criterion,
) -> None:
    missing = [name for name in ("baseline", "final") if name not in scores.columns]
    if missing:
        raise InputError(f"scores: no column {' and '.join(missing)}; expected baseline and final")
    if not 0 <= reliability < 1:
        raise InputError(f"reliability is {reliability}; expected 0 to under 1")
    if criterion not in ("a", "b", "c"):
        raise InputError(f"criterion is '{criterion}'; expected a, b or c")
    if criterion != "a" and normal is None:
        raise InputError(f"criterion {criterion} needs the mean and sd of a normal group")
    for name, group in (("clinical", clinical), ("normal", normal)):
        if group is not None and not group.sd > 0:
            raise InputError(f"sd of the {name} group is {group.sd}; expected above 0")
