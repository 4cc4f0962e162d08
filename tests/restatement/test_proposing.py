"""What proposed definitions would change, told before anyone adopts them; old builds asked again."""

import hashlib
import json
from pathlib import Path

import pytest

from pipelines import InputError, open_practice, warehouse
from pipelines.disclosure.restated import disclose_restatements
from tests.restatement.arriving import INFUSIONS, LATE, arrive
from tests.test_cli import abate

# By a fall of 80 % the first of three with TMJ no longer responds (8 to 2 is 75 %).
STRICTER = """
measure,instrument,rule,min_fall_percent,floor,missing_counts_as,source
response_30,nrs_average_7d,fall_percent,80,4,not_met,Proposal of a meeting.
"""


@pytest.fixture
def proposal(tmp_path: Path) -> Path:
    folder = tmp_path / "proposal"
    folder.mkdir()
    header, row = STRICTER.strip().splitlines()
    full = (
        "measure,instrument,category,rule,min_fall_percent,max_final_score,min_fall_points,"
        "min_rise_points,floor,missing_counts_as,source"
    )
    cells = dict(zip(header.split(","), row.split(","), strict=True))
    text = ",".join(cells.get(name, "") for name in full.split(","))
    (folder / "measures.csv").write_text(f"{full}\n{text}\n", "utf8")
    return folder


def contents(folder: Path) -> dict[str, str]:
    return {
        str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def test_the_rates_that_would_move_are_told_and_nothing_is_written(
    practice: Path, proposal: Path
) -> None:
    before = contents(practice)
    cells, log = open_practice(practice).proposal(proposal)
    assert cells.rows() == [
        ("measures.csv", "response_30 / nrs_average_7d", "min_fall_percent", "30", "80")
    ]
    # Three with TMJ, two assessed: one responded, by the proposal none; depression stays.
    assert disclose_restatements(log, "internal").lines == (
        "Rules that changed: measures.csv.",
        "all months, tmj: 33 to 67 % -> 0 to 33 %: 1 course counted by other rules",
        "2025-01, tmj: 33 to 67 % -> 0 to 33 %: 1 course counted by other rules",
    )
    assert contents(practice) == before


def test_an_adopted_proposal_gives_the_rates_that_were_told(practice: Path, proposal: Path) -> None:
    _, told = open_practice(practice).proposal(proposal)
    proposal.rename(practice / "definitions")
    warehouse.build(practice)
    adopted = open_practice(practice).restatements()
    assert adopted.rows.rows() == told.rows.rows()
    assert adopted.reasons.rows() == told.reasons.rows()


def test_the_same_definitions_move_nothing(practice: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    cells, log = open_practice(practice).proposal(tmp_path / "empty")
    assert cells.is_empty()
    assert log.moved.is_empty()
    assert log.rules_changed == ""


def test_a_wrong_folder_is_refused_in_a_line(practice: Path, proposal: Path) -> None:
    with pytest.raises(InputError, match=r"definitions '.*nowhere': no such folder"):
        open_practice(practice).proposal(practice / "nowhere")
    file = proposal / "measures.csv"
    file.write_text(file.read_text("utf8").replace(",80,", ",180,"), "utf8")
    with pytest.raises(InputError, match="row 1: min_fall_percent is 180; expected 1 to 100"):
        open_practice(practice).proposal(proposal)


def test_the_command_lists_cells_and_rates_as_the_policy_allows(
    practice: Path, proposal: Path
) -> None:
    asked = ["definitions", "diff", str(proposal), "--practice", str(practice)]
    protected = abate(*asked)
    assert (
        "measures.csv, response_30 / nrs_average_7d: min_fall_percent 30 -> 80" in protected.stdout
    )
    assert "how many is hidden" in protected.stdout
    assert "33" not in protected.stdout
    told = json.loads(abate(*asked, "--policy", "internal", "--format", "json").stdout)
    assert told["moved"] == 2
    assert told["rows"][0]["text"].startswith("all months, tmj: 33 to 67 % -> 0 to 33 %")
    assert told["rules_changed"] == ["measures.csv"]


def test_an_old_build_answers_by_its_own_definitions_whatever_came_since(
    practice: Path, proposal: Path
) -> None:
    first = open_practice(practice)
    published = first.response().frame
    proposal.rename(practice / "definitions")
    arrive(practice, {"infusions": INFUSIONS, "scores": LATE})
    warehouse.build(practice)
    assert open_practice(practice).response().frame.rows() != published.rows()
    again = open_practice(practice, build=first.build.id)
    assert again.response().frame.rows() == published.rows()
    assert again.definitions.overrides.is_empty()
    printed = abate("rates", str(practice), "--build", first.build.id, "--format", "json")
    assert json.loads(printed.stdout)["build"] == first.build.id


def test_the_records_of_an_old_build_counted_again_by_its_definitions_say_the_same(
    practice: Path, proposal: Path
) -> None:
    old = open_practice(practice)
    proposal.rename(practice / "definitions")
    warehouse.build(practice)
    changed = warehouse.proposed_tables(old.build.path, old.definitions)
    assert changed["restatements"].is_empty()
    assert changed["published"].height == 2


def test_a_build_that_is_not_kept_is_refused_with_those_that_are(practice: Path) -> None:
    there = open_practice(practice).build.id
    with pytest.raises(InputError, match=f"no build 'nine' is kept; expected one of {there}"):
        open_practice(practice, build="nine")
