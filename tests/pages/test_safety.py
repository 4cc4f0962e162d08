"""The Safety page, without a browser."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

APP = Path(__file__).parents[2] / "app.py"
PAGE = "pipelines/pages/safety.py"


@pytest.fixture
def app(small_practice: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setenv("ABATE_PRACTICE", str(small_practice))
    return AppTest.from_file(str(APP), default_timeout=120).run().switch_page(PAGE).run()


def test_the_page_answers_for_all_infusions(app: AppTest) -> None:
    assert not app.exception
    assert [title.value for title in app.title] == ["How safe is it?"]
    assert [heading.value for heading in app.header] == [
        "Which events", "Serious and watched events", "Stopped early", "During the infusion", "Excursions",
        "By dose", "The fine print",
    ]  # fmt: skip
    said = [text.value for text in app.markdown]
    assert any(
        "adverse events were recorded" in text and "per 100 infusions" in text for text in said
    )
    assert any("chance alone raises an alarm in" in text for text in said)


def test_every_chart_and_sign_can_be_seen(app: AppTest) -> None:
    for key in ("event", "sign"):
        for option in app.selectbox(key=key).options:
            app.selectbox(key=key).select(option).run()
            assert not app.exception, option


def test_filters_choose_infusions(app: AppTest) -> None:
    clinics = app.multiselect(key="clinic")
    clinics.select(clinics.options[0]).run()
    assert not app.exception
    assert any("adverse events were recorded" in text.value for text in app.markdown)
