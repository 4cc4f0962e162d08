"""The latest year against the one before, on drawn courses."""

from datetime import date

import polars as pl
import pytest

from pipelines.definitions import Definitions
from pipelines.estimates.result import Question
from pipelines.estimates.years import years


def courses(*groups: tuple[date | None, str, int]) -> pl.DataFrame:
    rows = [(month, status) for month, status, count in groups for _ in range(count)]
    frame = pl.DataFrame(rows, schema={"start_month": pl.Date, "status": pl.String}, orient="row")
    return frame.with_columns(patient_key=pl.int_range(pl.len()).cast(pl.String))


def test_years_end_at_the_last_month_with_a_due_course(definitions: Definitions) -> None:
    found = years(
        courses(
            (date(2026, 5, 1), "not_yet_due", 9),
            (date(2026, 3, 1), "responded", 56),
            (date(2025, 4, 1), "not_responded", 14),
            (date(2025, 3, 1), "responded", 48),
            (date(2024, 4, 1), "not_responded", 32),
            (date(2024, 3, 1), "responded", 40),
        ),
        Question(),
        definitions,
    )
    assert found is not None
    assert (found.latest.first, found.latest.last) == (date(2025, 4, 1), date(2026, 3, 1))
    assert (found.before.first, found.before.last) == (date(2024, 4, 1), date(2025, 3, 1))
    assert (found.latest.row["due"], found.before.row["due"]) == (70, 80)
    # 56 of 70 less 48 of 80: case a of table II of Newcombe 1998.
    limits = found.difference.low, found.difference.high
    assert limits == pytest.approx((0.0524, 0.3339), abs=5e-5)


def test_without_months_or_a_year_before_there_are_no_two_years(definitions: Definitions) -> None:
    assert years(courses((None, "responded", 20)), Question(), definitions) is None
    alone = courses((date(2026, 3, 1), "responded", 20), (date(2025, 3, 1), "not_yet_due", 20))
    assert years(alone, Question(), definitions) is None


def test_a_year_without_follow_up_is_not_compared(definitions: Definitions) -> None:
    found = years(
        courses((date(2026, 3, 1), "responded", 20), (date(2025, 3, 1), "not_assessed", 20)),
        Question(),
        definitions,
    )
    assert found is not None
    assert found.difference.refused == "nobody_assessed"
