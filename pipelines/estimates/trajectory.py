"""The mean score week by week, with how many are still scored."""

import numpy as np
import polars as pl

from pipelines.definitions import Definitions
from pipelines.estimates.followed import Followed

SCHEMA: dict[str, pl.DataType] = {
    "week": pl.Int64(), "courses": pl.Int64(), "mean": pl.Float64(), "low": pl.Float64(),
    "high": pl.Float64(),
}  # fmt: skip
WEEKLY: dict[str, pl.DataType] = {
    "course_key": pl.String(), "patient_key": pl.String(), "week": pl.Int64(), "score": pl.Float64(),
}  # fmt: skip


def trajectory(followed: Followed, definitions: Definitions) -> tuple[str | None, pl.DataFrame]:
    """Return the commonest instrument of the courses, and its mean score by week.

    Week 0 is the baseline of all courses with one on it; week n the last score on days 7 n - 6 to
    7 n after the first infusion, of the courses that have one. courses: how many these are. mean in
    points of the instrument, low and high its 95 % t interval, null with fewer than two or where
    scores do not differ, and with several courses of one patient, which are not independent. Who
    is still scored later may be another kind of patient: no point is compared with another by it.
    No instrument and no rows where no course has a baseline.
    """
    instrument, every = weekly_scores(followed, definitions)
    rows = [
        (week, *_mean(group))
        for (week,), group in every.sort("week").group_by("week", maintain_order=True)
    ]
    return instrument, pl.DataFrame(rows, schema=SCHEMA, orient="row")


def weekly_scores(followed: Followed, definitions: Definitions) -> tuple[str | None, pl.DataFrame]:
    """Return the commonest instrument and its scores: course_key, patient_key, week, score.

    One row per course and week that has one, as `trajectory` tells them.
    """
    told = followed.courses.filter(pl.col("baseline").is_not_null())
    if told.is_empty():
        return None, pl.DataFrame(schema=WEEKLY)
    common = told.group_by("instrument").len().sort("len", "instrument", descending=[True, False])
    instrument = str(common["instrument"][0])
    own = told.filter(pl.col("instrument") == instrument)
    first = own.select(
        "course_key",
        "patient_key",
        week=pl.lit(0, pl.Int64),
        score=pl.col("baseline").cast(pl.Float64),
    )
    later = (
        followed.scores.join(own.select("course_key", "patient_key"), on="course_key")
        .filter(
            (pl.col("day") > 0) & (pl.col("day") <= 7 * definitions.setting("trajectory_weeks"))
        )
        .with_columns(week=((pl.col("day") + 6) // 7).cast(pl.Int64))
        .sort("day")
        .group_by("course_key", "patient_key", "week")
        .agg(pl.col("score").last().cast(pl.Float64))
    )
    return instrument, pl.concat([first, later.select(first.columns)])


def _mean(group: pl.DataFrame) -> tuple[int, float, float | None, float | None]:
    from statsmodels.stats.weightstats import DescrStatsW

    scores = group["score"].to_numpy()
    mean = float(scores.mean())
    alone = group["patient_key"].n_unique() == group.height
    if len(scores) < 2 or not alone or not np.ptp(scores) > 0:
        return len(scores), mean, None, None

    low, high = DescrStatsW(scores).tconfint_mean()
    return len(scores), mean, float(low), float(high)
