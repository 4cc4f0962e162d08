"""Response by infusion number: how many infusions it takes until a first response, or until the end."""

from dataclasses import dataclass

import polars as pl

from pipelines.definitions import Definitions
from pipelines.estimates.competing import cumulative_incidence
from pipelines.estimates.followed import ELIGIBILITY, Followed
from pipelines.estimates.levels import counts, groups, keyed, levels
from pipelines.estimates.refusals import Grouped, Refusal, refused
from pipelines.estimates.result import Provenance, Question

FATES = (*ELIGIBILITY, "never_scored", "responded", "stopped", "ongoing")
WAYS = ("responded", "stopped")
SCHEMA = {name: pl.Int64() for name in ("infusion", "at_risk", "ongoing", *WAYS)} | {
    f"{name}_{part}": pl.Float64() for name in (*WAYS, "still") for part in ("share", "low", "high")
}


@dataclass(frozen=True)
class InfusionNumbers(Grouped):
    """First response by number of infusions.

    `levels`: by infusion, at_risk (courses that had it without an earlier response), how many then
    responded, stopped or are ongoing, and the cumulative shares responded, stopped and still
    without response, each with its interval. `summary`: courses by fate, started, counted,
    patients. `courses` have fate and infusion.
    """


def response_by_infusion(
    followed: Followed, question: Question, definitions: Definitions, provenance: Provenance
) -> InfusionNumbers:
    """Return the share that has responded after each infusion, with stopping as competing event.

    A first response counts for the last infusion before its score; stopped is a course that ended
    without one, at its last infusion; a course that may go on leaves the count at its last one so
    far. Scores later than course_gap_days after an infusion no longer belong to it. Courses that
    were never scored are counted apart: of them nothing is known. Who stops may be who does not
    respond, so this says what happened, and not what further infusions would do.
    """
    courses = _by_fate(followed, definitions)
    frames, summaries, refusals = [], [], []
    for by, rows in levels(courses, question, definitions):
        told: list[Refusal] = []
        found = [keyed(pl.DataFrame(schema=SCHEMA), dict.fromkeys(by), rows)]
        for key, group in groups(rows, by):
            reason = _no_curve(group)
            told += [Refusal(key, "curve", reason)] if reason else []
            if reason in (None, "no_events"):
                found.append(keyed(_curve(group), key, rows))
        frames.append(pl.concat(found))
        summaries.append(_summary(rows, by))
        refusals.append(refused(told, by, rows, definitions))
    return InfusionNumbers(
        question, tuple(frames), tuple(summaries), tuple(refusals), courses, definitions, provenance
    )


def _by_fate(followed: Followed, definitions: Definitions) -> pl.DataFrame:
    """Return every course with its fate and the infusion at which it came."""
    near = followed.scores.filter(
        pl.col("days_after_infusion") <= definitions.setting("course_gap_days")
    )
    scored = near.group_by("course_key").agg(
        responded_at=pl.col("infusions_before").filter("responds").min().cast(pl.Int64)
    )
    fate = (
        pl.when(pl.col("eligibility") != "eligible")
        .then("eligibility")
        .when(pl.col("is_scored").is_null())
        .then(pl.lit("never_scored"))
        .when(pl.col("responded_at").is_not_null())
        .then(pl.lit("responded"))
        .when("ended")
        .then(pl.lit("stopped"))
        .otherwise(pl.lit("ongoing"))
    )
    joined = followed.courses.join(
        scored.with_columns(is_scored=True), on="course_key", how="left"
    ).with_columns(fate=fate)
    at = pl.when(pl.col("fate") == "responded").then("responded_at").otherwise("infusions")
    counted = pl.col("fate").is_in(["responded", "stopped", "ongoing"])
    return joined.with_columns(infusion=pl.when(counted).then(at)).drop("is_scored", "responded_at")


def _no_curve(rows: pl.DataFrame) -> str | None:
    """Return why there is no curve, or that it stays at 0; None where there is one."""
    fates = rows["fate"]
    counted = rows.filter(pl.col("infusion").is_not_null())
    asked = {
        "no_courses": rows.height,
        "no_baseline": int((~fates.is_in(ELIGIBILITY)).sum()),
        "no_scores": counted.height,
        "one_patient": counted["patient_key"].n_unique() - 1,
        "no_events": int(fates.is_in(WAYS).sum()),
    }
    return next((reason for reason, number in asked.items() if number <= 0), None)


def _curve(rows: pl.DataFrame) -> pl.DataFrame:
    ended = rows.filter(pl.col("infusion").is_not_null()).select(
        "patient_key", time="infusion", way=pl.col("fate").replace("ongoing", "censored")
    )
    found = cumulative_incidence(ended, WAYS).filter(pl.col("time") > 0)
    return found.rename({"time": "infusion", "censored": "ongoing"}).select(list(SCHEMA))


def _summary(rows: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    counted = counts(rows, by, "fate", FATES).with_columns(started=pl.sum_horizontal(FATES))
    known = counted.with_columns(counted=pl.sum_horizontal("responded", "stopped", "ongoing"))
    within = rows.filter(pl.col("infusion").is_not_null())
    if not by:
        people = pl.lit(within["patient_key"].n_unique(), pl.Int64)
        return known.with_columns(patients=people)
    people_by = within.group_by(by).agg(patients=pl.col("patient_key").n_unique().cast(pl.Int64))
    joined = known.join(people_by, on=by, how="left", nulls_equal=True, maintain_order="left")
    return joined.with_columns(pl.col("patients").fill_null(0))
