"""What the app keeps between reruns."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines import InputError, cached
from pipelines.estimates import Question
from pipelines.warehouse import build
from tests.drawn import Built

INFUSIONS = """
    patient | day | category
    1       | 0   | tmj
"""


def test_a_new_build_is_seen_at_the_next_rerun(warehouse: Callable[..., Built]) -> None:
    folder = warehouse(infusions=INFUSIONS).folder
    before = cached.practice(folder)
    assert cached.practice(folder) is before
    (folder / "definitions").mkdir()
    (folder / "definitions" / "settings.csv").write_text(
        "setting,value,unit,means,source\nunstable_below_assessed,20,courses,Unstable.,Ours\n"
    )
    build(folder)
    after = cached.practice(folder)
    assert after.build.id != before.build.id
    assert after.definitions.setting("unstable_below_assessed") == 20


def test_a_policy_has_numbers_of_its_own(small_practice: Path) -> None:
    practice = cached.practice(small_practice)
    question = Question(by=("category", "subtype"))
    at_work = cached.finding(practice, question, "internal")
    leaving = cached.finding(practice, question, "cms11")
    assert cached.finding(practice, question, "internal") is at_work
    assert not at_work.frame["hidden"].any()
    assert leaving.frame["hidden"].any()


def test_a_folder_without_a_build_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no build there"):
        cached.practice(tmp_path)
