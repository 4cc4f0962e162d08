"""When a condition held."""

import pytest

from pipelines.cms159.kinds import Condition
from pipelines.cms159.moments import MAXIMUM, MINIMUM, UNKNOWN, Moment, parsed
from pipelines.cms159.prevalence import prevalence

BIRTH = parsed("1980-06-15")


@pytest.mark.parametrize(
    ("written", "start", "end"),
    [
        ({}, MINIMUM, MAXIMUM),
        ({"onsetDateTime": "2020-01-01"}, parsed("2020-01-01"), MAXIMUM),
        ({"onsetString": "as a child"}, MINIMUM, MAXIMUM),
        ({"onsetPeriod": {"start": "2020", "end": "2021"}}, parsed("2020"), MAXIMUM),
        ({"onsetPeriod": {"end": "2021"}}, MINIMUM, MAXIMUM),
        ({"onsetAge": {"value": 40, "code": "a"}}, parsed("2020-06-15"), MAXIMUM),
        ({"onsetAge": {"value": 6, "unit": "months"}}, parsed("1980-12-15"), MAXIMUM),
        ({"onsetAge": {"value": 10, "code": "d"}}, parsed("1980-06-25"), MAXIMUM),
        ({"onsetAge": {"value": 10, "code": "parsec"}}, UNKNOWN, MAXIMUM),
        ({"onsetRange": {"low": {"value": 10, "code": "a"}}}, parsed("1990-06-15"), MAXIMUM),
        ({"abatementDateTime": "2024-02-01"}, MINIMUM, parsed("2024-02-01")),
        ({"abatementPeriod": {"start": "2024-01-01", "end": "2024-02-01"}}, MINIMUM, parsed("2024-01-31")),
        ({"abatementPeriod": {"start": "2024-01-01"}}, MINIMUM, MAXIMUM),
        ({"abatementAge": {"value": 40, "code": "a"}}, MINIMUM, parsed("2021-06-14")),
        ({"abatementRange": {"high": {"value": 41, "code": "a"}}}, MINIMUM, parsed("2022-06-14")),
    ],
)  # fmt: skip
def test_a_condition_holds_from_onset_to_abatement(
    written: dict[str, object], start: Moment, end: Moment
) -> None:
    found = prevalence(Condition.model_validate(written), BIRTH)
    assert (found.start, found.end) == (start, end)


def test_an_age_without_a_day_of_birth_is_unknown() -> None:
    condition = Condition.model_validate({"onsetAge": {"value": 40, "code": "a"}})
    assert prevalence(condition, None).start == UNKNOWN
    assert prevalence(condition, parsed("1980")).start == UNKNOWN
