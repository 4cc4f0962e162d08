"""Response by thirds of baseline severity, so that regression to the mean can be seen."""

import polars as pl

from pipelines.definitions import Definitions
from pipelines.estimates.levels import counts
from pipelines.estimates.result import Question
from pipelines.estimates.shares import with_shares

THIRDS = ("least", "middle", "most")
STATUSES = ("not_yet_due", "not_assessed", "responded", "not_responded")


def thirds(courses: pl.DataFrame, question: Question, definitions: Definitions) -> pl.DataFrame:
    """Return one row per third (least, middle, most severe) with counts and shares of `response`.

    `courses` has one row per eligible or other course of one measure and window: status, instrument,
    baseline, severity, patient_key. Thirds are of the baselines of one scale, so that courses of
    several scales compare; equal baselines stay in one third, which may be larger then. Beside the
    shares: lowest and highest_baseline, null where there are several scales. Nobody in a third
    gives no row.
    """
    told = courses.filter(pl.col("status").is_in(STATUSES))
    before = pl.col("severity").rank("min").over("instrument").cast(pl.Int64) - 1
    number = pl.len().over("instrument").cast(pl.Int64)
    placed = told.with_columns(
        third=pl.when(3 * before < number)
        .then(pl.lit("least"))
        .when(3 * before < 2 * number)
        .then(pl.lit("middle"))
        .otherwise(pl.lit("most"))
    )
    counted = counts(placed, ["third"], "status", STATUSES).with_columns(
        assessed=pl.col("responded") + pl.col("not_responded")
    )
    counted = counted.with_columns(due=pl.col("assessed") + pl.col("not_assessed"))
    shared = with_shares(counted, placed, ["third"], question, definitions)
    several = placed["instrument"].n_unique() > 1
    ranges = placed.group_by("third").agg(
        lowest=pl.lit(None, pl.Float64) if several else pl.col("baseline").min().cast(pl.Float64),
        highest_baseline=pl.lit(None, pl.Float64)
        if several
        else pl.col("baseline").max().cast(pl.Float64),
    )
    order = pl.DataFrame({"third": THIRDS}, schema={"third": pl.String})
    return order.join(shared, on="third", maintain_order="left").join(
        ranges, on="third", how="left", maintain_order="left"
    )
