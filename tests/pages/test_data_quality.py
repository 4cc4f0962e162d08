"""The Data quality page, without a browser."""

import io
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from pipelines import open_practice
from tests.drawn import Built

APP = Path(__file__).parents[2] / "app.py"
PAGE = "pipelines/pages/data_quality.py"


def _opened(practice: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setenv("ABATE_PRACTICE", str(practice))
    app = AppTest.from_file(str(APP), default_timeout=60).run()
    return app.switch_page(PAGE).run()


@pytest.fixture
def app(small_practice: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    return _opened(small_practice, monkeypatch)


def test_the_page_says_what_limits_the_data_at_work(app: AppTest) -> None:
    assert not app.exception
    assert [title.value for title in app.title] == ["How far can the data be trusted?"]
    assert any("is what limits these data" in text.value for text in app.markdown)
    assert any("Internal, not for sharing" in text.value for text in app.markdown)
    assert any("The filters do not change this page" in text.value for text in app.caption)
    assert not app.warning


def test_every_rule_has_a_section_that_says_why_it_matters_and_what_to_do(
    app: AppTest, small_practice: Path
) -> None:
    rules = open_practice(small_practice).definitions["quality_rules"]
    sections = {section.label: section for section in app.expander}
    for row in rules.iter_rows(named=True):
        label = next(label for label in sections if f"**{row['label']}** ·" in label)
        said = [text.value for text in sections[label].markdown]
        assert f"**What to do.** {row['what_to_do']}" in said
        assert f"**Why it matters.** {row['why_it_matters']}" in said


def test_the_numbers_do_not_follow_the_filters(app: AppTest) -> None:
    before = [text.value for text in app.markdown]
    app.multiselect(key="sex").set_value(["male"]).run()
    assert [text.value for text in app.markdown] == before


def test_the_feedback_file_holds_places_and_rules_and_no_values(small_practice: Path) -> None:
    written = open_practice(small_practice).feedback().write_csv()
    found = pl.read_csv(io.StringIO(written))
    assert found.columns == [
        "batch", "file", "source_row", "table", "column", "rule", "explanation", "expected", "please",
    ]  # fmt: skip
    assert found.height > 0
    assert found["explanation"].null_count() == 0


def test_a_study_in_relative_days_with_one_patient_still_gives_a_page(
    warehouse: Callable[..., Built], monkeypatch: pytest.MonkeyPatch
) -> None:
    app = _opened(warehouse(infusions="patient | day\n1 | 0").folder, monkeypatch)
    assert not app.exception
    assert any("has no true months" in text.value for text in app.markdown)
    assert any("it needs true months" in text.value for text in app.markdown)


def test_a_practice_without_any_infusion_still_gives_a_page(
    warehouse: Callable[..., Built], monkeypatch: pytest.MonkeyPatch
) -> None:
    built = warehouse(through=10, patients="patient | sex | age_band\n1 | female | 25-34")
    app = _opened(built.folder, monkeypatch)
    assert not app.exception
