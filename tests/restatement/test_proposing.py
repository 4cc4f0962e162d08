"""What proposed definitions would change, told before anyone adopts them."""

import hashlib
import json
from pathlib import Path

import duckdb
import polars as pl
import pytest

from pipelines import InputError, open_practice, warehouse
from pipelines.definitions.loading import SHIPPED
from pipelines.disclosure.proposed import ProposalFinding, disclose_proposal
from pipelines.disclosure.withheld import WITHHELD_PROPOSAL
from pipelines.estimates.proposed import Proposal
from tests.drawn import write
from tests.test_cli import abate

# By a fall of 80 % the first of three with TMJ no longer responds (8 to 2 is 75 %).
STRICTER = {"measures": ["response_30,nrs_average_7d,,fall_percent,80,,,,4,not_met,A meeting."]}
NOT_COMPARED = (
    "Compared are first courses by the headline measure and window; other measures and windows, and"
    " what may be shown of them, are not."
)


def propose(folder: Path, rows: dict[str, list[str]], extra: str = "") -> Path:
    """Write a folder of overrides: rows by file under the header of the shipped one."""
    folder.mkdir()
    for name, lines in rows.items():
        header = (SHIPPED / f"{name}.csv").read_text("utf8").splitlines()[0] + extra
        (folder / f"{name}.csv").write_text("\n".join([header, *lines]) + "\n", "utf8")
    return folder


def shown(found: Proposal) -> ProposalFinding:
    finding = disclose_proposal(found, "internal")
    assert isinstance(finding, ProposalFinding)
    return finding


@pytest.fixture
def proposal(tmp_path: Path) -> Path:
    return propose(tmp_path / "proposal", STRICTER)


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
    found = open_practice(practice).proposal(proposal)
    assert found.cells.rows() == [
        ("measures.csv", "response_30 / nrs_average_7d", "min_fall_percent", "30", "80")
    ]
    told = shown(found)
    # Three with TMJ, two assessed: one responded, by the proposal none; depression stays.
    assert told.summary == "2 published headline rates would move, 2 would stay."
    assert told.lines == (
        "all months, tmj: 33 to 67 % -> 0 to 33 %; 1 would change status (1 responded -> not_responded)",
        "2025-01, tmj: 33 to 67 % -> 0 to 33 %; 1 would change status (1 responded -> not_responded)",
        "all months, depression: 100 % stays",
        "Of single months 1 rate would stay.",
        NOT_COMPARED,
    )
    assert contents(practice) == before


def test_an_adopted_proposal_gives_the_rates_that_were_told(practice: Path, proposal: Path) -> None:
    told = open_practice(practice).proposal(proposal).rows.filter(pl.col("subtype").is_null())
    proposal.rename(practice / "definitions")
    warehouse.build(practice)
    adopted = open_practice(practice).restatements().rows
    assert adopted.height == 4
    columns = ["category", "start_month", "due_before", "responded_before", "due_after",
               "assessed_after", "responded_after", "moved"]  # fmt: skip
    assert adopted.select(columns).rows() == told.select(columns).rows()


