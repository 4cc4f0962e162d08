"""What was planted into the sample practice stands out, and nothing else does."""

import shutil
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from pipelines import Practice, open_practice, warehouse
from pipelines.estimates.control_chart import ControlChart

SAMPLE = Path(__file__).resolve().parents[1] / "data" / "sample"


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Practice:
    folder = tmp_path_factory.mktemp("sample") / "practice"
    shutil.copytree(SAMPLE, folder, ignore=shutil.ignore_patterns("builds"))
    warehouse.build(folder)
    return open_practice(folder)


def signs(chart: ControlChart) -> list[tuple[str, date]]:
    return chart.signals.select("sign", "first_month").rows()


def standing_out(charts: Mapping[str, ControlChart]) -> list[str]:
    return [name for name, chart in charts.items() if chart.stands_out]


def test_the_clinic_that_sent_reminders_follows_up_more_since(practice: Practice) -> None:
    lake = practice.trend(where={"clinic_key": ["lake"]})
    assert lake.follow_up.chart.signals.select("sign", "way").rows() == [("few_crossings", 1)]
    assert lake.follow_up.chart.stands_out
    event = next(one for one in lake.follow_up.events if one.clinic_key == "lake")
    assert event.effect is not None
    assert event.effect.change is not None
    # Its follow-up after induction was set from 50 to 80 %, and who did not respond is lost more often.
    assert event.effect.change.low < 0.30 < event.effect.change.high
    assert event.effect.told
    assert lake.rate.chart.signals.is_empty()


def test_the_dose_that_was_raised_is_seen_where_it_was_raised_only(practice: Practice) -> None:
    doses = practice.safety().dose_over_time
    # Courses without a condition hold some of neuropathic pain.
    charts = {name: one.chart for name, one in doses.items()}
    assert standing_out(charts) == ["neuropathic_pain", "unassigned"]
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
    named = {one.term or one.clinic_key or "": one.charted.chart for one in charts}
    assert standing_out(named) == ["nausea", "hypertension", "hill"]


def test_beside_what_was_planted_nothing_stands_out(practice: Practice) -> None:
    """Lake's reminders raise follow-up of the conditions that it treats too."""
    others = [key for key in practice.values("clinic_key") if key != "lake"]
    asked: list[dict[str, list[str]]] = [{}, *({"clinic_key": [key]} for key in others)]
    asked += [{"clinic_key": others, "category": [name]} for name in practice.values("category")]
    charts: dict[str, ControlChart] = {}
    for where in asked:
        found = practice.trend(where=where)
        charts |= {f"rate {where}": found.rate.chart, f"follow-up {where}": found.follow_up.chart}
    charts |= {name: one.chart for name, one in practice.flow().over_time.items()}
    assert standing_out(charts) == []
    # Response itself moves nowhere, not even weakly.
    assert all(chart.signals.is_empty() for name, chart in charts.items() if "rate" in name)


def test_the_change_of_dose_is_not_said_to_have_changed_response(practice: Practice) -> None:
    pain = practice.trend(where={"category": ["neuropathic_pain"]})
    effects = [one.effect for one in pain.rate.events if one.effect]
    assert [effect.told for effect in effects] == [False]
