"""The pages as others may see them: every page answers, and says whose eyes it is for."""

import shutil
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from pipelines import ledger, open_practice
from pipelines.pages import PAGES

APP = Path(__file__).resolve().parents[2] / "app.py"
PLACE = PAGES[0][0].parent
SHARED = [path for path, title, _ in PAGES if title != "Definitions"]


@pytest.fixture
def app(small_practice: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setenv("ABATE_PRACTICE", str(small_practice))
    opened = AppTest.from_file(str(APP), default_timeout=60).run()
    return opened.toggle(key="others").set_value(True).run()


def said(app: AppTest) -> str:
    return " ".join(text.value for text in (*app.markdown, *app.caption, *app.info))


@pytest.mark.parametrize("path", SHARED, ids=lambda path: Path(path).stem)
def test_every_page_answers_others_without_what_is_internal(app: AppTest, path: Path) -> None:
    app.switch_page(str(path)).run()
    assert not app.exception
    assert not app.error
    assert "Internal, not for sharing" not in said(app)
    assert "As others may see it" in said(app)


def test_others_see_groups_with_their_funnel_and_visits_and_events_as_a_whole(app: AppTest) -> None:
    app.switch_page(f"{PLACE}/clinics.py").run()
    assert "worked out course by course" in said(app)
    assert len(app.table) == 1
    app.switch_page(f"{PLACE}/flow.py").run()
    assert "were missed" in said(app)
    app.switch_page(f"{PLACE}/safety.py").run()
    assert "per 100 infusions" in said(app)
    app.multiselect(key="sex").set_value(["female"]).run()
    assert not app.exception
    assert "let out of the practice as a whole only" in said(app)


def test_others_see_every_measure_and_window_of_a_condition(app: AppTest) -> None:
    app.switch_page(f"{PLACE}/condition.py").run()
    table = app.table[0].value
    told = list(table["Measure and window"])
    assert [row for row in told if row.startswith("Response")] == [
        f"Response, {window}" for window in ("after induction", "early", "week 8", "week 12")
    ]
    assert "hidden" in set(table["Among assessed"])


def test_others_see_trends_of_periods_in_which_all_are_due(app: AppTest) -> None:
    app.switch_page(f"{PLACE}/trends.py").run()
    assert "only those in which all are due" in said(app) or "Too few courses" in said(app)
    app.multiselect(key="sex").set_value(["female"]).run()
    assert not app.exception
    assert "one cut of the courses already" in said(app)


@pytest.mark.parametrize("path", SHARED, ids=lambda path: Path(path).stem)
def test_a_practice_that_rounds_has_every_page_without_a_rate(
    small_practice: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: Path
) -> None:
    folder = tmp_path / "practice"
    shutil.copytree(
        small_practice, folder, ignore=shutil.ignore_patterns(ledger.NAME, ledger.MARKER)
    )
    ledger.let_out(open_practice(folder), "nhs5", "rates")
    monkeypatch.setenv("ABATE_PRACTICE", str(folder))
    app = AppTest.from_file(str(APP), default_timeout=60).run()
    app.toggle(key="others").set_value(True).run().switch_page(str(path)).run()
    assert not app.exception
    assert not app.error
    assert "rounded" in said(app)
    assert "per 100 infusions" not in said(app)
