import numpy as np
import pytest

from pipelines.estimates.judging_points import Rules, any_signal, judged
from pipelines.estimates.operating_characteristics import by_chance, operating

ANHOEJ, NHS, EXCEL = (Rules(name, 12, 1.2) for name in ("anhoej", "nhs", "nhs_excel"))


@pytest.mark.parametrize("rules", [ANHOEJ, NHS, EXCEL], ids=lambda rules: rules.name)
@pytest.mark.parametrize("points", [8, 14, 30])
def test_many_charts_at_once_are_judged_as_each_alone(rules: Rules, points: int) -> None:
    chance = np.random.default_rng(points)
    number = chance.integers(8, 40, points)
    met = chance.binomial(number, 0.5, (200, points)).astype(np.float64)
    met[:50, points // 2 :] = number[points // 2 :]
    bottom = number.astype(np.float64)
    together = any_signal("p", met, np.broadcast_to(bottom, met.shape), rules)
    alone = [judged("p", row, bottom, rules).signals for row in met]
    assert together.tolist() == alone
    assert 0 < together.sum() < 200 or points == 8


def test_more_rules_raise_more_alarms_and_see_more() -> None:
    few, many = operating("p", (30,) * 24, 0.5, ANHOEJ), operating("p", (30,) * 24, 0.5, NHS)
    assert few.false_alarm < many.false_alarm
    assert few.power < many.power
    assert few.false_alarm < few.power


def test_the_same_chart_has_the_same_chances() -> None:
    operating.cache_clear()
    once = operating("p", (20,) * 15, 0.3, ANHOEJ)
    operating.cache_clear()
    assert operating("p", (20,) * 15, 0.3, ANHOEJ) == once


def test_event_rates_are_judged_alike_one_by_one_and_together() -> None:
    chance = np.random.default_rng(3)
    number = np.full(20, 60.0)
    events = chance.poisson(6.0, (200, 20)).astype(np.float64)
    together = any_signal("u", events, np.broadcast_to(number, events.shape), ANHOEJ)
    assert together.tolist() == [judged("u", row, number, ANHOEJ).signals for row in events]
    chances = operating("u", (60,) * 20, 0.1, ANHOEJ)
    assert chances.false_alarm < 0.15 < 0.6 < chances.power


def test_alarms_of_several_charts_add_up() -> None:
    expected, any_ = by_chance([0.1, 0.2])
    assert expected == pytest.approx(0.3)
    assert any_ == pytest.approx(1 - 0.9 * 0.8)
    assert by_chance([]) == (0.0, 0.0)
