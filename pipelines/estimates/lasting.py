"""How long a response lasts in one group: curves, median, mean, and what infusions it took."""

import math
from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.definitions import Definitions
from pipelines.estimates.competing import cumulative_incidence
from pipelines.estimates.followed import ELIGIBILITY, FATES
from pipelines.estimates.interval_censored import Turnbull, turnbull
from pipelines.estimates.levels import counts
from pipelines.estimates.survival import Z, at_days, median

WAYS = ("lost", "infused")
SUMMARY = {
    "median_days": pl.Int64(), "median_low": pl.Int64(), "median_high": pl.Int64(),
    "mean_weeks": pl.Float64(), "mean_low": pl.Float64(), "mean_high": pl.Float64(),
    "seen_weeks": pl.Float64(), "infusions_given": pl.Float64(), "weeks_per_infusion": pl.Float64(),
    "seen_weeks_at_once": pl.Float64(), "mean_weeks_at_once": pl.Float64(), "infusions_at_once": pl.Float64(),
    "weeks_per_infusion_at_once": pl.Float64(),
}  # fmt: skip
CURVE = {
    "day": pl.Int64(), "at_risk": pl.Int64(),
    "share": pl.Float64(), "low": pl.Float64(), "high": pl.Float64(),
}  # fmt: skip
COMPETING = {
    "day": pl.Int64(), "at_risk": pl.Int64(), "lost": pl.Int64(), "infused": pl.Int64(),
    "censored": pl.Int64(),
} | {f"{name}_{part}": pl.Float64() for name in (*WAYS, "still") for part in ("share", "low", "high")}  # fmt: skip


@dataclass(frozen=True)
class Lasting:
    """The estimates of one group, as in Durability; a frame of no rows where one is refused.

    `reasons`: pairs of the estimate that is not given and its code in estimate_refusals.csv.
    """

    summary: pl.DataFrame
    curve: pl.DataFrame
    weeks: pl.DataFrame
    curve_at_once: pl.DataFrame
    weeks_at_once: pl.DataFrame
    competing: pl.DataFrame
    competing_weeks: pl.DataFrame
    reasons: tuple[tuple[str, str], ...]


def lasting(rows: pl.DataFrame, definitions: Definitions) -> Lasting:
    """Return how long response lasts in one group; `rows` are of `times_in_response`."""
    counted = _counts(rows)
    spells = rows.filter(pl.col("fate").is_in(["lost", "censored"]))
    reason = _no_curve(counted.row(0, named=True))
    if reason:
        return _nothing(counted, reason)
    confirmed, at_once = _ends(spells, ""), _ends(spells, "_at_once")
    least = _least(spells.height, definitions)
    days = [7 * weeks for weeks in definitions["durability_weeks"]["weeks"].sort()]
    curve, curve_at_once = (
        _told(ends.at(range(ends.last + 1)), least).drop_nulls("share")
        for ends in (confirmed, at_once)
    )
    competing = _competing(spells)
    numbers, reasons = _numbers(confirmed, curve, spells, definitions)
    sooner, reasons_at_once = _numbers_at_once(at_once, curve_at_once, spells, definitions)
    numbers, reasons = numbers | sooner, reasons + reasons_at_once
    if not competing.select(pl.sum_horizontal(pl.col(*WAYS).sum())).item():
        reasons.append(("competing interval", "no_events"))
    summary = counted.with_columns(
        pl.lit(value, SUMMARY[name]).alias(name) for name, value in numbers.items()
    )
    return Lasting(
        summary, curve, _in_weeks(_told(confirmed.at(days), least)), curve_at_once,
        _in_weeks(_told(at_once.at(days), least)), competing,
        _in_weeks(_told(at_days(competing, days, "still_share"), least, "still")), tuple(reasons),
    )  # fmt: skip


def _nothing(counted: pl.DataFrame, reason: str) -> Lasting:
    """Return a group of which only counts are told, with the reason for all else."""
    curve, competing = pl.DataFrame(schema=CURVE), pl.DataFrame(schema=COMPETING)
    weeks, both = _in_weeks(curve), _in_weeks(competing)
    summary = counted.with_columns(pl.lit(None, dtype).alias(n) for n, dtype in SUMMARY.items())
    names = ("curve", "competing", "median", "mean", "mean at once")
    told = tuple((name, reason) for name in names)
    return Lasting(summary, curve, weeks, curve, weeks, competing, both, told)


def _counts(rows: pl.DataFrame) -> pl.DataFrame:
    entered = pl.col("started") - pl.sum_horizontal(ELIGIBILITY)
    return (
        counts(rows, [], "fate", FATES)
        .with_columns(
            started=pl.sum_horizontal(FATES), followed=pl.col("lost") + pl.col("censored")
        )
        .with_columns(eligible=entered, responders=pl.col("followed") + pl.col("no_loss_rule"))
        .with_columns(
            patients=pl.lit(
                rows.filter(pl.col("followed").is_not_null())["patient_key"].n_unique(), pl.Int64
            )
        )
    )


