import numpy as np
import pytest
from numpy.typing import NDArray

from pipelines.estimates.judging_points import Rules, any_signal, judged, wider
from pipelines.estimates.operating_characteristics import by_chance, chance_of_as_much, operating

ANHOEJ, NHS, EXCEL = (Rules(name, 12, 1.2, 0.01) for name in ("anhoej", "nhs", "nhs_excel"))


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


def crowded(charts: int, spread: float, number: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return events of stable charts, one a row, 10 per 100, that vary `spread` times as chance does."""
    chance, over = np.random.default_rng(7), spread**2 - 1
    mean = chance.gamma(0.1 * number / over, over, (charts, len(number)))
    return chance.poisson(mean).astype(np.float64)


def test_charts_of_events_that_come_together_signal_as_often_as_was_told() -> None:
    """Limits of independent events would raise an alarm in two of three such charts."""
    number = np.random.default_rng(8).integers(70, 130, 24)
    bottom, shape = number.astype(np.float64), tuple(number.tolist())
    drawn = crowded(200, 1.6, number)
    seen = any_signal("u", drawn, np.broadcast_to(bottom, drawn.shape), ANHOEJ)
    told = [
        operating(
            "u",
            shape,
            float(row.sum() / bottom.sum()),
            ANHOEJ,
            float(wider("u", row, bottom, ANHOEJ)),
        )
        for row in drawn[:20]
    ]
    assert seen.mean() == pytest.approx(np.mean([one.false_alarm for one in told]), abs=0.09)
    assert seen.mean() < 0.25
    alone = Rules("anhoej", 12, 99, 0.01)
    assert any_signal("u", drawn, np.broadcast_to(bottom, drawn.shape), alone).mean() > 0.5


def test_of_charts_of_events_that_come_together_few_stand_out() -> None:
    number = np.random.default_rng(8).integers(70, 130, 24)
    shape = tuple(number.tolist())
    rare = [
        chance_of_as_much("u", tuple(row.tolist()), shape, ANHOEJ) <= 0.05
        for row in crowded(60, 1.4, number)
    ]
    assert np.mean(rare) < 0.13


def test_what_varies_more_is_seen_less() -> None:
    alone, together = (operating("u", (100,) * 20, 0.1, ANHOEJ, wide) for wide in (1.0, 1.8))
    assert together.power < alone.power


def test_alarms_of_several_charts_add_up() -> None:
    expected, any_ = by_chance([0.1, 0.2])
    assert expected == pytest.approx(0.3)
    assert any_ == pytest.approx(1 - 0.9 * 0.8)
    assert by_chance([]) == (0.0, 0.0)


def test_charts_that_stable_ones_outdo_are_not_rare_and_a_point_far_out_is() -> None:
    steady = (10.0, 9, 11, 10, 12, 9, 10, 11, 9, 10, 12, 8, 10, 11)
    number = (20,) * 14
    assert chance_of_as_much("p", steady, number, ANHOEJ) > 0.5
    # The largest of 14 binomial counts of 20 is 20 in 14 * 0.55 ** 20 = 0.01 % of charts.
    assert chance_of_as_much("p", (*steady[:-1], 20.0), number, ANHOEJ) < 0.002


@pytest.mark.parametrize("rules", [ANHOEJ, NHS], ids=lambda rules: rules.name)
def test_stable_charts_stand_out_as_rarely_as_was_asked(rules: Rules) -> None:
    """Of 120 charts a fifth have a chance of at most 20 %, within three standard errors."""
    drawn = np.random.default_rng(11).binomial(30, 0.4, (120, 20))
    rare = [
        chance_of_as_much("p", tuple(map(float, row.tolist())), (30,) * 20, rules) <= 0.20
        for row in drawn
    ]
    assert 0.09 < np.mean(rare) < 0.31


def test_a_stretch_with_frozen_lines_is_held_against_stretches_frozen_alike() -> None:
    later = (10.0, 9, 11, 10, 12, 9, 10, 11, 9, 10, 12, 8, 10, 11, 19, 19)
    used = (True,) * 14 + (False,) * 2
    assert chance_of_as_much("p", later, (20,) * 16, ANHOEJ, used) < 0.002
