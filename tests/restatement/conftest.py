"""A practice with a build, to bring more into."""

import shutil
from pathlib import Path

import pytest

from pipelines import warehouse
from tests.restatement.arriving import INFUSIONS, SCORES, arrive


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A practice of four courses, all due, one of them not assessed, with a build; tests copy it."""
    folder = tmp_path_factory.mktemp("first") / "practice"
    arrive(folder, {"infusions": INFUSIONS, "scores": SCORES})
    warehouse.build(folder)
    return folder


@pytest.fixture
def practice(first: Path, tmp_path: Path) -> Path:
    """A copy of the first practice, to bring more into."""
    shutil.copytree(first, tmp_path / "practice")
    return tmp_path / "practice"