def _no_curve(counted: dict[str, int]) -> str | None:
    """Return why there is no curve, the first reason that holds; None where there is one."""
    asked = {
        "no_courses": counted["started"],
        "no_baseline": counted["eligible"],
        "no_scores": counted["eligible"] - counted["never_scored"],
        "no_responders": counted["responders"],
        "no_loss_rule": counted["followed"],
        "one_patient": counted["patients"] - 1,
    }
    return next((reason for reason, number in asked.items() if number <= 0), None)


def _least(followed: int, definitions: Definitions) -> int:
    """Return how many courses must still be seen for their curve to go on; one at least."""
    return max(1, math.ceil(followed * definitions.setting("followed_min_percent") / 100))


def _ends(spells: pl.DataFrame, suffix: str) -> Turnbull:
    """Return when the response ended, of which scores tell only between which two of them it did."""
    by = spells[f"lost{suffix}_by"].cast(pl.Float64).fill_null(np.inf)
    held = spells[f"held{suffix}"].cast(pl.Float64)
    return turnbull(held.to_numpy(), by.to_numpy(), spells["patient_key"])


def _competing(spells: pl.DataFrame) -> pl.DataFrame:
    infused = pl.col("infused_after").is_not_null()
    ended = spells.select(
        "patient_key",
        time=pl.coalesce("infused_after", "lost_first", "followed"),
        way=pl.when(infused)
        .then(pl.lit("infused"))
        .when(pl.col("lost_first").is_not_null())
        .then(pl.lit("lost"))
        .otherwise(pl.lit("censored")),
    )
    found = cumulative_incidence(ended, WAYS).rename({"time": "day"})
    return found.select(list(COMPETING))


def _told(curve: pl.DataFrame, least: int, left: str = "") -> pl.DataFrame:
    """Return a curve with null shares where too few are still seen, and not because all have ended."""
    share = f"{left}_share" if left else "share"
    known = (pl.col("at_risk") >= least) | ((pl.col(share) <= 0) & (least <= 1))
    shares = [name for name, dtype in curve.schema.items() if dtype == pl.Float64]
    return curve.with_columns(pl.when(known).then(pl.col(*shares)))


def _in_weeks(curve: pl.DataFrame) -> pl.DataFrame:
    numbers = [name for name in ("lost", "infused", "censored") if name in curve.columns]
    return curve.select((pl.col("day") // 7).alias("weeks"), pl.exclude("day", *numbers))


def _numbers(
    ends: Turnbull, curve: pl.DataFrame, spells: pl.DataFrame, definitions: Definitions
) -> tuple[dict[str, float | int | None], list[tuple[str, str]]]:
    """Return the columns of SUMMARY for one group, and the reasons for those that are not given."""
    nobody = not spells["lost_by"].count()
    middle = median(curve)
    mean = _mean(ends, curve, definitions)
    numbers: dict[str, float | int | None] = dict.fromkeys(SUMMARY)
    numbers |= dict(zip(list(SUMMARY)[:3], middle, strict=True))
    numbers |= _benefit(spells, "held", "infusions_given", "", definitions)
    reasons = [("interval", "no_loss")] if nobody else []
    if middle[0] is None:
        reasons.append(("median", "no_loss" if nobody else "median_not_reached"))
    if mean is None:
        return numbers, [*reasons, ("mean", "followed_too_short")]
    days, error = mean
    numbers["mean_weeks"] = days / 7
    if error > 0:
        most = float(definitions.setting("benefit_weeks"))
        for name, sign in (("mean_low", -1), ("mean_high", 1)):
            numbers[name] = float(np.clip((days + sign * Z * error) / 7, 0, most))
    return numbers, reasons


def _mean(
    ends: Turnbull, curve: pl.DataFrame, definitions: Definitions
) -> tuple[float, float] | None:
    """Return the mean days in response up to benefit_weeks and its error; None if the curve ends before."""
    horizon = 7 * definitions.setting("benefit_weeks")
    last = curve.row(-1, named=True)
    known = last["day"] >= horizon or last["share"] <= 0
    return ends.mean(horizon) if known else None


def _numbers_at_once(
    ends: Turnbull, curve: pl.DataFrame, spells: pl.DataFrame, definitions: Definitions
) -> tuple[dict[str, float | int | None], list[tuple[str, str]]]:
    """Return the mean, and weeks per infusion, if the first lost score counted unconfirmed."""
    mean = _mean(ends, curve, definitions)
    numbers = _benefit(spells, "held_at_once", "infusions_at_once", "_at_once", definitions)
    if mean is None:
        return numbers, [("mean at once", "followed_too_short")]
    return numbers | {"mean_weeks_at_once": mean[0] / 7}, []


def _benefit(
    spells: pl.DataFrame, days: str, infusions: str, suffix: str, definitions: Definitions
) -> dict[str, float | int | None]:
    """Return weeks in response that were seen, infusions until then, and one over the other.

    Both end with the last score in response, so that neither is told of a time that the other is not.
    """
    horizon = 7 * definitions.setting("benefit_weeks")
    seen = spells[days].clip(upper_bound=horizon).mean()
    given = spells[infusions].mean()
    assert isinstance(seen, float)
    assert isinstance(given, float)
    return {
        f"seen_weeks{suffix}": seen / 7,
        infusions: given,
        f"weeks_per_infusion{suffix}": seen / 7 / given,
    }
