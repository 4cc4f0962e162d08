"""Fixtures that draw practices, and where the studies lie."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from pipelines.definitions import Definitions, load
from pipelines.intake.simulation.writing import simulate_practice
from pipelines.warehouse import build
from tests.drawn import Built, built, write

STUDIES = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture
def warehouse(tmp_path: Path) -> Callable[..., Built]:
    """Return a function that builds a practice from tables drawn as text; see tests.drawn.write."""

    def make(
        through: int | None = None,
        since: int = -1000,
        definitions: Mapping[str, str] | None = None,
        **tables: str,
    ) -> Built:
        write(tmp_path / "practice", tables, through, since, definitions)
        return built(tmp_path / "practice")

    return make


@pytest.fixture(scope="session")
def definitions() -> Definitions:
    """Return the definitions as shipped."""
    return load()


@pytest.fixture(scope="session")
def studies() -> Path:
    """Return the folder of third-party studies, which lies beside the project."""
    assert STUDIES.is_dir(), f"the studies are not at {STUDIES}"
    return STUDIES


@pytest.fixture(scope="session")
def small_practice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a small simulated practice with a build, for the app; tests only read it."""
    folder = tmp_path_factory.mktemp("app") / "practice"
    simulate_practice(folder, patients=700, seed=3, missing="informative")
    build(folder)
    return folder
