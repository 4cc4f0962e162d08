"""What may be shown: the only way from a Result to a Finding."""

from collections.abc import Sequence

import polars as pl

from pipelines.definitions import InputError
from pipelines.disclosure.asked import Asked, asked_of, keys
from pipelines.disclosure.finding import Finding
from pipelines.disclosure.plan import Plan, plan
from pipelines.disclosure.policies import policy_row, smallest_shown
from pipelines.estimates.basis import Basis
from pipelines.estimates.response import COUNTS, STATUSES
from pipelines.estimates.result import Question, Result

NUMBERS: dict[str, tuple[str, ...]] = {
    "started": ("started",),
    "due": ("due",),
    "met": ("responded", "known"),
    "missing": (
        "not_assessed", "not_responded", "assessed", "highest", "follow_up", "rate", "low", "high",
        "unstable", "enough_follow_up", "tipping",
    ),
    "steps": (
        "started_before_data", "no_baseline", "below_floor", "not_yet_due", "baseline", "eligible",
    ),
}  # fmt: skip
OF_SINGLE_COURSES = ("weighted", "weighted_low", "weighted_high")  # no counts give them


def disclose(result: Result, policy: str = "cms11") -> Finding:
    """Return the numbers of a Result that a policy allows; the rest is null and marked hidden.

    Under a protecting policy all that a build can show is protected as a whole, by the plan of
    releases: first courses, by condition, or cut by one column or period. Raises InputError for an
    unknown policy, and for a view that is not released.
    """
    row = policy_row(result.definitions, policy)
    if row["protects"]:
        assert result.basis is not None, "a Result without its basis is for the practice only"
        asked = asked_of(result.question, result.basis.window, result.definitions)
        if isinstance(asked, str):
            raise InputError(f"policy {policy}: {asked}")
        made = plan(result.basis, smallest_shown(row))
        levels = tuple(
            _withheld(level, list(result.question.by[:depth]), asked, made, result.basis)
            for depth, level in enumerate(result.levels)
        )
    else:
        levels = tuple(level.with_columns(hidden=pl.lit(False)) for level in result.levels)
    return Finding(result.question, policy, levels, result.definitions, result.provenance)


def why_refused(question: Question, basis: Basis) -> str | None:
    """Return why a view can't be released under a protecting policy, or None if it can."""
    asked = asked_of(question, basis.window, basis.definitions)
    return asked if isinstance(asked, str) else None


def _withheld(
    level: pl.DataFrame, by: list[str], asked: Asked, made: Plan, basis: Basis
) -> pl.DataFrame:
    """Return a level with all its rows, and numbers null where its row stands too low for them."""
    level = _every_row(level, by, basis)
    allowed = [asked.kinds(made, key) for key in keys(level, by)]
    shown = [
        pl.when(pl.Series([kind in kinds for kinds in allowed], dtype=pl.Boolean))
        .then(pl.col(name))
        .alias(name)
        for kind, names in NUMBERS.items()
        for name in names
    ]
    hidden = pl.Series([("missing" not in kinds) for kinds in allowed], dtype=pl.Boolean)
    withheld = [pl.lit(None, pl.Float64).alias(name) for name in OF_SINGLE_COURSES]
    reason = pl.lit("not_released").alias("weighted_refused")
    return level.with_columns(*shown, *withheld, reason, hidden=hidden)


def _every_row(level: pl.DataFrame, by: Sequence[str], basis: Basis) -> pl.DataFrame:
    """Return a level with a row for every group of the build, also those that a filter leaves empty.

    That a group is listed must not tell whether anybody of it passes the filter.
    """
    if not by:
        return level
    rows = basis.frame.select(by).unique().sort(by, nulls_last=False)
    return rows.join(
        level, on=by, how="left", nulls_equal=True, maintain_order="left"
    ).with_columns(
        pl.col(*STATUSES, *COUNTS).fill_null(0),
        pl.col("unstable").fill_null(value=True),
        pl.col("enough_follow_up").fill_null(value=False),
    )
