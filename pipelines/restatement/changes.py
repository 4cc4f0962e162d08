"""Courses that two builds count otherwise in the headline, each with its one reason."""

from datetime import date

import polars as pl

ASSESSED = ("responded", "not_responded")
DUE = ("not_assessed", *ASSESSED)
UNIT = ["patient_key", "category"]
CELL = ["category", "start_month"]
CHANGES = pl.Schema(
    {
        "patient_key": pl.String, "category": pl.String,
        "month_before": pl.Date, "status_before": pl.String,
        "month_after": pl.Date, "status_after": pl.String, "reason": pl.String,
    }
)  # fmt: skip
BESIDE = pl.Schema(
    {
        "patient_key": pl.String, "category": pl.String, "subtype": pl.String,
        "month_before": pl.Date, "status_before": pl.String,
        "month_after": pl.Date, "status_after": pl.String,
    }
)  # fmt: skip
PUBLISHED = pl.Schema(
    {
        "category": pl.String, "start_month": pl.Date,
        "due": pl.Int64, "assessed": pl.Int64, "responded": pl.Int64,
    }
)  # fmt: skip


def published(courses: pl.DataFrame) -> pl.DataFrame:
    """Return category, start_month, due, assessed, responded: what the headline rates are made of.

    `courses` are the rows of headline_courses.sql; only first courses of headline categories count.
    """
    due = _first_courses(courses).filter(pl.col("status").is_in(DUE))
    counts = due.group_by(CELL).agg(
        due=pl.len(),
        assessed=pl.col("status").is_in(ASSESSED).sum(),
        responded=(pl.col("status") == "responded").sum(),
    )
    return counts.select(pl.col(name).cast(kind) for name, kind in PUBLISHED.items()).sort(CELL)


def changes(
    before: pl.DataFrame, after: pl.DataFrame, through: date | None, reason: str | None = None
) -> pl.DataFrame:
    """Return one row per patient and category whose first course adds something else to a rate.

    `before` and `after` are the rows of headline_courses.sql in two builds, `through` the last day
    of the records before. `status_before` and `month_before` are null where the course was not due
    then, and likewise after. The reason is the first that holds, in the order of
    restatement_reasons.csv: see `_reasons`; or for every row the one that is given.
    """
    both = _first_courses(before).join(
        _first_courses(after), on=UNIT, how="full", coalesce=True, suffix="_after"
    )
    both = _beside(both, after, "first_infusion", "moved_out")
    both = _beside(both, before, "first_infusion_after", "moved_in")
    both = both.with_columns(
        counted=_counted("status"), counted_after=_counted("status_after")
    ).with_columns(
        month=pl.when(pl.col("counted").is_not_null()).then("start_month"),
        month_after=pl.when(pl.col("counted_after").is_not_null()).then("start_month_after"),
    )
    moved = _differ("counted") | _differ("month")
    named = pl.lit(reason) if reason else _reasons(through)
    found = both.filter(moved).select(
        *UNIT,
        month_before="month", status_before="counted",
        month_after="month_after", status_after="counted_after", reason=named,
    )  # fmt: skip
    return found.cast(CHANGES).sort(UNIT)


def beside(before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    """Return first courses of headline categories as two ways of counting the same records have them.

    `before` and `after` are rows of headline_courses.sql. One row per patient and category with
    subtype null, and one per patient, category and subtype. Month and status are null on the side
    that has no such course.
    """
    unit = [*UNIT, "subtype"]
    both = _by_group(before).join(
        _by_group(after), on=unit, how="full", coalesce=True, nulls_equal=True, suffix="_after"
    )
    named = both.rename({"start_month": "month_before", "status": "status_before",
                         "start_month_after": "month_after"})  # fmt: skip
    return named.select(BESIDE.names()).cast(BESIDE).sort(unit)


def _by_group(courses: pl.DataFrame) -> pl.DataFrame:
    """Return first courses twice: as of their category, and those with a subtype as of it too."""
    first = _first_courses(courses).select(*UNIT, "subtype", "start_month", "status")
    whole = first.with_columns(subtype=pl.lit(None, pl.String))
    return pl.concat([whole, first.filter(pl.col("subtype").is_not_null())])


def _first_courses(courses: pl.DataFrame) -> pl.DataFrame:
    return courses.filter("headline", "is_first_course").with_columns(there=pl.lit(True))


def _counted(column: str) -> pl.Expr:
    return pl.when(pl.col(column).is_in(DUE)).then(pl.col(column))


def _differ(column: str) -> pl.Expr:
    return pl.col(column).ne_missing(pl.col(f"{column}_after"))


def _gone(column: str) -> pl.Expr:
    return pl.col(column).is_not_null() & pl.col(f"{column}_after").is_null()


def _beside(units: pl.DataFrame, others: pl.DataFrame, day: str, name: str) -> pl.DataFrame:
    """Add `name`: whether the other build has the course that began on `day` in another category."""
    on = ["patient_key", day]
    starts = others.rename({"first_infusion": day})
    anywhere = starts.select(on).unique().with_columns(anywhere=pl.lit(True))
    here = starts.select(*on, "category").unique().with_columns(here=pl.lit(True))
    joined = units.join(anywhere, on=on, how="left").join(here, on=[*on, "category"], how="left")
    elsewhere = pl.col("anywhere").fill_null(False) & pl.col("here").is_null()
    return joined.with_columns(elsewhere.alias(name)).drop("anywhere", "here")


def _reasons(through: date | None) -> pl.Expr:
    """Return the reason of a row: what explains most stands first.

    A window that closed after the last day of the old records is growth, whatever else changed.
    Then what a course is (its condition, whether it is there, its days), then the days that the
    records span, then its baseline, then its end score.
    """
    old, new = pl.col("status"), pl.col("status_after")
    due, due_after = pl.col("counted").is_not_null(), pl.col("counted_after").is_not_null()
    both = pl.col("there") & pl.col("there_after")
    same_day = both & ~_differ("first_infusion")
    later = pl.col("baseline").is_null() & pl.col("baseline_after").is_not_null()
    preferred = pl.col("preference_after") < pl.col("preference")
    another = _differ("final_day") & ~_differ("instrument")
    reassessed = due & another & new.is_in(ASSESSED)
    ordered = {
        "newly_due": ~due & due_after & (pl.col("due_day_after") > pl.lit(through, pl.Date)),
        "diagnosis_corrected": pl.col("moved_in")
        | pl.col("moved_out")
        | (same_day & _differ("subtype")),
        "new_course": pl.col("there").is_null(),
        "course_gone": pl.col("there_after").is_null(),
        "dates_changed": _differ("first_infusion") | _differ("last_induction"),
        "data_start_moved": (old == "started_before_data") | (new == "started_before_data"),
        "no_longer_due": new == "not_yet_due",
        "late_baseline": later | preferred,
        "late_score": (old == "not_assessed") & new.is_in(ASSESSED) | reassessed,
        "score_gone": _gone("baseline") | _gone("final"),
    }
    named = [pl.when(holds).then(pl.lit(code)) for code, holds in ordered.items()]
    return pl.coalesce(*named, pl.lit("score_corrected"))
