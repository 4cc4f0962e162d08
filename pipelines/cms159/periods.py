"""The two periods of the measure: in which depression is identified, and in which it is assessed."""

from datetime import date

from pipelines.cms159.kinds import Observation
from pipelines.cms159.moments import Span, days_after, months_after, on, within_days
from pipelines.cms159.rules import Rules


def identification_period(rules: Rules, year: int) -> Span:
    """Return the days in which a depression encounter must end."""
    first = months_after(date(year, 1, 1), -rules.limits["identification_first_month"])
    after = months_after(date(year, 1, 1), -rules.limits["identification_last_month"])
    return Span(on(first), days_after(on(after), -1))


def assessment_period(rules: Rules, index: Observation) -> Span:
    """Return the days in which the last PHQ-9 decides: a year after the index, give or take."""
    day = index.span.start.day
    assert day, "an index assessment lies within days"
    middle = on(months_after(day, rules.limits["assessment_months"]))
    spread = rules.limits["assessment_days"]
    return Span(days_after(middle, -spread), days_after(middle, spread))


def ends_within(when: Span, period: Span) -> bool:
    """Return whether a span certainly ends on a written day of a period."""
    return within_days(Span(when.end, when.end), period)
