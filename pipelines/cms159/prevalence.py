"""When a condition held, from its onset to its abatement, as the official library reckons it."""

from pipelines.cms159.kinds import Condition, Evidence
from pipelines.cms159.moments import (
    MAXIMUM,
    MINIMUM,
    UNKNOWN,
    Moment,
    Span,
    days_after,
    just_before,
    months_after,
    on,
)
from pipelines.cms159.resources import Age

MONTHS = {"a": 12, "year": 12, "years": 12, "mo": 1, "month": 1, "months": 1}
DAYS = {"wk": 7, "week": 7, "weeks": 7, "d": 1, "day": 1, "days": 1}


def span(evidence: Evidence, birth: Moment | None) -> Span:
    """Return when something was; `birth` is needed for conditions told by age."""
    return prevalence(evidence, birth) if isinstance(evidence, Condition) else evidence.span


def prevalence(condition: Condition, birth: Moment | None) -> Span:
    """Return the prevalence interval of an active condition.

    Without an onset it reaches back without limit, without an abatement it goes on. An age counts
    from the birthday to the day before the next. Source: QICoreCommon v4.0.000, prevalenceInterval.
    """
    return Span(_onset(condition, birth), _abatement(condition, birth))


def _onset(condition: Condition, birth: Moment | None) -> Moment:
    if condition.onset_date_time:
        return condition.onset_date_time
    if condition.onset_period:
        return condition.onset_period.start or MINIMUM
    age = condition.onset_age or (condition.onset_range and condition.onset_range.low)
    return at_age(birth, age) if age else MINIMUM


def _abatement(condition: Condition, birth: Moment | None) -> Moment:
    if condition.abatement_date_time:
        return condition.abatement_date_time
    if condition.abatement_period:
        end = condition.abatement_period.end
        return just_before(end) if end else MAXIMUM
    age = condition.abatement_age or (condition.abatement_range and condition.abatement_range.high)
    if not age:
        return MAXIMUM
    birthday = at_age(birth, age)
    return just_before(on(months_after(birthday.day, 12))) if birthday.day else UNKNOWN


def at_age(birth: Moment | None, age: Age) -> Moment:
    """Return the day on which a patient reached an age; unknown without a day of birth."""
    unit = age.code or age.unit or ""
    if birth is None or birth.day is None or age.value is None:
        return UNKNOWN
    if unit in MONTHS:
        return on(months_after(birth.day, int(age.value) * MONTHS[unit]))
    return days_after(birth, int(age.value) * DAYS[unit]) if unit in DAYS else UNKNOWN
