"""Which published figures may stand beside a rate."""

import pytest

from pipelines.definitions import load
from pipelines.estimates import Question
from pipelines.estimates.benchmarks import matching

DEFINITIONS = load()


def _comparable(question: Question) -> list[str]:
    return matching(DEFINITIONS, question).filter("comparable")["benchmark"].to_list()


@pytest.mark.parametrize("measure", ["response", "response_50"])
def test_the_same_scale_rule_and_days_are_comparable(measure: str) -> None:
    assert _comparable(Question(measure=measure)) == ["mcinnes_2022_response"]


def test_each_measure_has_its_own_figure() -> None:
    assert _comparable(Question(measure="remission")) == ["mcinnes_2022_remission"]
    assert _comparable(Question(measure="response_30")) == []


def test_days_must_overlap_the_window() -> None:
    assert _comparable(Question(window="week_8")) == []


def test_people_must_be_counted_once_and_not_by_sex() -> None:
    assert _comparable(Question(population="all_courses")) == []
    assert _comparable(Question(where={"sex": ("female",)})) == []
    assert _comparable(Question(where={"clinic_key": ("a",)})) == ["mcinnes_2022_response"]


def test_shares_come_from_counts_where_there_are_some() -> None:
    shares = dict(matching(DEFINITIONS, Question()).select("benchmark", "share").rows())
    assert shares["mcinnes_2022_response"] == 288 / 537
    assert shares["oliver_2022_response"] == 0.5
