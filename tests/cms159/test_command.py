"""The command `abate cms159`: what it prints and how it ends."""

import json
from datetime import date
from pathlib import Path

import pytest

from tests.cms159.drawing import resources, value_sets
from tests.test_cli import abate

RECORD = """
    what                 | patient | start                | end                  | value
    patient              | p1      | 1980-01-01           |                      |
    patient              | p2      | 1980-01-01           |                      |
    depression_encounter | p1      | 2024-02-25T14:30:00Z | 2024-02-25T14:50:00Z |
    major_depression     | p1      | 2020-01-01           |                      |
    phq_9                | p1      | 2024-02-25T14:35:00Z |                      | 15
    phq_9                | p1      | 2025-02-25T14:35:00Z |                      | 4
    phq_9                | p9      | 2025-02-25T14:35:00Z |                      | 4
"""


@pytest.fixture
def words(tmp_path: Path) -> list[str]:
    (tmp_path / "source").mkdir()
    found = resources(RECORD)
    found[0]["name"] = [{"family": "Doe"}]
    text = "\n".join(json.dumps(one) for one in found)
    (tmp_path / "source" / "Patient.ndjson").write_text(text)
    folder = value_sets(tmp_path / "valuesets")
    return ["cms159", str(tmp_path / "source"), "--valuesets", str(folder)]


def test_json_is_the_object_that_is_documented(words: list[str]) -> None:
    done = abate(*words, "--period", "2025", "--format", "json")
    assert done.returncode == 0
    assert json.loads(done.stdout) == {"patients": [
        {"patient": "p1", "initial_population": 1, "denominator": 1, "denominator_exclusion": 0,
         "numerator": 1, "stratum": "18 and over",
         "reason": "last PHQ-9 in the assessment period is 4"},
        {"patient": "p2", "initial_population": 0, "denominator": 0, "denominator_exclusion": 0,
         "numerator": 0, "stratum": None,
         "reason": "no depression encounter in the identification period"},
    ]}  # fmt: skip
    assert done.stderr == (
        "abate: resources about patients who are not in the source, so counted for nobody: 1\n"
    )


def test_the_table_counts_and_names_nobody(words: list[str]) -> None:
    done = abate(*words, "--period", "2025")
    assert done.returncode == 0
    assert "100.0%" in done.stdout
    assert "no depression encounter in the identification period" in done.stdout
    assert "Doe" not in done.stdout
    assert "p1" not in done.stdout


def test_the_period_is_the_last_full_year_where_none_is_named(words: list[str]) -> None:
    done = abate(*words, "--format", "fhir")
    report = json.loads(done.stdout)["entry"][0]["resource"]
    assert report["period"]["start"] == f"{date.today().year - 1}-01-01"


def test_wrong_input_ends_with_1_and_a_wrong_command_with_2(words: list[str]) -> None:
    (Path(words[3]) / "dysthymia.json").unlink()
    done = abate(*words)
    assert done.returncode == 1
    assert done.stderr.startswith("abate: value set 'Dysthymia' (http://cts.nlm.nih.gov/")
    assert len(done.stderr.splitlines()) == 1
    assert abate(*words[:2]).returncode == 2
    assert abate(*words, "--period", "soon").returncode == 2


def test_the_help_says_that_the_output_names_patients(words: list[str]) -> None:
    said = " ".join(abate("cms159", "--help").stdout.split())
    assert "name patients by their id, so this output stays on the secure side" in said
