"""What was planted into the sample practice is found, and the charts beside it claim no more than chance."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from pipelines import Practice, open_practice, warehouse
from pipelines.estimates.control_chart import ControlChart
from pipelines.estimates.operating_characteristics import by_chance

SAMPLE = Path(__file__).resolve().parents[1] / "data" / "sample"


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Practice:
    folder = tmp_path_factory.mktemp("sample") / "practice"
    shutil.copytree(SAMPLE, folder, ignore=shutil.ignore_patterns("builds"))
    warehouse.build(folder)
    return open_practice(folder)


def signs(chart: ControlChart) -> list[tuple[str, date]]:
    return chart.signals.select("sign", "first_month").rows()


def _no_more_than_chance(charts: list[ControlChart]) -> None:
    expected, _ = by_chance([chart.operating.false_alarm for chart in charts if chart.operating])
    seen = sum(not chart.signals.is_empty() for chart in charts)
    assert seen <= expected + 2 * expected**0.5


def test_the_clinic_that_sent_reminders_follows_up_more_since(practice: Practice) -> None:
    lake = practice.trend(where={"clinic_key": ["lake"]})
    assert lake.follow_up.chart.signals.select("sign", "way").rows() == [("few_crossings", 1)]
    event = next(one for one in lake.follow_up.events if one.clinic_key == "lake")
    assert event.effect is not None
    assert event.effect.change is not None
    # Its follow-up after induction was set from 50 to 80 %, and who did not respond is lost more often.
    assert event.effect.change.low < 0.30 < event.effect.change.high
    assert event.effect.told
    assert lake.rate.chart.signals.is_empty()


def test_the_dose_that_was_raised_is_seen_where_it_was_raised_only(practice: Practice) -> None:
    doses = practice.safety().dose_over_time
    # Courses without a condition hold some of neuropathic pain; the others are left to chance.
    moved = {category for category, one in doses.items() if not one.chart.signals.is_empty()}
    assert "neuropathic_pain" in moved
    others = {
        name: one.chart
        for name, one in doses.items()
        if name not in ("neuropathic_pain", "unassigned")
    }
    _no_more_than_chance(list(others.values()))
    changed = next(one for one in doses["neuropathic_pain"].events if one.effect)
    assert changed.event_date == date(2025, 3, 1)
    assert changed.effect is not None
    assert changed.effect.change is not None
    assert changed.effect.change.low < 0.25 < changed.effect.change.high


def test_the_month_with_more_nausea_and_hypertension_is_seen_in_its_clinic(
    practice: Practice,
) -> None:
    charts = practice.safety().over_time
    seen = [
        (one.term or one.clinic_key, signs(one.charted.chart))
        for one in charts
        if signs(one.charted.chart)
    ]
    blip = [("outside", date(2024, 10, 1))]
    assert seen == [("nausea", blip), ("hypertension", blip), ("hill", blip)]


def test_beside_what_was_planted_no_more_charts_signal_than_chance_explains(
    practice: Practice,
) -> None:
    """Lake's reminders raise follow-up of the conditions it treats; the rest is left to chance."""
    elsewhere = {"clinic_key": [key for key in practice.values("clinic_key") if key != "lake"]}
    trends = [
        practice.trend(where={**elsewhere, "category": [name]})
        for name in practice.values("category")
    ]
    flow = practice.flow(where=elsewhere)
    charts = [chart.chart for one in trends for chart in (one.rate, one.follow_up)]
    charts += [one.chart for one in flow.over_time.values()]
    _no_more_than_chance(charts)
    # Response itself changed nowhere.
    assert all(one.rate.chart.signals.is_empty() for one in trends)


def test_the_change_of_dose_is_not_said_to_have_changed_response(practice: Practice) -> None:
    pain = practice.trend(where={"category": ["neuropathic_pain"]})
    effects = [one.effect for one in pain.rate.events if one.effect]
    assert [effect.told for effect in effects] == [False]
