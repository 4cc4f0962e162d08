"""Response by groups: every course counted by its status, then shares and intervals."""

import polars as pl

from pipelines.definitions import Definitions
from pipelines.estimates.basis import Basis
from pipelines.estimates.levels import counts, levels
from pipelines.estimates.result import Provenance, Question, Result
from pipelines.estimates.shares import with_shares
from pipelines.estimates.weighting import weighting

STATUSES = (
    "started_before_data", "no_baseline", "below_floor", "not_yet_due", "not_assessed",
    "responded", "not_responded",
)  # fmt: skip
COUNTS = ("started", "baseline", "eligible", "due", "assessed", "responded")
SHARES = ("known", "rate", "low", "high", "highest", "follow_up")


def response(
    courses: pl.DataFrame,
    question: Question,
    definitions: Definitions,
    provenance: Provenance,
    basis: Basis | None = None,
) -> Result:
    """Return response by `question.by`: counts, bounds, follow-up, rate among assessed, interval.

    `courses` has one row per course and measure of the question's window, already filtered. Each
    level has the columns of its grouping, a count for every status, then started (all), baseline
    (with one, in time), eligible (baseline high enough), due (window closed), assessed, responded;
    known = responded / due, highest = (responded + not assessed) / due, follow_up = assessed / due,
    rate = responded / assessed with its 95 % interval low to high; `unstable` under the number of
    assessed courses in settings, `enough_follow_up` at the share in settings or above. A share of
    nobody is null. Of all courses, with several per patient, the interval is Wilson's on
    n / design effect. tipping = how many of those not assessed would have to have failed for the
    share of all due to fall below tipping_percent; null where none or even all of them would not do
    it. weighted, its interval and the reason where there is none: see `weighting`. Without
    `category` among the groups only headline conditions are counted.
    """
    measured = courses.filter(pl.col("measure") == question.measure)
    weights = weighting(measured, definitions)
    found = []
    for by, rows in levels(measured, question, definitions):
        level = with_shares(_counts(rows, by), rows, by, question, definitions)
        weighted = weights.level(by, rows["category"].unique().to_list())
        found.append(_beside(_with_tipping(level, definitions), weighted, by))
    return Result(question, tuple(found), courses, definitions, provenance, basis)


def shared(counted: pl.DataFrame, question: Question, definitions: Definitions) -> pl.DataFrame:
    """Return counts of groups of first courses with the shares and flags of `response`; null of null."""
    return _with_tipping(with_shares(counted, counted, [], question, definitions), definitions)


def _with_tipping(counted: pl.DataFrame, definitions: Definitions) -> pl.DataFrame:
    most = 100 * (pl.col("responded") + pl.col("not_assessed"))
    asked = definitions.setting("tipping_percent") * pl.col("due")
    reached = (most >= asked) & (100 * pl.col("responded") < asked)
    return counted.with_columns(tipping=pl.when(reached).then((most - asked) // 100 + 1))


def _beside(level: pl.DataFrame, weighted: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    """Return a level with the weighted response of its groups; nobody due gives nobody_assessed."""
    joined = (
        level.join(weighted, on=by, how="left", nulls_equal=True, maintain_order="left")
        if by
        else level.hstack(weighted)
    )
    none = pl.col("weighted").is_null() & pl.col("weighted_refused").is_null()
    return joined.with_columns(
        weighted_refused=pl.when(none).then(pl.lit("nobody_assessed")).otherwise("weighted_refused")
    )


def _counts(rows: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    counted = counts(rows, by, "status", STATUSES)
    started = pl.sum_horizontal(STATUSES)
    baseline = started - pl.col("started_before_data") - pl.col("no_baseline")
    eligible = baseline - pl.col("below_floor")
    return counted.with_columns(
        started=started,
        baseline=baseline,
        eligible=eligible,
        due=eligible - pl.col("not_yet_due"),
        assessed=pl.col("responded") + pl.col("not_responded"),
    )
