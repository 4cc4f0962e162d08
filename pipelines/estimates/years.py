"""Response of the latest year in which courses began against the year before."""

from dataclasses import dataclass
from datetime import date

import polars as pl

from pipelines.definitions import Definitions
from pipelines.estimates.difference import Difference, Row, between
from pipelines.estimates.levels import counts
from pipelines.estimates.result import Question
from pipelines.estimates.shares import with_shares
from pipelines.estimates.weighting import DUE


@dataclass(frozen=True)
class Year:
    """Courses that began within a year: the first and last month in which any that is due did.

    `row` has counts and shares as in `response`.
    """

    first: date
    last: date
    row: Row


@dataclass(frozen=True)
class Years:
    """Two years of starts, and how much higher the rate of the latest is."""

    latest: Year
    before: Year
    difference: Difference


def years(courses: pl.DataFrame, question: Question, definitions: Definitions) -> Years | None:
    """Return response of the latest year of starts against the year before; see `two_years`.

    `courses` has one row per course of one measure and window. None where there are no two years.
    """
    halves = two_years(courses)
    if halves is None:
        return None
    before, latest = [_year(rows, question, definitions) for rows in halves]
    return Years(latest, before, between(latest.row, before.row))


def two_years(courses: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame] | None:
    """Return the due courses of the year before, and of the latest year of starts.

    That is the twelve months up to the last one with a due course. None without months (a study of
    relative days, a calendar slid by more) and where no course of the year before is due.
    """
    due = courses.filter(pl.col("status").is_in(DUE) & pl.col("start_month").is_not_null())
    last = due["start_month"].max()
    if not isinstance(last, date):
        return None
    latest = due.filter(pl.col("start_month").is_between(_months_before(last, 11), last))
    before = due.filter(
        pl.col("start_month").is_between(_months_before(last, 23), _months_before(last, 12))
    )
    return (before, latest) if before.height else None


def _year(rows: pl.DataFrame, question: Question, definitions: Definitions) -> Year:
    counted = counts(rows, [], "status", DUE).with_columns(
        due=pl.sum_horizontal(DUE), assessed=pl.col("responded") + pl.col("not_responded")
    )
    shared = with_shares(counted, rows, [], question, definitions)
    months = rows["start_month"].to_list()
    return Year(min(months), max(months), shared.row(0, named=True))


def _months_before(month: date, number: int) -> date:
    count = 12 * month.year + month.month - 1 - number
    return date(count // 12, count % 12 + 1, 1)
