"""Courses by the period in which they began: which periods count, and how wide they must be."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from pipelines.definitions import Definitions

WIDTHS: Mapping[str, int] = {"month": 1, "quarter": 3, "half_year": 6}


@dataclass(frozen=True)
class Periods:
    """Courses by period.

    `frame` has one row per period from the first to the last start: place (0 first), first_month,
    due, assessed, responded, not_yet_due, why_out. `why_out` is null where the period counts for the
    rate, else the reason: nobody, not_yet_due (some are not due yet), follow_up (too few of those due
    were assessed). `width` is a key of WIDTHS. `months` are the same courses by month, with the
    why_out of the period in which the month lies.
    """

    frame: pl.DataFrame
    months: pl.DataFrame
    width: str


def periods(courses: pl.DataFrame, definitions: Definitions) -> Periods:
    """Return courses by month of their start, or by quarter or half-year where months hold too few.

    `courses` has start_month and status, one row per course of one measure and window. Periods are
    as narrow as leaves most of those that are due enough assessed courses; where not even half-years
    do, they stay half-years. Courses without a month are left out.
    """
    dated = courses.filter(pl.col("start_month").is_not_null())
    least = definitions.setting("trend_point_assessed")
    for width in WIDTHS:
        frame = _by(dated, width, definitions)
        median = frame.filter(pl.col("why_out").is_null())["assessed"].median()
        if isinstance(median, float) and median >= least:
            break
    by_month = _by(dated, "month", definitions).drop("why_out")
    outer = frame.select(start_of("first_month", width).alias("period"), "why_out")
    months = by_month.with_columns(period=start_of("first_month", width)).join(
        outer, on="period", how="left", maintain_order="left"
    )
    return Periods(frame, months.drop("period"), width)


def counted_periods(counted: pl.DataFrame, width: str, definitions: Definitions) -> Periods:
    """Return periods that are counted already, every course of them due.

    `counted` has first_month, due, assessed and responded. Where it is not by month, its months are
    these periods, all kept out: effects are told by month only.
    """
    whole = every_period(counted["first_month"].to_list(), WIDTHS[width])
    frame = (
        whole.join(counted, on="first_month", how="left", maintain_order="left")
        .with_columns(
            pl.col("due", "assessed", "responded").fill_null(0), not_yet_due=pl.lit(0, pl.Int64)
        )
        .with_row_index("place")
        .with_columns(pl.col("place").cast(pl.Int64), why_out=_why_out(definitions))
    )
    months = frame if width == "month" else frame.with_columns(why_out=pl.lit("not_by_month"))
    return Periods(frame, months, width)


def as_points(counted: pl.DataFrame, width: str, through: date | None) -> pl.DataFrame:
    """Return counts by period as points of a control chart, also of periods without any.

    `counted` has first_month, numerator, denominator and may have open (Boolean: not all of it can be
    known yet). A period is kept out that is not over on the last day of the data, is open, or empty.
    """
    months = WIDTHS[width]
    whole = every_period(counted["first_month"].to_list(), months)
    over = pl.col("first_month").dt.offset_by(f"{months}mo")
    unfinished = over > pl.lit(through, pl.Date).dt.offset_by("1d")
    open_ = pl.col("open").fill_null(False) if "open" in counted.columns else pl.lit(False)
    return (
        whole.join(counted, on="first_month", how="left", maintain_order="left")
        .with_columns(pl.col("numerator", "denominator").fill_null(0))
        .with_row_index("place")
        .with_columns(
            why_out=pl.when(unfinished)
            .then(pl.lit("unfinished"))
            .when(open_)
            .then(pl.lit("not_yet_due"))
            .when(pl.col("denominator") == 0)
            .then(pl.lit("nobody"))
        )
    )


def start_of(column: str, width: str) -> pl.Expr:
    """Return the first day of the period in which a day lies."""
    return pl.col(column).dt.truncate(f"{WIDTHS[width]}mo")


def _by(dated: pl.DataFrame, width: str, definitions: Definitions) -> pl.DataFrame:
    def status(*codes: str) -> pl.Expr:
        return pl.col("status").is_in(list(codes)).sum().cast(pl.Int64)

    counted = dated.group_by(first_month=start_of("start_month", width)).agg(
        due=status("responded", "not_responded", "not_assessed"),
        assessed=status("responded", "not_responded"),
        responded=status("responded"),
        not_yet_due=status("not_yet_due"),
    )
    whole = every_period(counted["first_month"].to_list(), WIDTHS[width])
    return (
        whole.join(counted, on="first_month", how="left", maintain_order="left")
        .with_columns(pl.col("due", "assessed", "responded", "not_yet_due").fill_null(0))
        .with_row_index("place")
        .with_columns(pl.col("place").cast(pl.Int64), why_out=_why_out(definitions))
    )


def every_period(found: list[date], months: int) -> pl.DataFrame:
    """Return every period from the first to the last, also those in which no course began."""
    if not found:
        return pl.DataFrame(schema={"first_month": pl.Date})
    days = pl.date_range(min(found), max(found), interval=f"{months}mo", eager=True)
    return pl.DataFrame({"first_month": days})


def _why_out(definitions: Definitions) -> pl.Expr:
    least = definitions.setting("follow_up_min_percent")
    return (
        pl.when(pl.col("not_yet_due") > 0)
        .then(pl.lit("not_yet_due"))
        .when(pl.col("due") == 0)
        .then(pl.lit("nobody"))
        .when(100 * pl.col("assessed") < least * pl.col("due"))
        .then(pl.lit("follow_up"))
    )
