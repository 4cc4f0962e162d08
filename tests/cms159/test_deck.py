"""The official deck of 61 cases: each alone, and all as one export through the command.

In case 2b4c52e3 doNotPerform is true, though its description says false; the expected populations,
which the measure's authors computed, are those of the resource.
"""

import json
from pathlib import Path

import pytest

from pipelines.cms159 import Rules, assessed, read, rules
from tests.cms159.deck import POPULATIONS, as_one, cases, expected
from tests.test_cli import abate


@pytest.fixture(scope="module")
def deck(studies: Path) -> Path:
    return studies / "cms159_deck"


@pytest.fixture(scope="module")
def measure(deck: Path) -> Rules:
    return rules(deck / "valuesets")


def test_each_of_the_61_cases_is_where_its_authors_expect_it(deck: Path, measure: Rules) -> None:
    found = {}
    for case in cases(deck):
        (history,) = read(deck / "cases" / case, measure).patients
        outcome = assessed(history, measure, 2025)
        found[case] = tuple(getattr(outcome, name) for name in POPULATIONS)
    assert len(found) == 61
    assert found == expected(deck)


def test_the_folder_of_61_folders_is_one_source_of_61_patients(deck: Path, measure: Rules) -> None:
    histories = read(deck / "cases", measure)
    assert histories.strays == 0
    found = {
        history.patient.id: tuple(getattr(outcome, name) for name in POPULATIONS)
        for history in histories.patients
        if (outcome := assessed(history, measure, 2025))
    }
    assert found == expected(deck)


def test_all_61_cases_as_one_export_go_through_the_command(deck: Path, tmp_path: Path) -> None:
    export = as_one(deck, tmp_path / "export")
    done = abate(
        "cms159", str(export), "--period", "2025", "--format", "json",
        "--valuesets", str(deck / "valuesets"),
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    rows = json.loads(done.stdout)["patients"]
    found = {
        row["patient"].partition("-")[2]: tuple(row[name] for name in POPULATIONS) for row in rows
    }
    assert found == expected(deck)
    assert "PopStrat" not in done.stdout, "the family names of the deck"


def test_the_strata_are_those_of_the_descriptions_of_two_edge_cases(
    deck: Path, measure: Rules
) -> None:
    for case, stratum in (
        ("3900270d", "12-17"),
        ("d04323b4", "12-17"),
        ("0604cc6e", "18 and over"),
    ):
        (name,) = [one for one in cases(deck) if one.startswith(case)]
        (history,) = read(deck / "cases" / name, measure).patients
        assert assessed(history, measure, 2025).stratum == stratum
