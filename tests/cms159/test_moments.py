"""Dates as CQL compares them."""

from datetime import date

import pytest

from pipelines.cms159.moments import (
    UNKNOWN,
    Span,
    day_not_after,
    days_after,
    just_before,
    months_after,
    not_after,
    on,
    overlap,
    parsed,
)


@pytest.mark.parametrize(
    ("first", "second", "by_instant", "by_day"),
    [
        ("2024-02-25", "2024-02-25", True, True),
        ("2024-02-24", "2024-02-25T00:00:00Z", True, True),
        ("2024-02-25", "2024-02-25T23:00:00Z", False, True),
        ("2024-02-25T01:00:00Z", "2024-02-25", False, True),
        ("2024-02-25T01:00:00+02:00", "2024-02-24T23:00:00Z", True, False),
        ("2024-02-24T23:00:00.001Z", "2024-02-25T01:00:00+02:00", False, True),
        ("2024-02", "2024-02-29", False, False),
        ("2024-01", "2024-02-29", True, True),
        ("2023", "2024", True, True),
        ("2024-02-26", "2024-02-25", False, False),
    ],
)
def test_instants_are_compared_where_both_have_a_time_and_days_as_they_are_written(
    first: str, second: str, by_instant: bool, by_day: bool
) -> None:
    assert not_after(parsed(first), parsed(second)) is by_instant
    assert day_not_after(parsed(first), parsed(second)) is by_day


def test_what_is_unknown_is_neither_before_nor_after() -> None:
    day = on(date(2024, 1, 1))
    assert not any([not_after(UNKNOWN, day), not_after(day, UNKNOWN), not_after(UNKNOWN, UNKNOWN)])
    assert not overlap(Span(UNKNOWN, day), Span(day, day))


@pytest.mark.parametrize(
    "text",
    ["", "2024-13-01", "2024-02-30", "24-01-01", "2024-01-01T25:00:00Z",
     "0000-01-01", "2024-01-01 10:00", "2024-1-1", None, 2024],
)  # fmt: skip
def test_what_is_no_date_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match=r"."):
        parsed(text)


def test_a_time_without_an_offset_is_utc_and_fractions_may_be_long() -> None:
    assert parsed("2024-01-01T10:00:00") == parsed("2024-01-01T10:00:00Z")
    assert not_after(parsed("2024-01-01T10:00:00.123456789Z"), parsed("2024-01-01T10:00:01Z"))


def test_months_end_on_their_last_day() -> None:
    assert months_after(date(2024, 2, 29), 12) == date(2025, 2, 28)
    assert months_after(date(2025, 1, 1), -14) == date(2023, 11, 1)
    assert months_after(date(2024, 8, 31), 1) == date(2024, 9, 30)


def test_an_open_end_is_the_millisecond_or_the_day_before() -> None:
    assert just_before(parsed("2024-03-01")) == parsed("2024-02-29")
    assert just_before(parsed("2024-03-01T00:00:00+01:00")).day == date(2024, 2, 29)
    assert days_after(parsed("2024-03"), 1) == UNKNOWN


def test_the_first_and_last_days_of_the_calendar_are_dates() -> None:
    first, last = parsed("0001-01-01T00:00:00Z"), parsed("9999-12-31")
    assert days_after(first, -7) == just_before(first) == on(date.min)
    assert days_after(last, 1) == last
    assert months_after(date.max, 12) == date.max
