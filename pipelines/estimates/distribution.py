"""How far scores fell: every degree of improvement, not one threshold only."""

import polars as pl

STEPS = tuple(range(-50, 101, 10))


def distribution(courses: pl.DataFrame) -> pl.DataFrame:
    """Return fell_percent, courses, assessed, share: how many scores fell by so much or more.

    `courses` has one row per course of one measure and window: status, baseline and final on the
    same scale. Those assessed with a baseline above 0 are counted; `share` is 0 to 1, null where
    nobody is. fell_percent runs from -50 (rose by half, or less, or fell) to 100 (to nothing).
    Compared in whole numbers, so that a tie counts. Source: the cumulative distribution of
    responses, FDA 2009 guidance on patient-reported outcomes, section IV.
    """
    assessed = courses.filter(
        pl.col("status").is_in(["responded", "not_responded"]) & (pl.col("baseline") > 0)
    )
    steps = pl.DataFrame({"fell_percent": STEPS}, schema={"fell_percent": pl.Int64})
    baseline, final = (pl.col(name).cast(pl.Float64) * 100 for name in ("baseline", "final"))
    hundredths = assessed.select(
        baseline.round().cast(pl.Int64).alias("baseline"),
        final.round().cast(pl.Int64).alias("final"),
    )
    enough = 100 * (pl.col("baseline") - pl.col("final")) >= pl.col("fell_percent") * pl.col(
        "baseline"
    )
    counted = (
        steps.join(hundredths, how="cross")
        .group_by("fell_percent", maintain_order=True)
        .agg(courses=enough.sum().cast(pl.Int64))
    )
    found = steps.join(counted, on="fell_percent", how="left", maintain_order="left").with_columns(
        pl.col("courses").fill_null(0), assessed=pl.lit(assessed.height, pl.Int64)
    )
    return found.with_columns(
        share=pl.when(pl.col("assessed") > 0).then(pl.col("courses") / pl.col("assessed"))
    )
