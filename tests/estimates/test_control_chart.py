from datetime import date

import polars as pl
import pytest

from pipelines.estimates.control_chart import ControlChart, control_chart
from pipelines.estimates.judging_points import Rules

ANHOEJ, NHS = Rules("anhoej", 12, 1.2, 0.01), Rules("nhs", 12, 1.2, 0.01)
OUT = {7: "not_yet_due"}


def months(met: list[int], number: int = 20, out: dict[int, str] | None = None) -> pl.DataFrame:
    days = [date(2024 + place // 12, 1 + place % 12, 1) for place in range(len(met))]
    return pl.DataFrame(
        {
            "place": range(len(met)),
            "first_month": days,
            "numerator": met,
            "denominator": [number] * len(met),
            "why_out": [(out or {}).get(place) for place in range(len(met))],
        },
        schema_overrides={"why_out": pl.String},
    )


STEADY = [10, 9, 11, 10, 12, 9, 10, 11, 9, 10, 12, 8, 10, 11]


def lines(chart: ControlChart, place: int) -> tuple[object, ...]:
    return chart.points.filter(pl.col("place") == place).select("centre", "lower", "upper").row(0)


def test_a_steady_rate_has_limits_and_no_signal() -> None:
    chart = control_chart(months(STEADY), "p", ANHOEJ)
    assert chart.phases.select("kind", "points", "trial", "run_signal").rows() == [
        ("p", 14, False, False)
    ]
    # 142 of 280; three sigma of twenty: 3 * sqrt(0.507 * 0.493 / 20)
    assert lines(chart, 0) == pytest.approx((0.507143, 0.171767, 0.842519), abs=1e-6)
    assert chart.signals.is_empty()
    assert chart.latest_way == 0


def test_fewer_points_than_limits_need_give_a_run_chart() -> None:
    chart = control_chart(months(STEADY[:11]), "p", ANHOEJ)
    assert chart.phases.select("kind", "trial").rows() == [("run", True)]
    assert lines(chart, 0) == (0.5, None, None)


def test_a_point_that_is_kept_out_has_no_line_and_moves_none() -> None:
    kept = control_chart(months(STEADY, out=OUT), "p", ANHOEJ)
    wild = [*STEADY[:7], 0, *STEADY[8:]]
    assert lines(kept, 7) == (None, None, None)
    assert lines(kept, 0) == lines(control_chart(months(wild, out=OUT), "p", ANHOEJ), 0)
    assert kept.points.filter(pl.col("place") == 7).select("value", "rule").row(0) == (0.55, None)


def test_a_period_without_a_denominator_is_kept_out() -> None:
    rows = months(STEADY).with_columns(
        denominator=pl.when(pl.col("place") == 3).then(0).otherwise("denominator"),
        numerator=pl.when(pl.col("place") == 3).then(0).otherwise("numerator"),
    )
    chart = control_chart(rows, "p", ANHOEJ)
    assert chart.points.filter(pl.col("place") == 3).select("value", "rule").row(0) == (None, None)
    assert chart.phases["points"].item() == 13


def test_a_rate_that_steps_up_is_told_by_its_runs() -> None:
    stepped = [6, 5, 7, 6, 6, 5, 7, 6, 5, 13, 14, 12, 13, 15, 14, 13, 14, 13]
    chart = control_chart(months(stepped), "p", ANHOEJ)
    assert chart.signals.select("sign", "way").rows() == [("long_run", 1), ("few_crossings", 1)]
    assert chart.latest_way == 1


def test_latest_points_are_not_better_when_they_have_turned_back() -> None:
    """The later half is higher by its long run; its last points are as low as the first ones."""
    turned = [6, 5, 7, 6, 6, 5, 7, 6, 13, 14, 12, 13, 15, 14, 13, 14, 13, 6, 5]
    chart = control_chart(months(turned), "p", ANHOEJ)
    assert chart.signals.select("sign", "way").rows() == [("long_run", 1), ("few_crossings", 1)]
    assert chart.latest_way == 0


def test_a_rebase_computes_lines_anew_and_runs_within_each_stretch() -> None:
    stepped = [6, 5, 7, 6, 6, 5, 7, 6, 5, 5, 7, 6, 14, 13, 15, 13, 14, 15, 12, 14, 13, 14, 15, 13]
    chart = control_chart(months(stepped), "p", ANHOEJ, rebased=[date(2025, 1, 1)])
    assert chart.signals.is_empty()
    assert chart.phases.select("phase", "first_month", "points").rows() == [
        (0, date(2024, 1, 1), 12),
        (1, date(2025, 1, 1), 12),
    ]
    assert lines(chart, 0)[0] == pytest.approx(71 / 240)
    assert lines(chart, 12)[0] == pytest.approx(165 / 240)


def test_frozen_lines_come_from_the_points_up_to_that_month() -> None:
    later = [*STEADY, 19, 19]
    chart = control_chart(months(later), "p", ANHOEJ, frozen=[date(2025, 2, 1)])
    assert lines(chart, 15) == pytest.approx((0.507143, 0.171767, 0.842519), abs=1e-6)
    assert chart.signals.select("sign", "way", "first_month", "last_month").rows() == [
        ("outside", 1, date(2025, 3, 1), date(2025, 4, 1))
    ]


def test_shares_that_vary_more_than_chance_get_wider_limits() -> None:
    wild = [4, 16, 5, 15, 4, 16, 5, 15, 4, 16, 5, 15]
    chart = control_chart(months(wild), "p", ANHOEJ)
    assert chart.phases["kind"].item() == "pp"
    assert lines(chart, 0) == (0.5, 0.0, 1.0)


def test_rates_that_vary_more_than_chance_get_wider_limits_and_say_by_how_much() -> None:
    wild = [4, 16, 5, 15, 4, 16, 5, 15, 4, 16, 5, 15]
    chart = control_chart(months(wild), "u", ANHOEJ)
    # Rates of 20 about 0.5 have a sigma of 0.158114; the mean moving range is 0.55, over 1.128 of that.
    kind, wider = chart.phases.select("kind", "wider").row(0)
    assert (kind, round(wider, 3)) == ("up", 3.084)
    assert lines(chart, 0) == pytest.approx((0.5, 0.0, 0.5 + 3 * 0.158114 * 3.08379), abs=1e-4)


def test_limits_of_rates_are_never_narrower_than_chance() -> None:
    chart = control_chart(months([10, 11, 10, 10, 9, 10, 11, 10, 10, 9, 10, 10]), "u", ANHOEJ)
    assert chart.phases.select("kind", "wider").row(0) == ("u", None)
    assert lines(chart, 0)[2] == pytest.approx(0.974342, abs=1e-6)


def test_limits_of_shares_stay_within_0_and_1_under_either_rule_set() -> None:
    for rules in (ANHOEJ, NHS):
        chart = control_chart(months([19, 20, 18, 20, 19, 16, 20, 19, 20, 18, 20, 17]), "p", rules)
        assert chart.points["upper"].max() == 1.0


def test_rules_of_making_data_count_mark_points() -> None:
    chart = control_chart(months([10, 9, 11, 10, 9, 11, 20, 10, 9, 11, 10, 9, 11]), "p", NHS)
    assert chart.phases.select("kind", "run_signal").rows() == [("i", None)]
    assert chart.signals.select("sign", "way", "first_month").rows() == [
        ("outside", 1, date(2024, 7, 1))
    ]
    assert chart.latest_way == 0


def test_a_rebased_chart_may_cry_wolf_in_each_stretch_and_sees_changes_of_the_last_one() -> None:
    steady = [6, 5, 7, 6, 6, 5, 7, 6, 5, 5, 7, 6, 14, 13, 15, 13, 14, 15, 12, 14, 13, 14, 15, 13]
    first, last = (
        control_chart(months(part), "p", ANHOEJ).operating for part in (steady[:12], steady[12:])
    )
    both = control_chart(months(steady), "p", ANHOEJ, rebased=[date(2025, 1, 1)]).operating
    assert first is not None
    assert last is not None
    assert both is not None
    assert both.power == last.power
    assert both.false_alarm == pytest.approx(1 - (1 - first.false_alarm) * (1 - last.false_alarm))


def test_no_point_gives_a_chart_without_lines() -> None:
    chart = control_chart(months([]), "p", ANHOEJ)
    assert chart.points.is_empty()
    assert chart.phases.is_empty()
    assert chart.operating is None
    assert chart.latest_way == 0
