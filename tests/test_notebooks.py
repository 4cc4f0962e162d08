"""Notebooks run from top to bottom, import only pipelines' own door, and are short."""

import shutil
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from pipelines import warehouse

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
MOST_LINES = {
    "01_response_rates.ipynb": 40,
    "02_durability.ipynb": 60,
    "03_case_mix.ipynb": 60,
    "04_control_charts.ipynb": 60,
}


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the notebooks beside a built copy of the sample practice."""
    home = tmp_path_factory.mktemp("checkout")
    shutil.copytree(ROOT / "notebooks", home / "notebooks")
    shutil.copytree(
        ROOT / "data" / "sample", home / "data" / "sample", ignore=shutil.ignore_patterns("builds")
    )
    warehouse.build(home / "data" / "sample")
    return home / "notebooks"


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")
@pytest.mark.parametrize("name", [path.name for path in NOTEBOOKS])
def test_a_notebook_runs_is_short_and_keeps_no_outputs(copy: Path, name: str) -> None:
    notebook = nbformat.reads((copy / name).read_text("utf8"), as_version=4)  # type: ignore[no-untyped-call]
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    lines = [line for cell in code for line in cell.source.splitlines() if line.strip()]
    assert len(lines) < MOST_LINES[name]
    assert not any(cell.outputs for cell in code)
    assert not any("pipelines." in line for line in lines if "import" in line)
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(copy)}}).execute()
    assert all(cell.outputs for cell in code)
