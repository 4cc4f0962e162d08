"""Ten thousand identifiers of twelve kinds, in every column and format: none gets behind the door."""

import json
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from pipelines.intake import batches, contract
from tests.privacy.commands import abate
from tests.privacy.planted_fhir import fhir
from tests.privacy.planted_tables import WIDE, canonical, omop, wide
from tests.privacy.planting import KINDS, Plants
from tests.privacy.searching import behind_the_door, found_in

SHOWN = (
    ("rates",), ("rates", "--policy", "internal", "--by", "category,subtype", "--format", "csv"),
    ("rates", "--by", "clinic_key", "--format", "json"), ("check",),
    ("check", "--policy", "internal", "--format", "json"),
    ("check", "--privacy", "--policy", "internal"), ("check", "--privacy", "--format", "json"),
    ("batches",), ("restatements",), ("restatements", "--format", "json"),
)  # fmt: skip


@dataclass(frozen=True)
class Planted:
    """A practice that four planted exports came into, and all that was printed meanwhile."""

    plants: Plants
    practice: Path
    printed: dict[str, str]


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Planted:
    folder = tmp_path_factory.mktemp("planted")
    plants = Plants(seed=20)
    (folder / "wide_ehr.toml").write_text(WIDE)
    exports = {
        "canonical": canonical(folder / "canonical", plants, 40),
        str(folder / "wide_ehr.toml"): wide(folder / "wide", plants, 40),
        "fhir": fhir(folder / "fhir", plants, 24),
        "omop": omop(folder / "omop", plants, 24),
    }
    practice, walk = folder / "practice", folder / "walk"
    printed = {}
    for profile, source in exports.items():
        code, text = abate(
            "import", str(source), "--profile", profile, "--into", str(practice),
            "--crosswalk", str(walk),
        )  # fmt: skip
        assert code == 0, text
        printed[f"import {profile}"] = text
    printed["build"] = abate("build", str(practice))[1]
    for words in SHOWN:
        code, text = abate(words[0], str(practice), *words[1:])
        assert code == 0, text
        printed[" ".join(words)] = text
    code, _ = abate("due", "--crosswalk", str(walk), "--on", "2024-03-20")
    assert code == 0
    return Planted(plants, practice, printed)


def test_ten_thousand_identifiers_of_twelve_kinds_are_planted(planted: Planted) -> None:
    assert sum(planted.plants.planted.values()) >= 10_000
    assert set(planted.plants.planted) == set(KINDS)
    assert min(planted.plants.planted.values()) >= 500


def test_none_is_found_in_records_quarantine_builds_or_any_other_file(planted: Planted) -> None:
    assert found_in(behind_the_door(planted.practice), planted.plants.needles) == []


def test_none_is_found_in_what_commands_print(planted: Planted) -> None:
    assert found_in(planted.printed, planted.plants.needles) == []


def test_records_of_every_table_came_in_beside_them(planted: Planted) -> None:
    """The search looks at real records: most rows pass, and those with identifiers are refused."""
    accepted = {
        (batch.source, unit.unit): unit.accepted
        for batch in batches.manifests(planted.practice)
        for unit in batch.accounts
    }
    for table in contract.TABLES:
        assert accepted["canonical", table.name] >= 35, table.name
    assert accepted["wide_ehr", "adverse_events"] >= 80
    assert accepted["fhir", "Observation"] >= 24
    assert accepted["omop", "visit_occurrence"] >= 24
    for file in (planted.practice / "quarantine").iterdir():
        assert pl.read_csv(file).height >= 100, file.name


def test_the_search_finds_what_is_there(tmp_path: Path) -> None:
    """In packed Parquet pages, in names of files, in other spellings of a date."""
    plants = Plants(seed=3)
    name, born = plants.plant("name"), plants.plant("date")
    (tmp_path / f"{name}.txt").write_text("nothing")
    frame = pl.DataFrame({"note": [f"{name} called"] * 500, "born": [born] * 500})
    frame.write_parquet(tmp_path / "rows.parquet")
    places = {place for _, place in found_in(behind_the_door(tmp_path), plants.needles)}
    assert places == {"names of files", "rows.parquet", "rows.parquet, decoded"}


HEADERLESS = "Sexton,Patientkeyes,Agebandt,1948-03-09\nVisitkeyser,Patientkeyes,Agebandt,x\n"


@pytest.mark.parametrize("profile", ["canonical", "ehr_wide", "redcap", "synthea_csv"])
def test_a_file_without_a_header_shows_nobody_of_its_first_row(
    profile: str, tmp_path: Path
) -> None:
    export = tmp_path / "export"
    export.mkdir()
    for name in ("patients", "visits", "redcap", "encounters", "conditions", "observations"):
        (export / f"{name}.csv").write_text(HEADERLESS)
    code, text = abate(
        "import", str(export), "--profile", profile, "--into", str(tmp_path / "practice"),
        "--crosswalk", str(tmp_path / "walk"),
    )  # fmt: skip
    assert code == 1
    assert "has no column" in text
    assert found_in({"printed": text}, ["sexton", "patientkeyes", "agebandt", "1948"]) == []


def test_a_headerless_omop_or_broken_fhir_file_shows_nobody(tmp_path: Path) -> None:
    for name in ("omop", "fhir"):
        (tmp_path / name).mkdir()
    (tmp_path / "omop" / "person.csv").write_text(HEADERLESS)
    resource = {"resourceType": "Patient", "id": "Sexton", "name": "Patientkeyes"}
    (tmp_path / "fhir" / "Sexton.ndjson").write_text(json.dumps(resource) + '\n{"Agebandt')
    for profile in ("omop", "fhir"):
        code, text = abate(
            "import", str(tmp_path / profile), "--profile", profile,
            "--into", str(tmp_path / f"practice_{profile}"), "--crosswalk", str(tmp_path / "walk"),
        )  # fmt: skip
        assert code == 1, text
        assert found_in({"printed": text}, ["sexton", "patientkeyes", "agebandt", "1948"]) == []
