"""A first profile of visits whose rows repeat, and of codes that it does not know."""

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from pipelines.intake.importing import import_export
from pipelines.intake.profiling import FirstProfile, first_profile

HEADER = "Besuch-Nr;PatNr;Datum;Besuchsart;Status;PHQ-9;Diagnose 1"
VISITS = [
    f"V{number};P{number % 9};{number % 28 + 1:02}.03.2025;"
    f"{('Infusion', 'Erstgespräch', 'Kontrolle')[number % 3]};erschienen;{number % 25};"
    f"{'F33.2' if number % 4 else ''}"
    for number in range(60)
]


@pytest.fixture
def drafted(tmp_path: Path) -> Callable[..., FirstProfile]:
    def make(*lines: str) -> FirstProfile:
        (tmp_path / "export").mkdir()
        (tmp_path / "export" / "visits.csv").write_text("\n".join([HEADER, *lines]) + "\n")
        return first_profile(tmp_path / "export", "export")

    return make


def test_rows_that_repeat_another_leave_the_key_and_count_once(
    drafted: Callable[..., FirstProfile], tmp_path: Path
) -> None:
    text = drafted(*VISITS, *VISITS[:2]).text
    assert (
        'visit_key = "Besuch-Nr"  # uncertain: rows that repeat another in every cell: 2;' in text
    )
    assert '[tables.visits]\nfrom = "visits"  # sure\ndistinct = true  # sure' in text
    assert '[tables.infusions]\nfrom = "visits"  # sure\ndistinct = true  # sure' in text
    (tmp_path / "first.toml").write_text(text)
    done = import_export(tmp_path / "export", str(tmp_path / "first.toml"), tmp_path / "practice")
    batch = tmp_path / "practice" / "records" / done.manifest.folder
    assert pl.read_parquet(batch / "visits-0000.parquet").height == 60
    assert pl.read_parquet(batch / "infusions-0000.parquet").height == 20
    assert sum(account.quarantined for account in done.manifest.accounts) == 0


def test_a_few_other_rows_of_one_key_leave_it_and_are_counted(
    drafted: Callable[..., FirstProfile],
) -> None:
    text = drafted(*VISITS, "V5;P5;07.04.2025;Infusion;erschienen;11;").text
    assert (
        'visit_key = "Besuch-Nr"  # uncertain: rows with the key of another row: 1; all but the first'
        " go to quarantine" in text
    )


def test_a_key_of_many_rows_is_none_and_it_is_said_why(
    drafted: Callable[..., FirstProfile],
) -> None:
    made = drafted(*VISITS, *[f"V{n % 9};P{n % 9};08.04.2025;Infusion;;{n};" for n in range(20)])
    assert "[tables.visits]" not in made.text
    assert (
        "visits.csv: no visits are drafted from it; a key stands in one row, but Besuch-Nr has 60"
        " values in 80 rows." in made.notes
    )


def test_states_and_codes_that_are_not_sure_are_named(
    drafted: Callable[..., FirstProfile],
) -> None:
    odd = [
        "V90;P1;01.04.2025;Infusion;kurzfristig abgesagt;;",
        "V91;P1;02.04.2025;Reha;spontan abgesagt;;",
        "V92;P1;03.04.2025;Infusion;verlegt;;",
    ]
    text = drafted(*VISITS, *odd).text
    assert '"kurzfristig abgesagt" = "late_cancelled", "spontan abgesagt" = "cancelled"' in text
    assert (
        "# uncertain: told by a word in it: 'spontan abgesagt'; not known, their rows go to"
        " quarantine: 'verlegt'" in text
    )
    assert "# uncertain: taken as consultation: 'Reha'" in text


def test_a_visit_without_a_clinic_is_no_clinic_more(tmp_path: Path) -> None:
    lines = [f"{line};{'' if n == 7 else 'Nord'}" for n, line in enumerate(VISITS)]
    (tmp_path / "visits.csv").write_text("\n".join([f"{HEADER};Standort", *lines]) + "\n")
    (tmp_path / "first.toml").write_text(first_profile(tmp_path / "visits.csv", "export").text)
    assert (
        'clinic_key = "Standort"  # uncertain: rows without Standort go to quarantine: 1'
        in (tmp_path / "first.toml").read_text()
    )
    done = import_export(tmp_path, str(tmp_path / "first.toml"), tmp_path / "practice")
    assert (
        "visits,8,clinic_key,missing"
        in (tmp_path / "practice" / "quarantine" / f"{done.manifest.folder}.csv").read_text()
    )
    visits = tmp_path / "practice" / "records" / done.manifest.folder / "visits-0000.parquet"
    assert pl.read_parquet(visits)["clinic_key"].unique().to_list() == ["Nord"]


def test_rows_without_a_code_are_left_out_and_nothing_else_is_said(
    drafted: Callable[..., FirstProfile],
) -> None:
    text = drafted(*VISITS).text
    assert 'icd10cm = { column = "Diagnose 1", remove = "." }  # sure' in text
