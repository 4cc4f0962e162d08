"""The Trends page, without a browser."""

import shutil
from datetime import date
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from pipelines import warehouse
from pipelines.intake.annotations import annotations
from tests.drawn import write

APP = Path(__file__).parents[2] / "app.py"
PAGE = "pipelines/pages/trends.py"


@pytest.fixture
def practice(small_practice: Path, tmp_path: Path) -> Path:
    """Return a copy of the practice, in which files may be written."""
    return Path(shutil.copytree(small_practice, tmp_path / "practice"))


@pytest.fixture
def app(practice: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setenv("ABATE_PRACTICE", str(practice))
    return AppTest.from_file(str(APP), default_timeout=120).run().switch_page(PAGE).run()


def test_the_page_answers_and_says_what_it_could_have_seen(app: AppTest) -> None:
    assert not app.exception
    assert [title.value for title in app.title] == ["Is it getting better?"]
    assert [heading.value for heading in app.header] == [
        "What changes did", "All conditions at once", "The fine print",
    ]  # fmt: skip
    said = [text.value for text in app.markdown]
    assert any(
        text.startswith("From ") and "of those followed up responded" in text for text in said
    )
    assert any("chance alone raises an alarm in" in text for text in said)
    assert any("If nothing had changed, chance alone would make" in text for text in said)


def test_every_condition_and_rule_set_has_its_page(app: AppTest) -> None:
    for rules in app.selectbox(key="rules").options:
        app.selectbox(key="rules").select(rules).run()
        assert not app.exception, rules
    for condition in app.selectbox(key="about").options:
        app.selectbox(key="about").select(condition).run()
        assert not app.exception, condition


def test_a_change_that_is_written_down_appears_on_the_page(app: AppTest, practice: Path) -> None:
    before = len(annotations(practice).events)
    app.text_input[0].set_value("Longer visits")
    app.date_input[0].set_value(date(2025, 2, 1))
    app.text_input[1].set_value("Dr A")
    app.button[0].click().run()
    assert not app.exception
    events = annotations(practice).events
    assert len(events) == before + 1
    assert events.row(-1, named=True) == {
        "event_date": date(2025, 2, 1), "title": "Longer visits", "kind": "protocol_change",
        "clinic_key": None, "category": None, "measure": None, "person": "Dr A",
    }  # fmt: skip
    assert any("Longer visits" in text.value for text in app.markdown)


def test_a_change_without_words_is_refused_in_a_line(app: AppTest, practice: Path) -> None:
    before = (practice / "events.csv").read_bytes()
    app.button[0].click().run()
    assert [error.value for error in app.error] == [
        "events.csv, row 3: title is empty; expected text"
    ]
    assert (practice / "events.csv").read_bytes() == before


def test_a_rebase_is_told_and_can_be_seen_through(app: AppTest, practice: Path) -> None:
    assert [toggle.key for toggle in app.toggle] == ["others"]
    (practice / "rebases.csv").write_text(
        "month,kind,measure,person,reason\n2025-01-01,rebase,response,Dr A,New protocol\n"
    )
    app.run()
    assert any("New protocol" in str(table.value) for table in app.table)
    app.toggle(key="before").set_value(True).run()
    assert not app.exception


def test_a_wrong_file_is_told_in_a_line(app: AppTest, practice: Path) -> None:
    (practice / "targets.csv").write_text(
        "from_month,target_percent,measure,person,reason\n2025-01-01,160,response,Dr A,Board\n"
    )
    app.run()
    assert [error.value for error in app.error] == [
        "targets.csv, row 1: target_percent is 160; expected 0 to 100"
    ]


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """Return a study in relative days, which has no calendar."""
    infusions = "patient | day | category\n" + "\n".join(f"{n} | 0 | depression" for n in range(30))
    scores = "patient | instrument | day | score\n" + "\n".join(
        f"{n} | phq_9 | -1 | 18\n{n} | phq_9 | 22 | {5 if n % 2 else 18}" for n in range(30)
    )
    write(tmp_path / "study", {"infusions": infusions, "scores": scores})
    warehouse.build(tmp_path / "study")
    return tmp_path / "study"


@pytest.mark.parametrize("page", ["trends", "safety", "flow", "clinics"])
def test_a_study_without_a_calendar_has_every_page_and_no_chart_over_time(
    study: Path, monkeypatch: pytest.MonkeyPatch, page: str
) -> None:
    monkeypatch.setenv("ABATE_PRACTICE", str(study))
    app = AppTest.from_file(str(APP), default_timeout=120).run()
    app.switch_page(f"pipelines/pages/{page}.py").run()
    assert not app.exception
    assert not app.error
    if page != "clinics":
        assert any("keep no months" in text.value for text in app.markdown)
