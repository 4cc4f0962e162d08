"""Courses followed over time: what is known of each score by score, and what became of it."""

from dataclasses import dataclass

import polars as pl

from pipelines.definitions import Definitions

ELIGIBILITY = ("started_before_data", "no_baseline", "below_floor")
FATES = (*ELIGIBILITY, "never_scored", "never_responded", "no_loss_rule", "lost", "censored")


@dataclass(frozen=True)
class Followed:
    """The tables of a build that tell of the courses of a question, over time.

    `courses`: marts.followed_courses, only those of the question; `scores`, `infusions`, `windows`:
    marts.score_days, infusion_days and followed_windows, of these courses. Days count from the
    first infusion of the course.
    """

    courses: pl.DataFrame
    scores: pl.DataFrame
    infusions: pl.DataFrame
    windows: pl.DataFrame


def times_in_response(followed: Followed, definitions: Definitions) -> pl.DataFrame:
    """Return every course with its fate and, of those followed in response, for how long.

    fate: as it entered (started_before_data, no_baseline, below_floor), never_scored,
    never_responded, no_loss_rule (the instrument has none), else lost or censored.
    responded_day: day of the first score that meets the headline measure. days: from there to
    the loss, or to the last score of those not lost; days_at_once and lost_at_once: the same if
    the first lost score counted without another one to confirm it. infused_after: days from
    there to the first infusion outside the induction, or to the next course, while in response;
    null where there was none. infusions_given: before the end of the time in response, at most
    benefit_weeks after the first response; infusions_at_once: before the end of days_at_once.
    What is a loss stands in loss_of_response.csv.
    """
    first = (
        followed.scores.filter("responds").group_by("course_key").agg(responded_day=pl.min("day"))
    )
    scored = followed.scores.group_by("course_key").agg(last_day=pl.max("day"))
    rules = definitions["loss_of_response"].select("instrument", "new_course", "confirm_last_day")
    courses = (
        followed.courses.join(scored, on="course_key", how="left")
        .join(first, on="course_key", how="left")
        .join(_lost_scores(followed.scores, first, definitions), on="course_key", how="left")
        .join(rules, on="instrument", how="left")
        .with_columns(
            lost_day=_lost_day("confirmed_day"), lost_at_once_day=_lost_day("doubted_day")
        )
    )
    in_response = pl.col("fate").is_in(["lost", "censored"])
    spelled = courses.with_columns(fate=_fate()).with_columns(
        days=pl.when(in_response).then(_until("lost_day")),
        days_at_once=pl.when(in_response).then(_until("lost_at_once_day")),
        lost_at_once=pl.when(in_response).then(pl.col("lost_at_once_day").is_not_null()),
    )
    given = _with_infusions(spelled, followed.infusions, definitions)
    return given.drop("new_course", "confirm_last_day", "doubted_day", "confirmed_day")


def _until(lost_day: str) -> pl.Expr:
    return pl.coalesce(lost_day, "last_day") - pl.col("responded_day")


def _lost_scores(
    scores: pl.DataFrame, first: pl.DataFrame, definitions: Definitions
) -> pl.DataFrame:
    """Return the day of each course's first lost score after response, and of the first confirmed."""
    rules = definitions["loss_of_response"].select(
        "instrument", "confirm_first_day", "confirm_last_day"
    )
    after = scores.join(first, on="course_key").filter(pl.col("day") > pl.col("responded_day"))
    doubted = after.filter("is_lost").join(rules, on="instrument").sort("day")
    asked = doubted.with_columns(from_day=pl.col("day") + pl.col("confirm_first_day"))
    next_scores = after.select("course_key", next_day="day", still_lost="is_lost").sort("next_day")
    paired = asked.sort("from_day").join_asof(
        next_scores, left_on="from_day", right_on="next_day", by="course_key",
        strategy="forward", check_sortedness=False,
    )  # fmt: skip
    in_time = pl.col("confirm_last_day").is_null() | (
        pl.col("next_day") - pl.col("day") <= pl.col("confirm_last_day")
    )
    confirmed = pl.col("still_lost").fill_null(False) & in_time
    return paired.group_by("course_key").agg(
        doubted_day=pl.min("day"), confirmed_day=pl.col("day").filter(confirmed).min()
    )


def _lost_day(scores: str) -> pl.Expr:
    """Return the day of loss: by scores, or by a next course that counts as one.

    A course that was no longer scored is censored at its last score whether another follows or not:
    else only those who come back would be followed beyond it, and the share in response would fall
    with the first who does.
    """
    next_day = pl.col("next_course_day")
    seen = pl.col("confirm_last_day").is_null() | (
        next_day - pl.col("last_day") <= pl.col("confirm_last_day")
    )
    counts = (pl.col("new_course") == "loss") & (next_day > pl.col("responded_day")) & seen
    needed = pl.when(counts).then(next_day)
    return pl.min_horizontal(scores, needed)


def _fate() -> pl.Expr:
    return (
        pl.when(pl.col("eligibility") != "eligible")
        .then("eligibility")
        .when(pl.col("last_day").is_null())
        .then(pl.lit("never_scored"))
        .when(pl.col("responded_day").is_null())
        .then(pl.lit("never_responded"))
        .when(pl.col("new_course").is_null())
        .then(pl.lit("no_loss_rule"))
        .when(pl.col("lost_day").is_not_null())
        .then(pl.lit("lost"))
        .otherwise(pl.lit("censored"))
    )


def _with_infusions(
    courses: pl.DataFrame, infusions: pl.DataFrame, definitions: Definitions
) -> pl.DataFrame:
    """Add infused_after and infusions given; a score of an infusion day comes before the infusion."""
    horizon = 7 * definitions.setting("benefit_weeks")
    own = courses.filter(pl.col("days").is_not_null()).select(
        "course_key", "responded_day", "days", "days_at_once"
    )
    given = infusions.join(own, on="course_key").with_columns(
        after=pl.col("day") - pl.col("responded_day")
    )
    counted = given.group_by("course_key").agg(
        infusions_given=(pl.col("after") < pl.min_horizontal("days", pl.lit(horizon))).sum(),
        infusions_at_once=(pl.col("after") < pl.min_horizontal("days_at_once", pl.lit(horizon))).sum(),
        maintained_after=pl.col("after").filter(~pl.col("in_induction") & (pl.col("after") >= 0)).min(),
    )  # fmt: skip
    next_course = pl.col("next_course_day") - pl.col("responded_day")
    infused = pl.min_horizontal("maintained_after", pl.when(next_course >= 0).then(next_course))
    last = pl.col("days") - (pl.col("fate") == "lost").cast(pl.Int64)
    return (
        courses.join(counted, on="course_key", how="left")
        .with_columns(infused_after=pl.when(infused <= last).then(infused))
        .drop("maintained_after")
    )
