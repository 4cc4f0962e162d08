"""The Definitions page, without a browser."""

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from pipelines.definitions import load
from pipelines.pages import meanings, phrases
from tests.drawn import Built

APP = Path(__file__).parents[2] / "app.py"


def test_every_section_can_be_read(small_practice: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ABATE_PRACTICE", str(small_practice))
    app = AppTest.from_file(str(APP), default_timeout=60).run()
    app.switch_page("pipelines/pages/definitions.py").run()
    assert not app.exception
    assert [tab.label for tab in app.tabs] == [
        "Measures", "Conditions", "Scales", "Windows", "Durability", "Safety", "Settings", "Published figures", "Changed here",
    ]  # fmt: skip
    assert any("**Depression**: PHQ-9, fall of 50 % or more from a baseline of at least 10" in text.value
               for text in app.markdown)  # fmt: skip


def test_rules_are_said_in_words() -> None:
    rules = {
        (row["measure"], row["instrument"], row["category"]): phrases.rule(row)
        for row in load()["measures"].iter_rows(named=True)
    }
    assert rules["response_50", "gad_7", "severe_anxiety"] == (
        "fall of 50 % or more from a baseline of at least 15"
    )
    assert (
        rules["remission", "phq_9", None]
        == "final score of 4 or less from a baseline of at least 10"
    )
    assert rules["worsening", "peg", None] == "rise of 1.75 points or more from any baseline"


def test_losses_of_response_are_said_in_words() -> None:
    _, tables = meanings.sections(load())["Durability"]
    said = {row[0]: row[1:4] for row in tables["Loss of response"].rows()}
    assert said["PHQ-9"] == (
        "improved by less than 50 %, at 10 or more", "5 to 31 days later", "loss",
    )  # fmt: skip
    assert said["NRS average pain, 7 days"] == (
        "improved by less than 30 %", "on the next score", "censored",
    )  # fmt: skip


def test_what_a_practice_changed_is_shown(warehouse: Callable[..., Built]) -> None:
    built = warehouse(
        definitions={"settings": "setting,value,unit,means,source\n"
                     "unstable_below_assessed,20,courses,Marked unstable.,Our board\n"},
        infusions="""
            patient | day | category | subtype
            1       | 0   | tmj      |
        """,
    )  # fmt: skip
    _, tables = meanings.sections(built.practice.definitions)["Changed here"]
    assert tables[""].rows() == [
        ("settings.csv", "unstable_below_assessed", "replaced", "Our board")
    ]


def test_scores_are_written_without_idle_zeros() -> None:
    _, tables = meanings.sections(load())["Scales"]
    ranges = dict(tables["Scales"].select("Scale", "Range").rows())
    assert ranges["PHQ-9"] == "0–27"
    assert ranges["PROMIS depression (T)"] == "20–90"
