"""Data quality: rules with their shares, grades of clinics, and what follow-up lets be said."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import polars as pl

from pipelines.definitions import Definitions
from pipelines.estimates.grades import SEVERITIES, grades
from pipelines.estimates.result import Provenance

STATUSES = ("failed", "error", "passed", "not_applicable")


@dataclass(frozen=True)
class QualityResult:
    """Data quality as counted: not for display, only `disclose_quality` makes it so.

    `rules`: one row per rule over the whole practice, failures first, with the columns of
    quality_rules and status, error, failing, counted, share, failing_clinics (their number).
    `clinics`: the same numbers by rule and clinic. `months`: by rule, clinic (null: all together)
    and month. `grades`: one row for the practice (clinic_key null) and one per clinic.
    `capture`: due, assessed, not_yet_due, follow_up by clinic (null: all together) and month in
    which the course began. `trust`: the same by clinic and category, with `verdict`. The last two
    are about `window`. A share of nothing is null.
    """

    window: str
    rules: pl.DataFrame
    clinics: pl.DataFrame
    months: pl.DataFrame
    grades: pl.DataFrame
    capture: pl.DataFrame
    trust: pl.DataFrame
    definitions: Definitions = field(repr=False)
    provenance: Provenance


def quality(
    results: pl.DataFrame,
    months: pl.DataFrame,
    follow_up: pl.DataFrame,
    window: str,
    definitions: Definitions,
    provenance: Provenance,
) -> QualityResult:
    """Return data quality from the tables quality.rule_results, rule_months and follow_up.

    `window` says which follow-up is told by month and condition.
    """
    clinics = results.filter(pl.col("scope") == "clinic").drop("scope")
    practice = results.filter(pl.col("scope") == "practice").drop("scope", "clinic_key")
    rules = _ordered(_with_share(practice), clinics, definitions)
    asked = follow_up.filter(pl.col("window") == window)
    return QualityResult(
        window,
        rules,
        _with_share(clinics).sort("rule", "clinic_key"),
        _by_month(months),
        grades(rules, clinics, definitions),
        _capture(asked),
        _trust(asked, definitions),
        definitions,
        provenance,
    )


def _with_share(counted: pl.DataFrame) -> pl.DataFrame:
    share = pl.when(pl.col("counted") > 0).then(pl.col("failing") / pl.col("counted"))
    return counted.with_columns(share=share)


def _ordered(
    practice: pl.DataFrame, clinics: pl.DataFrame, definitions: Definitions
) -> pl.DataFrame:
    """Return the rules, those that fail anywhere first, the gravest and furthest over at the top."""
    failing = (
        clinics.filter(pl.col("status") == "failed")
        .group_by("rule")
        .agg(failing_clinics=pl.len().cast(pl.Int64))
    )
    rules = definitions["quality_rules"].with_row_index("place").join(practice, on="rule")
    rules = rules.join(failing, on="rule", how="left").with_columns(
        pl.col("failing_clinics").fill_null(0)
    )
    somewhere = (pl.col("status") == "failed") | (pl.col("failing_clinics") > 0)
    over = 100 * pl.col("share") - pl.col("max_failing_percent").cast(pl.Float64)
    ordered = rules.sort(
        ~somewhere,
        pl.when(~somewhere).then(
            pl.col("status").replace_strict(_places(STATUSES), return_dtype=pl.Int64)
        ),
        pl.col("severity").replace_strict(_places(SEVERITIES), return_dtype=pl.Int64),
        pl.when(somewhere).then(-over),
        "place",
        nulls_last=True,
    )
    return ordered.drop("place")


def _places(codes: Sequence[str]) -> dict[str, int]:
    return {code: place for place, code in enumerate(codes)}


def _by_month(months: pl.DataFrame) -> pl.DataFrame:
    """Return numbers by rule, clinic and month, with all clinics together as clinic null."""
    dated = months.filter(pl.col("month").is_not_null() & (pl.col("counted") > 0))
    columns = ["rule", "clinic_key", "month", "failing", "counted"]
    together = dated.group_by("rule", "month").agg(pl.col("failing", "counted").sum())
    together = together.with_columns(clinic_key=pl.lit(None, pl.String))
    own = dated.filter(pl.col("clinic_key").is_not_null())
    stacked = pl.concat([together.select(columns), own.select(columns)])
    return _with_share(stacked).sort("rule", "clinic_key", "month", nulls_last=False)


def _capture(follow_up: pl.DataFrame) -> pl.DataFrame:
    dated = follow_up.filter(pl.col("month").is_not_null())
    numbers = pl.col("due", "assessed", "not_yet_due").sum()
    own = dated.group_by("clinic_key", "month").agg(numbers)
    together = dated.group_by("month").agg(numbers).with_columns(clinic_key=pl.lit(None, pl.String))
    stacked = pl.concat([together.select(own.columns), own])
    return _with_follow_up(stacked).sort("clinic_key", "month", nulls_last=False)


def _with_follow_up(counted: pl.DataFrame) -> pl.DataFrame:
    share = pl.when(pl.col("due") > 0).then(pl.col("assessed") / pl.col("due"))
    return counted.with_columns(follow_up=share)


def _trust(follow_up: pl.DataFrame, definitions: Definitions) -> pl.DataFrame:
    """Return follow-up by clinic and category, and what it lets be said of response there.

    verdict: none_due; too_low (under the follow-up of the settings: a range, no rate); few (under
    so many assessed that a rate is unstable); enough.
    """
    counted = follow_up.group_by("clinic_key", "category").agg(
        pl.col("due", "assessed", "not_yet_due").sum()
    )
    least = definitions.setting("follow_up_min_percent")
    few = definitions.setting("unstable_below_assessed")
    verdict = (
        pl.when(pl.col("due") == 0)
        .then(pl.lit("none_due"))
        .when(100 * pl.col("assessed") < least * pl.col("due"))
        .then(pl.lit("too_low"))
        .when(pl.col("assessed") < few)
        .then(pl.lit("few"))
        .otherwise(pl.lit("enough"))
    )
    places = definitions["categories"].select("category", "sort_order")
    return (
        _with_follow_up(counted)
        .with_columns(verdict=verdict)
        .join(places, on="category")
        .sort("clinic_key", "sort_order")
        .drop("sort_order")
    )
