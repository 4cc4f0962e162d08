"""The Flow page, without a browser."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

APP = Path(__file__).parents[2] / "app.py"
PAGE = "pipelines/pages/flow.py"


@pytest.fixture
def app(small_practice: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setenv("ABATE_PRACTICE", str(small_practice))
    return AppTest.from_file(str(APP), default_timeout=120).run().switch_page(PAGE).run()


def test_the_page_answers(app: AppTest) -> None:
    assert not app.exception
    assert [title.value for title in app.title] == ["How smoothly does it run?"]
    assert [heading.value for heading in app.header] == [
        "Until the first infusion", "Visits that were not kept", "Inductions", "Time", "Scores taken",
        "Afterwards", "The fine print",
    ]  # fmt: skip
    assert any(
        text.value.startswith("Half of those consulted begin within") for text in app.markdown
    )


def test_every_chart_can_be_seen_under_a_filter(app: AppTest) -> None:
    for option in app.selectbox(key="flow").options:
        app.selectbox(key="flow").select(option).run()
        assert not app.exception, option
    clinics = app.multiselect(key="clinic")
    clinics.select(clinics.options[0]).run()
    assert not app.exception
