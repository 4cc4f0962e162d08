"""The Condition page, without a browser."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

APP = Path(__file__).parents[2] / "app.py"
PAGE = "pipelines/pages/condition.py"


@pytest.fixture
def app(small_practice: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setenv("ABATE_PRACTICE", str(small_practice))
    return AppTest.from_file(str(APP), default_timeout=120).run().switch_page(PAGE).run()


def headings(app: AppTest) -> list[str]:
    return [heading.value for heading in app.header]


def test_the_page_answers_for_the_first_condition(app: AppTest) -> None:
    assert not app.exception
    assert [title.value for title in app.title] == ["How does one condition fare?"]
    assert headings(app) == [
        "Against the year before", "How many infusions it takes", "When to stop", "How long it lasts",
        "Scores week by week", "How far scores fell", "Severity at baseline",
        "After treatments that failed", "Recovery by both scales", "The fine print",
    ]  # fmt: skip
    assert any("No control group" in text.value for text in app.markdown)


def test_every_condition_of_the_practice_has_its_page(app: AppTest) -> None:
    for label in app.selectbox(key="condition").options:
        app.selectbox(key="condition").select(label).run()
        assert not app.exception, label
        assert any("responded" in text.value or "No course" in text.value for text in app.markdown)


def test_all_courses_and_another_measure_and_window_give_a_page(app: AppTest) -> None:
    app.segmented_control(key="courses").select("all_courses").run()
    app.selectbox(key="window").select_index(-1).run()
    app.selectbox(key="measure").select_index(-1).run()
    assert not app.exception


def test_adjusted_scores_stand_beside_those_seen(app: AppTest) -> None:
    before = len(app.table)
    app.toggle(key="adjusted").set_value(True).run()
    assert not app.exception
    assert len(app.table) == before + 1
    headings_of = [list(table.value.columns) for table in app.table]
    assert ["Week", "Mean, adjusted", "Mean, as seen", "Scored"] in headings_of


def test_a_pain_condition_asks_for_the_opioid_dose_and_not_for_recovery(app: AppTest) -> None:
    app.selectbox(key="condition").select("TMJ disorder").run()
    assert not app.exception
    assert headings(app)[-2:] == ["Beside the main scale", "The fine print"]
    assert any(
        "no course with a baseline that counts is due" in text.value for text in app.markdown
    )
