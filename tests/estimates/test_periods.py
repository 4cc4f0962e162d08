from datetime import date

import polars as pl

from pipelines.definitions import Definitions
from pipelines.estimates.periods import periods
from tests.drawn import drawn


def courses(text: str) -> pl.DataFrame:
    """Return courses drawn as month, status, number of them."""
    rows = drawn(text).with_columns(
        start_month=(pl.col("month") + "-01").str.to_date(), n=pl.col("n").cast(pl.Int64)
    )
    return rows.select(pl.exclude("n").repeat_by("n")).explode("start_month", "status", "month")


def test_each_month_is_counted_and_those_that_do_not_count_say_why(
    definitions: Definitions,
) -> None:
    found = periods(
        courses("""
            month   | status        | n
            2025-01 | responded     | 8
            2025-01 | not_responded | 6
            2025-01 | not_assessed  | 6
            2025-01 | below_floor   | 3
            2025-03 | responded     | 13
            2025-03 | not_assessed  | 6
            2025-04 | responded     | 14
            2025-04 | not_yet_due   | 1
        """),
        definitions,
    )
    assert found.width == "month"
    assert found.frame.rows() == [
        # 14 of 20 were assessed: 70 % is enough
        (0, date(2025, 1, 1), 20, 14, 8, 0, None),
        (1, date(2025, 2, 1), 0, 0, 0, 0, "nobody"),
        (2, date(2025, 3, 1), 19, 13, 13, 0, "follow_up"),
        (3, date(2025, 4, 1), 14, 14, 14, 1, "not_yet_due"),
    ]
    assert found.months.rows() == found.frame.rows()


def test_months_with_few_widen_to_quarters_and_keep_their_reason(definitions: Definitions) -> None:
    found = periods(
        courses("""
            month   | status       | n
            2025-02 | responded    | 6
            2025-03 | responded    | 6
            2025-04 | responded    | 9
            2025-06 | not_assessed | 9
        """),
        definitions,
    )
    assert found.width == "quarter"
    assert found.frame.select("first_month", "due", "assessed", "why_out").rows() == [
        (date(2025, 1, 1), 12, 12, None),
        (date(2025, 4, 1), 18, 9, "follow_up"),
    ]
    assert found.months.select("first_month", "assessed", "why_out").rows() == [
        (date(2025, 2, 1), 6, None),
        (date(2025, 3, 1), 6, None),
        (date(2025, 4, 1), 9, "follow_up"),
        (date(2025, 5, 1), 0, "follow_up"),
        (date(2025, 6, 1), 0, "follow_up"),
    ]


def test_where_quarters_hold_few_too_they_widen_to_half_years(definitions: Definitions) -> None:
    found = periods(
        courses("""
            month   | status    | n
            2025-02 | responded | 5
            2025-06 | responded | 8
            2025-12 | responded | 3
        """),
        definitions,
    )
    assert found.width == "half_year"
    assert found.frame.select("first_month", "assessed").rows() == [
        (date(2025, 1, 1), 13),
        (date(2025, 7, 1), 3),
    ]


def test_courses_without_months_give_no_periods(definitions: Definitions) -> None:
    frame = pl.DataFrame(
        {"start_month": [None], "status": ["responded"]},
        schema={"start_month": pl.Date, "status": pl.String},
    )
    assert periods(frame, definitions).frame.height == 0
