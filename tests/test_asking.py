"""What may be asked of a practice: wrong questions are refused in a line."""

from collections.abc import Callable
from datetime import date

import pytest

from pipelines import InputError, Practice
from tests.drawn import Built

Asks = Callable[[Practice], object]


@pytest.fixture
def practice(warehouse: Callable[..., Built]) -> Practice:
    return warehouse(through=200, infusions="patient | day | category\n1 | 0 | tmj").practice


@pytest.mark.parametrize(
    ("asks", "message"),
    [
        (lambda it: it.response(by="sex"), "by: 'sex' is one text; expected a list, as ['sex']"),
        (lambda it: it.response(where={"clinic_key": "a"}), "clinic_key: 'a' is one text; expected a list, as ['a']"),
        (lambda it: it.response(start_from="2025-01"), "start_from: '2025-01' is no date; expected a datetime.date"),
        (lambda it: it.response(start_from=date(2025, 5, 1), start_to=date(2025, 1, 1)),
         "period: it ends in 2025-01, before it begins in 2025-05"),
        (lambda it: it.comparison(by=[]), "group: none is named; expected one or more, as clinic_key"),
        (lambda it: it.condition("tmj", where={"category": ["headache"]}),
         "filter: category is headache, but tmj is asked about"),
        (lambda it: it.flow(where={"category": ["tmj"]}),
         "filter: 'category' is not known; expected one of clinic_key, sex, age_band, region"),
        (lambda it: it.trend(rules="nelson"), "rules: 'nelson' is not known; expected one of anhoej, nhs, nhs_excel"),
    ],
)  # fmt: skip
def test_a_wrong_question_is_refused_in_a_line(
    practice: Practice, asks: Asks, message: str
) -> None:
    with pytest.raises(InputError) as caught:
        asks(practice)
    assert caught.value.messages == (message,)
