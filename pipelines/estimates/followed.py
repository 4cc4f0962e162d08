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
    responded_day: day of the first score that meets the headline measure; the other days of those
    in response count from there. held: to the last score in response before the loss; lost_by: to
    the score that shows the loss, null of those not lost, so that it came after one and by the
    other. held_at_once and lost_at_once_by: the same if the first lost score counted without
    another one to confirm it. infusions_given: before held, at most benefit_weeks after the first
    response; infusions_at_once: before held_at_once. infused_after: to the first infusion outside
    the induction, or to the next course, if the last score before it was in response and scores
    went on; lost_first: to the loss, or to the lost score after which an infusion came before any
    other score could confirm it, null where infused_after came first or neither; followed: to the
    last score.
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
    spelled = courses.with_columns(fate=_fate()).with_columns(
        followed=_in_response(pl.col("last_day")),
        lost_by=_in_response(pl.col("lost_day")),
        lost_at_once_by=_in_response(pl.col("lost_at_once_day")),
    )
    for suffix in ("", "_at_once"):
        spelled = spelled.join(
            _held(followed.scores, spelled, f"lost{suffix}_day", f"held{suffix}"),
            on="course_key", how="left",
        )  # fmt: skip
    given = _with_infusions(spelled, followed, definitions)
    return given.drop("new_course", "confirm_last_day", "doubted_day", "confirmed_day")


def _in_response(day: pl.Expr) -> pl.Expr:
    """Return days from the first response on, of the courses that are followed in response."""
    followed = pl.col("fate").is_in(["lost", "censored"])
    return pl.when(followed).then(day - pl.col("responded_day"))


def _held(scores: pl.DataFrame, courses: pl.DataFrame, lost: str, name: str) -> pl.DataFrame:
    """Return days to the last score that shows the response, before the day of loss if there is one."""
    own = courses.filter(pl.col("followed").is_not_null())
    own = own.select("course_key", "responded_day", before=lost)
    day = pl.col("day")
    kept = scores.join(own, on="course_key").filter(
        ~pl.col("is_lost").fill_null(False),
        day >= pl.col("responded_day"),
        pl.col("before").is_null() | (day < pl.col("before")),
    )
    return kept.group_by("course_key").agg((day - pl.col("responded_day")).max().alias(name))


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
    courses: pl.DataFrame, followed: Followed, definitions: Definitions
) -> pl.DataFrame:
    """Add infusions given, and what came first; a score of an infusion day comes before the infusion."""
    horizon = 7 * definitions.setting("benefit_weeks")
    own = courses.filter(pl.col("followed").is_not_null())
    given = followed.infusions.join(
        own.select("course_key", "responded_day", "held", "held_at_once"), on="course_key"
    ).with_columns(after=pl.col("day") - pl.col("responded_day"))

    def before(name: str) -> pl.Expr:
        return (pl.col("after") < pl.min_horizontal(name, pl.lit(horizon))).sum()

    counted = given.group_by("course_key").agg(
        infusions_given=before("held"), infusions_at_once=before("held_at_once")
    )
    maintained = given.filter(~pl.col("in_induction") & (pl.col("after") >= 0)).select(
        "course_key", day="day"
    )
    following = own.select("course_key", day="next_course_day").drop_nulls()
    infused = (
        pl.concat([maintained, following]).group_by("course_key").agg(infused_day=pl.min("day"))
    )
    first = own.join(infused, on="course_key", how="left").join(
        _score_before(followed.scores, infused), on="course_key", how="left"
    )
    return courses.join(counted, on="course_key", how="left").join(
        _came_first(first), on="course_key", how="left"
    )


def _score_before(scores: pl.DataFrame, infused: pl.DataFrame) -> pl.DataFrame:
    """Return the last score up to the day of an infusion: its day, and whether it is a lost one."""
    kept = scores.join(infused, on="course_key").filter(pl.col("day") <= pl.col("infused_day"))
    last = kept.sort("course_key", "day").group_by("course_key", maintain_order=True).last()
    return last.select("course_key", score_day="day", score_lost=pl.col("is_lost").fill_null(False))


def _came_first(courses: pl.DataFrame) -> pl.DataFrame:
    """Return days to an infusion in response or to the loss, whichever came first."""
    infused = pl.col("infused_day") - pl.col("responded_day")
    lost = pl.col("lost_by")
    seen = pl.min_horizontal("followed", lost - 1)
    counts = (infused >= 0) & (infused <= seen)
    doubted = counts & pl.col("score_lost")
    loss = pl.when(doubted).then(pl.col("score_day") - pl.col("responded_day"))
    held = counts & ~pl.col("score_lost")
    return courses.select(
        "course_key",
        infused_after=pl.when(held).then(infused),
        lost_first=pl.when(~held.fill_null(False)).then(pl.min_horizontal(loss, lost)),
    )
