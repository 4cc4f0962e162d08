"""What may be shown: the only way from a Result to a Finding."""

import polars as pl

from pipelines.definitions import InputError
from pipelines.definitions.errors import listed
from pipelines.disclosure.finding import Finding
from pipelines.disclosure.ladder import Members, rung_columns, standings
from pipelines.disclosure.policies import policy_row, smallest_shown
from pipelines.estimates.result import Question, Result

NESTED = (("category",), ("category", "subtype"))
ALONE = ("clinic_key", "sex", "age_band", "region")
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

    Under a protecting policy a view is protected as a whole, by the ladder of definitions: first
    courses, unfiltered, by condition or by one other column. Raises InputError for an unknown
    policy, and for a view that can't be protected yet.
    """
    row = policy_row(result.definitions, policy)
    if row["protects"]:
        refused = why_refused(result.question)
        if refused:
            raise InputError(f"policy {policy}: {refused}")
        levels = _protected(result, smallest_shown(row))
    else:
        levels = tuple(level.with_columns(hidden=pl.lit(False)) for level in result.levels)
    return Finding(result.question, policy, levels, result.definitions, result.provenance)


def why_refused(question: Question) -> str | None:
    """Return why a view can't be released under a protecting policy, or None if it can."""
    if question.filtered:
        return "a filtered view can't be released, because it could be subtracted from the whole; take the filters off"
    if question.population != "first_courses":
        return "only first courses are released, because all courses less first ones would leave small groups"
    if question.by in ((), *NESTED) or (len(question.by) == 1 and question.by[0] in ALONE):
        return None
    return (
        f"no release by {', '.join(question.by)}; expected category, category with subtype,"
        f" or one of {listed(ALONE)}"
    )


def _protected(result: Result, smallest: int) -> tuple[pl.DataFrame, ...]:
    """Return the levels with every number above a row's standing withheld."""
    ladder = result.definitions["release_ladder"].sort("sort_order").to_dicts()
    by = list(result.question.by)
    whole = [[], *(list(result.question.by[: depth + 1]) for depth in range(len(by)))]
    if by == ["category"]:
        whole.append(["category", "subtype"])
    keys = list(dict.fromkeys(["patient_key", "category", "subtype", *by]))
    frame, names = rung_columns(result.courses, ladder, keys)
    headline = result.definitions["categories"].filter(pl.col("headline"))["category"].to_list()
    rungs = [f"rung {name}" for name in names]
    inside = Members(frame.filter(pl.col("category").is_in(headline)), rungs, smallest)
    outside = Members(frame.filter(~pl.col("category").is_in(headline)), rungs, smallest)
    found = standings(inside, whole)
    if "category" in by:
        for level, extra in zip(found[1:], standings(outside, whole[1:]), strict=True):
            level.update(extra)
    reached = _rungs_needed(ladder, result.question.measure)
    return tuple(
        _withheld(level, list(by[:depth]), found[depth], reached)
        for depth, level in enumerate(result.levels)
    )


def _rungs_needed(ladder: list[dict[str, object]], measure: str) -> dict[str, int]:
    """Return the rung from which each kind of number of a measure may be shown.

    Rungs are counted from 1. The steps of any measure but response are never shown: the ladder
    does not tell them apart.
    """
    own = [n for n, step in enumerate(ladder, 1) if step["measure"] == measure]
    first = {str(step["splits"]): n for n, step in reversed(list(enumerate(ladder, 1)))
             if step["measure"] == "response"}  # fmt: skip
    if measure == "response":
        return first
    beyond = len(ladder) + 1
    reached = max(own, default=beyond)
    return {"started": reached, "due": reached, "met": reached, "missing": reached,
            "steps": beyond}  # fmt: skip


def _withheld(
    level: pl.DataFrame,
    by: list[str],
    standing: dict[tuple[object, ...], int],
    needed: dict[str, int],
) -> pl.DataFrame:
    """Return a level with numbers null where its row stands too low for them."""
    rungs = [standing[row] for row in (level.select(by).rows() if by else [()] * level.height)]
    level = level.with_columns(pl.Series("standing", rungs, dtype=pl.Int64))
    cells = [
        pl.when(pl.col("standing") >= needed[kind]).then(pl.col(name)).alias(name)
        for kind, names in NUMBERS.items()
        for name in names
    ]
    hidden = pl.col("standing") < needed["missing"]
    withheld = [pl.lit(None, pl.Float64).alias(name) for name in OF_SINGLE_COURSES]
    reason = pl.lit("not_released").alias("weighted_refused")
    return level.with_columns(*cells, *withheld, reason, hidden=hidden).drop("standing")
