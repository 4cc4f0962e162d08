"""Early improvement: of those who hardly improve by an early infusion, how many respond in the end."""

from dataclasses import dataclass

import polars as pl

from pipelines.definitions import Definitions
from pipelines.estimates.followed import ELIGIBILITY, Followed
from pipelines.estimates.levels import counts, groups, levels
from pipelines.estimates.refusals import Grouped, Refusal, refused
from pipelines.estimates.result import Provenance, Question
from pipelines.estimates.shares import with_shares
from pipelines.estimates.still_responding import BANDS

EARLY = (*ELIGIBILITY, "too_few_infusions", "no_early_score", "hardly_improved", "improved")
JUDGED = ("hardly_improved", "improved")


@dataclass(frozen=True)
class Futility(Grouped):
    """Response in a window by early improvement.

    `levels`: by early {hardly_improved, improved}, courses (all), the statuses in the window, due,
    assessed and the shares of `response`. `summary`: started and courses by early, with those that
    could not be judged.
    """


def futility(
    followed: Followed, question: Question, definitions: Definitions, provenance: Provenance
) -> Futility:
    """Return how many respond in the question's window, of those improved early and those not.

    Early improvement is judged by the last score after infusion early_infusion, or the one before
    it, and before the next one, that comes before the window opens; hardly_improved fell by less
    than early_min_fall_percent. Courses that are not comparable (judged there by another
    instrument) count as due and not assessed. A share of nobody is null.
    """
    courses = _judged(followed, question.window, definitions)
    frames, summaries, refusals = [], [], []
    for by, rows in levels(courses, question, definitions):
        told = rows.filter(pl.col("early").is_in(JUDGED))
        frame = _level(told, by, question, definitions)
        frames.append(frame)
        summary = counts(rows, by, "early", EARLY)
        summaries.append(summary.with_columns(started=pl.sum_horizontal(EARLY)))
        refusals.append(refused(_refusals(rows, frame, by), by, rows, definitions))
    return Futility(
        question, tuple(frames), tuple(summaries), tuple(refusals), courses, definitions, provenance
    )


def _judged(followed: Followed, window: str, definitions: Definitions) -> pl.DataFrame:
    """Return every course with `early` and its `status` in the window."""
    infusion = definitions.setting("early_infusion")
    outcome = followed.windows.filter(pl.col("window") == window).select(
        "course_key", "first_day", "status", then_instrument="instrument"
    )
    early = (
        followed.scores.filter(pl.col("infusions_before").is_between(infusion - 1, infusion))
        .join(outcome, on="course_key")
        .filter(pl.col("day") < pl.col("first_day"))
        .sort("course_key", "day")
        .group_by("course_key")
        .agg(pl.col("improved_early").last())
    )
    joined = followed.courses.join(outcome, on="course_key", how="left")
    return joined.join(early, on="course_key", how="left").with_columns(
        early=_early(infusion), status=_status()
    )


def _early(infusion: int) -> pl.Expr:
    return (
        pl.when(pl.col("eligibility") != "eligible")
        .then("eligibility")
        .when(pl.col("infusions") < infusion - 1)
        .then(pl.lit("too_few_infusions"))
        .when(pl.col("improved_early").is_null())
        .then(pl.lit("no_early_score"))
        .when("improved_early")
        .then(pl.lit("improved"))
        .otherwise(pl.lit("hardly_improved"))
    )


def _status() -> pl.Expr:
    another = pl.col("then_instrument").ne_missing(pl.col("instrument"))
    told = pl.col("status").is_in(BANDS).fill_null(False)
    open_ = (pl.col("status") == "not_yet_due").fill_null(False)
    return pl.when(~open_ & (another | ~told)).then(pl.lit("not_comparable")).otherwise("status")


def _level(
    rows: pl.DataFrame, by: list[str], question: Question, definitions: Definitions
) -> pl.DataFrame:
    split = [*by, "early"]
    counted = counts(rows, split, "status", BANDS).with_columns(
        courses=pl.sum_horizontal(BANDS), assessed=pl.col("responded") + pl.col("not_responded")
    )
    due = counted.with_columns(due=pl.col("courses") - pl.col("not_yet_due"))
    unknown = pl.col("not_assessed") + pl.col("not_comparable")
    shared = with_shares(due.with_columns(not_assessed=unknown), rows, split, question, definitions)
    return shared.with_columns(due["not_assessed"])


def _refusals(rows: pl.DataFrame, frame: pl.DataFrame, by: list[str]) -> list[Refusal]:
    told = [
        Refusal({name: row[name] for name in by}, row["early"], "nobody_assessed")
        for row in frame.filter(pl.col("assessed") == 0).iter_rows(named=True)
    ]
    for key, group in groups(rows, by):
        asked = {
            "no_courses": group.height,
            "no_baseline": int((~group["early"].is_in(ELIGIBILITY)).sum()),
            "no_early_score": int(group["early"].is_in(JUDGED).sum()),
        }
        reason = next((reason for reason, number in asked.items() if not number), None)
        told += [Refusal(key, "both", reason)] if reason else []
    return told
