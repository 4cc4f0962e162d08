"""Recovery and reliable change by all scales together, as NHS Talking Therapies counts them."""

import polars as pl

from pipelines.definitions import Definitions
from pipelines.estimates.levels import counts
from pipelines.estimates.response import STATUSES
from pipelines.estimates.result import Question
from pipelines.estimates.shares import with_shares

MET: dict[str, pl.Expr] = {
    "recovery": pl.col("recovered"),
    "reliable_recovery": pl.col("recovered") & pl.col("improved"),
    "reliable_improvement": pl.col("improved"),
    "reliable_deterioration": pl.col("worsened"),
}
OF_CASES = ("recovery", "reliable_recovery")


def recovery(courses: pl.DataFrame, question: Question, definitions: Definitions) -> pl.DataFrame:
    """Return one row per outcome with a count for every status and shares as in `response`.

    `courses` are rows of marts.recovery_courses of one window. Recovery and reliable recovery are
    of courses at caseness at the start (others are below_floor); reliable improvement and
    deterioration of all with a baseline on every scale. No row where no course is of a condition
    that these scales speak for. Source: NHS Talking Therapies, see recovery.csv; of its denominator
    the part is left out that two treatment contacts were attended.
    """
    if courses.is_empty():
        return pl.DataFrame(schema={"outcome": pl.String})
    rows = pl.concat([_judged(courses, outcome) for outcome in MET])
    counted = counts(rows, ["outcome"], "status", STATUSES).with_columns(
        assessed=pl.col("responded") + pl.col("not_responded")
    )
    counted = counted.with_columns(due=pl.col("assessed") + pl.col("not_assessed"))
    shared = with_shares(counted, rows, ["outcome"], question, definitions)
    order = pl.DataFrame({"outcome": list(MET)})
    return order.join(shared, on="outcome", maintain_order="left")


def _judged(courses: pl.DataFrame, outcome: str) -> pl.DataFrame:
    """Return the courses with outcome and the status that they have for it."""
    told = pl.when(MET[outcome]).then(pl.lit("responded")).otherwise(pl.lit("not_responded"))
    no_case = pl.lit(outcome in OF_CASES) & ~pl.col("at_caseness")
    early = pl.col("status").is_in(["started_before_data", "no_baseline"])
    status = (
        pl.when(early)
        .then("status")
        .when(no_case)
        .then(pl.lit("below_floor"))
        .when(pl.col("status") == "assessed")
        .then(told)
        .otherwise("status")
    )
    return courses.select("patient_key", outcome=pl.lit(outcome), status=status)
