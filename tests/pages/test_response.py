"""The Response page and the filters, without a browser."""

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.drawn import Built

APP = Path(__file__).parents[2] / "app.py"
STUDY = """
    patient | day | category   | subtype
    1       | 0   | depression | mdd
    2       | 0   | depression | mdd
"""
SCORES = """
    patient | instrument | day | score
    1       | phq_9      | 0   | 20
    1       | phq_9      | 22  | 10
    2       | phq_9      | 0   | 20
"""


@pytest.fixture
def app(small_practice: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    return _opened(small_practice, monkeypatch)


def _opened(practice: Path, monkeypatch: pytest.MonkeyPatch, **link: str) -> AppTest:
    monkeypatch.setenv("ABATE_PRACTICE", str(practice))
    opened = AppTest.from_file(str(APP), default_timeout=60)
    for name, value in link.items():
        opened.query_params[name] = value
    return opened.run()


def _said(app: AppTest) -> str:
    """Return the answer sentence."""
    return next(text.value for text in app.markdown if "followed up" in text.value)


def test_the_page_answers_its_question_at_work(app: AppTest) -> None:
    assert not app.exception
    assert [title.value for title in app.title] == ["Who responds?"]
    assert _said(app).startswith("At least")
    assert any("Internal, not for sharing" in text.value for text in app.markdown)
    assert not app.warning


def test_what_is_counted_is_said_where_who_started_is_told(app: AppTest) -> None:
    def counted() -> list[str]:
        return [text.value for text in app.caption if text.value.startswith("Counted are courses")]

    assert [text.endswith("two conditions is counted twice.") for text in counted()] == [True, True]
    app.segmented_control(key="courses").select("all_courses").run()
    assert [text.endswith("is counted three times.") for text in counted()] == [True, True]


def test_a_filter_changes_the_numbers(app: AppTest) -> None:
    before = _said(app)
    app.multiselect(key="sex").set_value(["male"]).run()
    assert not app.exception
    assert _said(app) != before
    assert any("Sex: Male" in text.value for text in app.caption)


def test_a_view_of_two_filters_is_not_for_download_and_says_why(app: AppTest) -> None:
    assert [button.proto.disabled for button in app.get("download_button")] == [False, False]
    app.multiselect(key="sex").set_value(["male"]).run()
    assert [button.proto.disabled for button in app.get("download_button")] == [False, False]
    app.multiselect(key="age").set_value(["35-44"]).run()
    assert [button.proto.disabled for button in app.get("download_button")] == [True, True]
    assert any("Not for download: only one filter" in text.value for text in app.caption)


def test_the_page_can_be_seen_as_others_would_see_it(app: AppTest) -> None:
    app.toggle(key="others").set_value(True).run()
    assert not app.exception
    shown = [text.value for text in app.markdown]
    assert any("As others may see it" in text for text in shown)
    assert not any("Internal, not for sharing" in text for text in shown)
    assert any("No number of 1 to 10 persons is shown" in text.value for text in app.caption)
    app.multiselect(key="sex").set_value(["male"]).run()
    assert not app.exception
    app.multiselect(key="age").set_value(["35-44"]).run()
    assert not app.exception
    assert any("Not shown to others: only one filter" in text.value for text in app.markdown)


def test_no_link_sets_who_reads(small_practice: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = _opened(small_practice, monkeypatch, others="true", policy="internal")
    assert not app.toggle(key="others").value
    assert any("Internal, not for sharing" in text.value for text in app.markdown)
    assert len(app.warning) == 2


def test_a_link_opens_the_view_it_names(
    small_practice: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = _opened(small_practice, monkeypatch, window="Week 8", courses="All courses")
    assert app.selectbox(key="window").value == "week_8"
    assert any("Week 8 · All courses" in text.value for text in app.caption)
    assert not app.warning


def test_what_a_link_names_in_vain_is_said(
    small_practice: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = _opened(small_practice, monkeypatch, sex="Femal", clnic="north")
    assert [warning.value for warning in app.warning] == [
        "The link asks for clnic, which this practice can't be filtered by.",
        "The link asks for sex 'Femal', which is not known here; it was left out.",
    ]


def test_the_policy_is_not_taken_from_the_link(
    small_practice: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = _opened(small_practice, monkeypatch, policy="cms11")
    assert any("Internal, not for sharing" in text.value for text in app.markdown)
    assert "policy" in app.warning[0].value


def test_an_earlier_last_month_than_the_first_can_not_be_chosen(app: AppTest) -> None:
    months = app.selectbox(key="from").options
    app.selectbox(key="from").select_index(5).run()
    assert app.selectbox(key="to").options == months[5:]
    assert not app.exception


def test_a_study_without_a_calendar_has_no_period(
    warehouse: Callable[..., Built], monkeypatch: pytest.MonkeyPatch
) -> None:
    built = warehouse(infusions=STUDY, scores=SCORES)
    app = _opened(built.folder, monkeypatch)
    assert not app.exception
    assert {box.key for box in app.selectbox} == {"measure", "window"}
    assert any("without a calendar" in text.value for text in app.markdown)


def test_a_measure_without_rules_still_gives_a_page(
    warehouse: Callable[..., Built], monkeypatch: pytest.MonkeyPatch
) -> None:
    built = warehouse(infusions=STUDY, scores=SCORES)
    app = _opened(built.folder, monkeypatch, measure="Fall of 30 % or more", window="Week 12")
    assert not app.exception
    assert any(text.value.startswith("No course") for text in app.markdown)


def test_a_practice_without_a_build_is_said_plainly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = _opened(tmp_path, monkeypatch)
    assert not app.exception
    assert "no build there; make one with `abate build" in app.error[0].value
