"""Funnel plots: how far a group of its size may lie from the whole by chance alone."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import polars as pl
from scipy.special import ndtri

from pipelines.definitions import Definitions
from pipelines.estimates.funnel_limits import could_show, error_within, limits_within, ratio_limits
from pipelines.estimates.intervals import Floats
from pipelines.estimates.result import Question

Kind = Literal["rate", "ratio"]
Exact = Callable[[float], tuple[Floats, Floats]]
LEVELS = {"95": 0.05, "998": 0.002}
WINSORISED = 0.10  # of the groups at each end
GRID = 120  # sizes at which limits are drawn
LEAST = 1e-6  # of a group's variance; with less the terms of the model tell what it does
SEEN = ("seen_above", "seen_below")
NO_CURVE = pl.DataFrame(
    schema=dict.fromkeys(
        ("size", *(f"{e}_{n}" for n in LEVELS for e in ("low", "high"))), pl.Float64
    )
)


@dataclass(frozen=True)
class Funnel:
    """Groups against their whole, as counted: not for display.

    `frame` has one row per group with enough follow-up: its columns, size (assessed, or expected
    responses for ratios), value (rate, or observed over expected), low_95, high_95, low_998 and high_998,
    the limits that it is held against, and seen_above and seen_below, the smallest differences from the
    whole that a group like it shows by the 95 % limits in 80 of 100 cases (shares, the second less than
    0; null where no difference would do, and for ratios). `curve` has size and the limits of rates, to
    draw them; those of ratios depend on more than the size, so that each group has its own and there is
    no curve. `target` is the rate of all together, 1 for ratios. `phi` is how many times wider groups
    vary than chance makes them, `tau` the standard deviation between groups that explains it; both null
    with fewer groups than the settings ask for. `widened`: the limits include tau. `refused`, a code of
    estimate_refusals, says why there is nothing.
    """

    kind: Kind
    frame: pl.DataFrame
    curve: pl.DataFrame = field(repr=False)
    target: float | None
    phi: float | None
    tau: float | None
    widened: bool
    refused: str | None


def funnel(
    groups: pl.DataFrame, question: Question, kind: Kind, definitions: Definitions
) -> Funnel:
    """Return groups against their whole: by rate, or observed over expected.

    `groups` has one row per group of `question.by` with responded, assessed, follow_up,
    enough_follow_up, rate, and for ratios expected, ratio, variance and variance_left (see `case_mix`).

    A group is a part of the whole that it is held against, and draws that towards itself. So limits of
    rates are those of a part drawn from the whole (`limits_within`), and those of ratios have the standard
    error that is left where the model has learned from the group too (`ratio_limits`). With
    funnel_dispersion_groups_min groups or more whose z scores, the outer tenth at each end drawn in, vary
    more than chance, limits are normal ones with the variance between groups added. Groups with too little
    follow-up are left out, since missing outcomes make outliers, and those that the terms of the model tell
    exactly, whose ratio is 1 whatever they do. Source: Spiegelhalter 2005 (Stat Med 24:1185) for limits and
    phi; Spiegelhalter 2005 (Qual Saf Health Care 14:347) for the added variance.
    """
    rows = _sized(groups, list(question.by), kind)
    refused = _refused(question, rows)
    if refused:
        return Funnel(kind, rows.clear(), NO_CURVE, None, None, None, False, refused)
    return _rates(rows, definitions) if kind == "rate" else _ratios(rows, definitions)


def dispersion(z: Floats, error: Floats, free: Floats) -> tuple[float, float]:
    """Return phi and tau of groups with these z scores and standard errors about the whole.

    `free` is the share of a group's variance that is left about a whole which it is a part of, 1 about a
    known target. phi is the mean of squared z scores weighted by it, 1 by chance: heterogeneity over its
    degrees of freedom. tau is what DerSimonian and Laird 1986 (Control Clin Trials 7:177) make of it, 0
    where phi is no more than chance leaves.
    """
    phi = float((free * z**2).sum() / free.sum())
    spare = float((free * (z**2 - 1)).sum())
    return phi, float(np.sqrt(max(spare, 0.0) / (free**2 / error**2).sum()))


def winsorised(z: Floats) -> Floats:
    """Return z scores with the outer tenth at each end drawn in to where it begins."""
    low, high = np.quantile(z, [WINSORISED, 1 - WINSORISED])
    return np.clip(z, low, high)


def _sized(groups: pl.DataFrame, by: list[str], kind: Kind) -> pl.DataFrame:
    rows = groups.filter(pl.col("enough_follow_up") & (pl.col("assessed") > 0))
    counted = (*by, "responded", "assessed", "follow_up")
    if kind == "rate":
        return rows.select(*counted, size=pl.col("assessed").cast(pl.Float64), value="rate")
    told = rows.filter(
        pl.col("ratio").is_not_null() & (pl.col("variance_left") > LEAST * pl.col("variance"))
    )
    return told.select(*counted, "variance", "variance_left", size="expected", value="ratio")


def _refused(question: Question, rows: pl.DataFrame) -> str | None:
    if question.population == "all_courses":
        return "several_courses_funnel"
    if rows.height < 2:
        return "one_group_followed"
    value = rows["value"]
    return "no_events_to_tell" if value.max() == value.min() and value[0] in (0.0, 1.0) else None


def _rates(rows: pl.DataFrame, definitions: Definitions) -> Funnel:
    number, value = _floats(rows, "assessed"), _floats(rows, "value")
    whole, met = float(number.sum()), float(rows["responded"].sum())
    target, part = met / whole, number / whole
    error = error_within(number, met, whole)
    phi, tau, widened = _dispersion(definitions, (value - target) / error, error, 1 - part)

    def limits(size: Floats) -> dict[str, Floats]:
        if not widened:
            return _named(lambda alpha: limits_within(size, met, whole, alpha))
        between = _between(tau or 0.0, size / whole, part)
        return _normal(target, np.hypot(error_within(size, met, whole), between), 1.0)

    most = min(1.05 * number.max(), whole)
    drawn = np.unique(np.linspace(max(1.0, 0.5 * number.min()), most, GRID).round())
    own = limits(number)
    ends = zip(number, own["low_95"], own["high_95"], strict=True)
    seen = [could_show(size, met, whole, low, high) for size, low, high in ends]
    frame = rows.with_columns(**_series(own)).hstack(
        pl.DataFrame(seen, schema=dict.fromkeys(SEEN, pl.Float64), orient="row")
    )
    curve = pl.DataFrame({"size": drawn, **limits(drawn)})
    return Funnel("rate", frame, curve, target, phi, tau, widened, None)


def _ratios(rows: pl.DataFrame, definitions: Definitions) -> Funnel:
    number, expected, value = (_floats(rows, name) for name in ("assessed", "size", "value"))
    error = np.sqrt(_floats(rows, "variance_left")) / expected
    free = _floats(rows, "variance_left") / _floats(rows, "variance")
    phi, tau, widened = _dispersion(definitions, (value - 1) / error, error, free)
    if widened:
        between = _between(tau or 0.0, 1 - free, 1 - free)
        own = _normal(1.0, np.hypot(error, between), number / expected)
    else:
        own = _named(lambda alpha: ratio_limits(number, expected, error, alpha))
    none = [pl.lit(None, pl.Float64).alias(name) for name in SEEN]
    frame = rows.drop("variance", "variance_left").with_columns(*none, **_series(own))
    return Funnel("ratio", frame, NO_CURVE, 1.0, phi, tau, widened, None)


def _between(tau: float, part: Floats, parts: Floats) -> Floats:
    """Return the standard deviation about the whole of groups that differ by tau.

    `part` is the share of the whole that each is, `parts` that of all groups. A group draws the whole towards
    itself, and the others move it too: (1 - part)**2 and the sum of the squares of the others.
    """
    found: Floats = tau * np.sqrt(np.maximum(1 - 2 * part + (parts**2).sum(), 0))
    return found


def _named(exact: Exact) -> dict[str, Floats]:
    found: dict[str, Floats] = {}
    for name, alpha in LEVELS.items():
        found[f"low_{name}"], found[f"high_{name}"] = exact(alpha)
    return found


def _normal(target: float, error: Floats, most: Floats | float) -> dict[str, Floats]:
    def limits(alpha: float) -> tuple[Floats, Floats]:
        reach = ndtri(1 - alpha / 2) * error
        return np.maximum(target - reach, 0), np.minimum(target + reach, most)

    return _named(limits)


def _dispersion(
    definitions: Definitions, z: Floats, error: Floats, free: Floats
) -> tuple[float | None, float | None, bool]:
    if len(z) < definitions.setting("funnel_dispersion_groups_min"):
        return None, None, False
    phi, tau = dispersion(winsorised(z), error, free)
    return phi, tau, tau > 0


def _floats(rows: pl.DataFrame, name: str) -> Floats:
    return rows[name].to_numpy().astype(np.float64)


def _series(limits: dict[str, Floats]) -> dict[str, pl.Series]:
    return {name: pl.Series(limit, dtype=pl.Float64) for name, limit in limits.items()}
