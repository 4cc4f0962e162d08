"""How long a response lasts in one group: curves, median, mean, and what infusions it took."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.definitions import Definitions
from pipelines.estimates.competing import cumulative_incidence
from pipelines.estimates.followed import ELIGIBILITY, FATES
from pipelines.estimates.levels import counts
from pipelines.estimates.result import Question
from pipelines.estimates.survival import Z, at_days, kaplan_meier, median, restricted_mean

WAYS = ("lost", "infused")
SUMMARY = {
    "median_days": pl.Int64(), "median_low": pl.Int64(), "median_high": pl.Int64(),
    "mean_weeks": pl.Float64(), "mean_low": pl.Float64(), "mean_high": pl.Float64(),
    "seen_weeks": pl.Float64(), "infusions_given": pl.Float64(), "weeks_per_infusion": pl.Float64(),
    "seen_weeks_at_once": pl.Float64(), "mean_weeks_at_once": pl.Float64(), "infusions_at_once": pl.Float64(),
    "weeks_per_infusion_at_once": pl.Float64(),
}  # fmt: skip
CURVE = {
    "day": pl.Int64(), "at_risk": pl.Int64(), "lost": pl.Int64(), "censored": pl.Int64(),
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


def lasting(rows: pl.DataFrame, question: Question, definitions: Definitions) -> Lasting:
    """Return how long response lasts in one group; `rows` are of `times_in_response`."""
    counted = _counts(rows)
    spells = rows.filter(pl.col("fate").is_in(["lost", "censored"]))
    reason = _no_curve(counted.row(0, named=True))
    if reason:
        return _nothing(counted, reason, definitions)
    curve = _curve(spells, "days", pl.col("fate") == "lost", question)
    at_once = _curve(spells, "days_at_once", pl.col("lost_at_once"), question)
    competing = _competing(spells)
    numbers, reasons = _numbers(curve, spells, question, definitions)
    least, reasons_at_once = _numbers_at_once(at_once, spells, definitions)
    numbers, reasons = numbers | least, reasons + reasons_at_once
    if not competing.select(pl.sum_horizontal(pl.col(*WAYS).sum())).item():
        reasons.append(("competing interval", "no_events"))
    summary = counted.with_columns(
        pl.lit(value, SUMMARY[name]).alias(name) for name, value in numbers.items()
    )
    return Lasting(
        summary, curve, _at_weeks(curve, definitions), at_once, _at_weeks(at_once, definitions),
        competing, _at_weeks(competing, definitions, "still_share"), tuple(reasons),
    )  # fmt: skip


def _nothing(counted: pl.DataFrame, reason: str, definitions: Definitions) -> Lasting:
    """Return a group of which only counts are told, with the reason for all else."""
    curve, competing = pl.DataFrame(schema=CURVE), pl.DataFrame(schema=COMPETING)
    weeks, both = _at_weeks(curve, definitions), _at_weeks(competing, definitions)
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
                rows.filter(pl.col("days").is_not_null())["patient_key"].n_unique(), pl.Int64
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


def _curve(spells: pl.DataFrame, days: str, lost: pl.Expr, question: Question) -> pl.DataFrame:
    ends = spells.select("patient_key", time=days, lost=lost)
    curve = kaplan_meier(ends["time"].to_numpy(), ends["lost"].to_numpy())
    if question.population == "all_courses":
        way = pl.when("lost").then(pl.lit("lost")).otherwise(pl.lit("censored"))
        clustered = cumulative_incidence(ends.with_columns(way=way), ["lost"])
        curve = curve.with_columns(low=clustered["still_low"], high=clustered["still_high"])
    return curve


def _competing(spells: pl.DataFrame) -> pl.DataFrame:
    infused = pl.col("infused_after").is_not_null()
    ended = spells.select(
        "patient_key",
        time=pl.when(infused).then("infused_after").otherwise("days"),
        way=pl.when(infused).then(pl.lit("infused")).otherwise("fate"),
    )
    found = cumulative_incidence(ended, WAYS).rename({"time": "day"})
    return found.select(list(COMPETING))


def _at_weeks(curve: pl.DataFrame, definitions: Definitions, left: str = "share") -> pl.DataFrame:
    weeks = definitions["durability_weeks"]["weeks"].sort().cast(pl.Int64)
    numbers = ("lost", "infused", "censored")
    told = at_days(curve, (7 * weeks).to_list(), left) if len(curve) else curve
    return told.select((pl.col("day") // 7).alias("weeks"), pl.exclude("day", *numbers))


def _numbers(
    curve: pl.DataFrame, spells: pl.DataFrame, question: Question, definitions: Definitions
) -> tuple[dict[str, float | int | None], list[tuple[str, str]]]:
    """Return the columns of SUMMARY for one group, and the reasons for those that are not given."""
    nobody = not curve["lost"].sum()
    middle = median(curve)
    mean = restricted_mean(curve, 7 * definitions.setting("benefit_weeks"))
    numbers: dict[str, float | int | None] = dict.fromkeys(SUMMARY)
    numbers |= dict(zip(list(SUMMARY)[:3], middle, strict=True))
    numbers |= _benefit(spells, "days", "infusions_given", "", definitions)
    reasons = [("interval", "no_loss")] if nobody else []
    if middle[0] is None:
        reasons.append(("median", "no_loss" if nobody else "median_not_reached"))
    if mean is None:
        return numbers, [*reasons, ("mean", "followed_too_short")]
    numbers["mean_weeks"] = mean.days / 7
    if question.population == "all_courses":
        reasons.append(("mean interval", "several_courses"))
    elif mean.error > 0:
        spread = Z * mean.error / 7
        most = float(definitions.setting("benefit_weeks"))
        numbers["mean_low"] = float(np.clip(mean.days / 7 - spread, 0, most))
        numbers["mean_high"] = float(np.clip(mean.days / 7 + spread, 0, most))
    return numbers, reasons


def _numbers_at_once(
    at_once: pl.DataFrame, spells: pl.DataFrame, definitions: Definitions
) -> tuple[dict[str, float | int | None], list[tuple[str, str]]]:
    """Return the mean, and weeks per infusion, if the first lost score counted unconfirmed."""
    mean = restricted_mean(at_once, 7 * definitions.setting("benefit_weeks"))
    numbers = _benefit(spells, "days_at_once", "infusions_at_once", "_at_once", definitions)
    if mean is None:
        return numbers, [("mean at once", "followed_too_short")]
    return numbers | {"mean_weeks_at_once": mean.days / 7}, []


def _benefit(
    spells: pl.DataFrame, days: str, infusions: str, suffix: str, definitions: Definitions
) -> dict[str, float | int | None]:
    """Return weeks in response that were seen, infusions until then, and one over the other.

    Both end with the last score, so that neither is told of a time that the other is not.
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
