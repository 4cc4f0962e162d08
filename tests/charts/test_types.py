"""The types keep undisclosed numbers out of charts: a Result where a Finding is meant is refused."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
RIGHT = """
from pipelines import Finding, TrendFinding, disclose, open_practice
from pipelines.charts import response, trend

practice = open_practice("data/sample")
finding: Finding = disclose(practice.response(), "internal")
response.chart(finding)
"""
WRONG = {
    "response.chart": "response.chart(practice.response())",
    "trend.chart": "trend.chart(practice.trend())",
}


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Return what the type checker says of lines that hand a Result to a chart, and of a right one."""
    snippet = tmp_path_factory.mktemp("types") / "snippet.py"
    snippet.write_text("\n".join([RIGHT, *WRONG.values()]))
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--no-error-summary", str(snippet)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1, done.stdout + done.stderr
    return [line for line in done.stdout.splitlines() if ": error:" in line]


def test_a_result_is_refused_where_a_chart_wants_a_finding(checked: list[str]) -> None:
    assert len(checked) == len(WRONG)
    for line, wanted in zip(checked, ("Finding", "TrendFinding"), strict=True):
        assert "arg-type" in line
        assert f'expected "{wanted}"' in line
