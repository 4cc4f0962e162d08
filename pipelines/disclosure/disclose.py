"""What may be shown: the only way from a Result to a Finding."""

from collections.abc import Mapping, Sequence
from functools import lru_cache

import polars as pl

from pipelines.definitions import InputError
from pipelines.disclosure.asked import Asked, Told, asked_of
from pipelines.disclosure.finding import Finding
from pipelines.disclosure.plan import plan
from pipelines.disclosure.policies import policy_row, rounding, smallest_shown
from pipelines.disclosure.release import Release, next_release
from pipelines.disclosure.together import HEADLINE_TOGETHER, TOGETHER, is_shown, together
from pipelines.estimates.basis import Basis
from pipelines.estimates.response import STATUSES, shared
from pipelines.estimates.result import Provenance, Question, Result

NUMBERS = (*STATUSES, "started", "baseline", "eligible", "due", "assessed")
OF_COUNTS = (
    "known", "rate", "highest", "follow_up", "low", "high", "unstable", "enough_follow_up", "tipping",
)  # fmt: skip
Values = tuple[object, ...]
OF_SINGLE_COURSES = ("weighted", "weighted_low", "weighted_high")  # no counts give them


def disclose(result: Result, policy: str = "cms11", release: Release | None = None) -> Finding:
    """Return the numbers of a Result that a policy allows; the rest is null and marked hidden.

    Under a protecting policy numbers come from the blocks that may be let out of the build as a whole
    (see `Plan`), or were: `release` is what has been let out so far, None for nothing. First courses
    only, by condition, or cut by one column or period. Raises InputError for an unknown policy, and for
    a view that is not let out.
    """
    row = policy_row(result.definitions, policy)
    if row["protects"]:
        assert result.basis is not None, "a Result without its basis is for the practice only"
        asked = asked_of(result.question, result.basis.window, result.definitions)
        if isinstance(asked, str):
            raise InputError(f"policy {policy}: {asked}")
        let_out = release or unreleased(result.basis, result.provenance, smallest_shown(row))
        levels, hidden = _levels(result, asked, let_out, rounding(row))
    else:
        as_counted = (pl.lit(value=False).alias("hidden"), pl.lit(None, pl.String).alias("as_of"))
        levels = [level.with_columns(as_counted) for level in result.levels]
        hidden = [level.clear() for level in levels]
    return Finding(
        result.question, policy, tuple(levels), tuple(hidden), result.definitions, result.provenance
    )


def _levels(
    result: Result, asked: Asked, release: Release, step: int
) -> tuple[list[pl.DataFrame], list[pl.DataFrame]]:
    """Return each level as it is told, and for each what is hidden in it, taken together."""
    basis, by = result.basis, result.question.by
    assert basis is not None
    levels, hidden = [], []
    above: dict[Values, Told] = {}
    for depth in range(len(by) + 1):
        columns = list(by[:depth])
        groups = _every_group(basis, columns)
        keys = groups.to_dicts() if depth else [{}]
        told = {tuple(key.values()): asked.told(release, key) for key in keys}
        left = _left(above, told, result.definitions.headline if columns == ["category"] else None)
        name = HEADLINE_TOGETHER if columns == ["category"] else TOGETHER
        named = [(*values, name) for values in left]
        rest = pl.DataFrame(named, dict.fromkeys(columns, pl.String), orient="row")
        levels.append(_printed(groups, list(told.values()), release, result, step))
        hidden.append(_printed(rest, list(left.values()), release, result, step))
        above = told
    return levels, hidden


def _left(
    above: Mapping[Values, Told], told: Mapping[Values, Told], counted: Sequence[str] | None
) -> dict[Values, Told]:
    """Return for the rows of a level what is hidden beneath them, where that can be told.

    `counted` are the rows beneath that the row above counts; None: all.
    """
    beneath: dict[Values, list[Told]] = {values: [] for values in above}
    for values, one in told.items():
        if values and (counted is None or values[-1] in counted):
            beneath[values[:-1]].append(one)
    found = {values: together(above[values], rows) for values, rows in beneath.items()}
    return {values: one for values, one in found.items() if one.numbers}


@lru_cache(maxsize=16)
def unreleased(basis: Basis, provenance: Provenance, smallest: int) -> Release:
    """Return what may be let out of a build before which nothing was."""
    made = plan(basis, smallest)
    return next_release(made, (), provenance.build, through(provenance), smallest)[0]


def through(provenance: Provenance) -> str | None:
    """Return the last day of the data as text; None in a study of relative days."""
    return None if provenance.data_through is None else str(provenance.data_through)


def why_refused(question: Question, basis: Basis) -> str | None:
    """Return why a view can't be released under a protecting policy, or None if it can."""
    asked = asked_of(question, basis.window, basis.definitions)
    return asked if isinstance(asked, str) else None


def _every_group(basis: Basis, by: list[str]) -> pl.DataFrame:
    """Return every group of the build by some columns, also those that a filter leaves empty.

    That a group is listed must not tell whether anybody of it passes the filter.
    """
    return basis.frame.select(by).unique().sort(by, nulls_last=False) if by else pl.DataFrame()


def _printed(
    groups: pl.DataFrame, told: Sequence[Told], release: Release, result: Result, step: int
) -> pl.DataFrame:
    """Return a level made of what is told of its groups; `step` is what counts are rounded to."""
    numbers = {name: [one.numbers.get(name) for one in told] for name in NUMBERS}
    counts = pl.concat(
        [groups, pl.DataFrame(numbers, schema=dict.fromkeys(NUMBERS, pl.Int64))], how="horizontal"
    )
    level = shared(counts, result.question, result.definitions)
    if step > 1:
        half = step // 2
        assessed = pl.col("responded") + pl.col("not_responded")
        level = (
            level.with_columns(
                (pl.col(*NUMBERS) + half) // step * step,
                *[pl.lit(None, level.schema[name]).alias(name) for name in OF_COUNTS],
            )
            .with_columns(assessed=assessed)
            .with_columns(due=pl.coalesce(pl.col("assessed") + pl.col("not_assessed"), "due"))
        )
    old = [one.kept is not None and one.kept.build != release.build for one in told]
    through = [
        one.kept.through if one.kept is not None and was else None
        for one, was in zip(told, old, strict=True)
    ]
    return level.with_columns(
        *[pl.lit(None, pl.Float64).alias(name) for name in OF_SINGLE_COURSES],
        pl.lit("not_released").alias("weighted_refused"),
        pl.Series("hidden", [not is_shown(one) for one in told], dtype=pl.Boolean),
        pl.Series("as_of", through, dtype=pl.String),
    )