def test_a_folder_without_overrides_takes_those_of_the_practice_back(
    practice: Path, proposal: Path, tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    same = open_practice(practice).proposal(tmp_path / "empty")
    assert (same.cells.height, same.moved.height, same.rules_changed) == (0, 0, ())
    proposal.rename(practice / "definitions")
    warehouse.build(practice)
    back = open_practice(practice).proposal(tmp_path / "empty")
    assert back.cells.select("before", "after").rows() == [("80", "30")]
    assert back.moved.select("category", "responded_before", "responded_after").rows() == [
        ("tmj", 0, 1), ("tmj", 0, 1),
    ]  # fmt: skip


def test_who_comes_in_goes_out_and_changes_group_is_told_by_status(tmp_path: Path) -> None:
    folder = tmp_path / "practice"
    infusions = """
        patient | day | category         | subtype
        1       |   0 | neuropathic_pain | crps
        2       |   0 | neuropathic_pain | crps
        3       |   0 | tmj              |
        4       |   0 | depression       | mdd
    """
    scores = """
        patient | instrument     | day | score
        1       | nrs_average_7d |  -1 | 8
        1       | nrs_average_7d |  22 | 2
        2       | nrs_average_7d |  -1 | 5
        3       | nrs_average_7d |  -1 | 3
        3       | nrs_average_7d |  22 | 0
        4       | phq_9          |  -1 | 20
        4       | phq_9          |  22 | 9
    """
    write(folder, {"infusions": infusions, "scores": scores}, 100)
    warehouse.build(folder)
    others = {
        "measures": [
            "response_30,nrs_average_7d,,fall_percent,30,,,,6,not_met,us",
            "response_30,nrs_average_7d,tmj,fall_percent,30,,,,3,not_met,us",
        ],
    }
    wanted = propose(tmp_path / "others", others, extra=",new")
    file = wanted / "measures.csv"
    file.write_text(file.read_text("utf8").replace("us\n", "us,\n", 1).replace("us\n", "us,yes\n"))
    told = shown(open_practice(folder).proposal(wanted))
    assert told.summary == (
        "3 published headline rates would move, 2 would be there for the first time, 3 would stay."
    )
    assert told.lines[:-1] == (
        "all months, neuropathic_pain: 50 to 100 % -> 100 %; 1 would go out (1 not_assessed -> below_floor)",
        "all months, neuropathic_pain, crps: 50 to 100 % -> 100 %; 1 would go out (1 not_assessed -> below_floor)",
        "2025-01, neuropathic_pain: 50 to 100 % -> 100 %; 1 would go out (1 not_assessed -> below_floor)",
        "all months, tmj: none due -> 100 %; 1 would come in (1 below_floor -> responded)",
        "2025-01, tmj: none due -> 100 %; 1 would come in (1 below_floor -> responded)",
        "all months, depression: 100 % stays",
        "all months, depression, mdd: 100 % stays",
        "Of single months 1 rate would stay.",
    )


def test_a_course_that_changes_its_subtype_moves_the_rates_of_both(tmp_path: Path) -> None:
    folder = tmp_path / "practice"
    write(
        folder,
        {
            "infusions": "patient | day\n1 | 0\n2 | 0",
            "diagnoses": "patient | icd10cm\n1 | G905\n2 | G500",
            "scores": "patient | instrument | day | score\n1 | nrs_average_7d | -1 | 8\n"
            "1 | nrs_average_7d | 22 | 2\n2 | nrs_average_7d | -1 | 8\n2 | nrs_average_7d | 22 | 8",
        },
        100,
    )
    warehouse.build(folder)
    row = "G905,,yes,neuropathic_pain,trigeminal,1,pain,CRPS I,us"
    wanted = propose(tmp_path / "other", {"diagnoses": [row]})
    told = shown(open_practice(folder).proposal(wanted))
    assert told.lines[:-1] == (
        "all months, neuropathic_pain: 50 % stays",
        "all months, neuropathic_pain, crps: 100 % -> none due; 1 would go out (1 responded -> none)",
        "all months, neuropathic_pain, trigeminal: 0 % -> 50 %; 1 would come in (1 none -> responded)",
        "Of single months 1 rate would stay.",
    )


def test_a_rate_that_stays_while_its_range_moves_is_told_with_the_range(tmp_path: Path) -> None:
    folder = tmp_path / "practice"
    people = range(1, 6)
    infusions = "patient | day | category\n" + "\n".join(f"{n} | 0 | tmj" for n in people)
    scores = "patient | instrument | day | score\n" + "\n".join(
        f"{n} | nrs_average_7d | -1 | {5 if n == 5 else 8}"
        + ("" if n == 5 else f"\n{n} | nrs_average_7d | 22 | {2 if n < 3 else 8}")
        for n in people
    )
    write(folder, {"infusions": infusions, "scores": scores}, 100)
    warehouse.build(folder)
    row = "response_30,nrs_average_7d,,fall_percent,30,,,,6,not_met,us"
    wanted = propose(tmp_path / "other", {"measures": [row]})
    told = shown(open_practice(folder).proposal(wanted))
    assert told.lines[0].startswith("all months, tmj: 50 % (40 to 60 %) -> 50 % (50 to 50 %); 1 ")


def test_what_a_build_would_refuse_is_refused_in_a_line(practice: Path, proposal: Path) -> None:
    found = open_practice(practice)
    with pytest.raises(InputError, match=r"definitions '.*nowhere': no such folder"):
        found.proposal(practice / "nowhere")
    file = proposal / "measures.csv"
    file.write_text(file.read_text("utf8").replace(",80,", ",180,"), "utf8")
    with pytest.raises(InputError, match="row 1: min_fall_percent is 180; expected 1 to 100"):
        found.proposal(proposal)
    rows = ["ketamine,iv,us,no,", "other,oral,us,,yes"]
    nobody = propose(practice / "nobody", {"counted_treatments": rows}, extra=",active,new")
    with pytest.raises(InputError, match="none of 4 infusions counts; expected completed visits"):
        found.proposal(nobody)


def test_rows_that_only_one_side_has_differ_even_where_all_of_them_is_key(
    practice: Path, tmp_path: Path
) -> None:
    wanted = propose(
        tmp_path / "oral", {"counted_treatments": ["ketamine,oral,us,yes"]}, extra=",new"
    )
    found = open_practice(practice).proposal(wanted)
    assert found.cells.rows() == [
        ("counted_treatments.csv", "ketamine / oral", "row", None, "there")
    ]


def test_a_build_that_its_own_definitions_do_not_give_is_not_compared(
    practice: Path, proposal: Path
) -> None:
    with duckdb.connect(str(warehouse.current(practice).path)) as connection:
        connection.execute("update core.course_outcomes set status = 'responded'")
    with pytest.raises(InputError, match="counted by another version of Abate"):
        open_practice(practice).proposal(proposal)


def test_the_command_lists_cells_and_rates_as_the_policy_allows(
    practice: Path, proposal: Path
) -> None:
    asked = ["definitions", "diff", str(proposal), "--practice", str(practice)]
    protected = abate(*asked)
    assert (protected.returncode, protected.stderr) == (0, "")
    assert protected.stdout.splitlines() == [
        "measures.csv, response_30 / nrs_average_7d: min_fall_percent 30 -> 80",
        "Rules that would change: measures.csv.",
        f"{WITHHELD_PROPOSAL} Ask with --policy internal.",
    ]
    hidden = json.loads(abate(*asked, "--format", "json").stdout)
    assert hidden["summary"] == WITHHELD_PROPOSAL
    assert [hidden[name] for name in ("moved", "appearing", "rows", "flows")] == [None] * 4
    told = json.loads(abate(*asked, "--policy", "internal", "--format", "json").stdout)
    assert (told["moved"], told["rules_changed"]) == (2, ["measures.csv"])
    assert told["rows"][1]["start_month"] == "2025-01"
    assert [row["moved"] for row in told["rows"]] == [True, True, False, False]
    assert told["flows"][0] == {
        "category": "tmj", "subtype": None, "start_month": None,
        "status_before": "responded", "status_after": "not_responded", "courses": 1,
    }  # fmt: skip
