"""A first profile is close to right: at most five changed lines make it import as a shipped one does."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.definitions import InputError
from pipelines.intake.importing import import_export
from pipelines.intake.profile import SHIPPED
from pipelines.intake.profiling import first_profile
from pipelines.warehouse import build
from tests.drawn import drawn
from tests.test_studies import FOLDERS as FOLDERS_OF_STUDIES

Edit = tuple[str, str]
EXAMPLES = Path(__file__).resolve().parents[2] / "data" / "examples"

EDITS: dict[str, list[Edit]] = {
    "nimh_ketamine": [
        ('constant = "madrs"', 'constant = "madrs_24h"'),
        ("ses-b0 = 0", "ses-b0 = -2"),
        ('constant = "hamd_17"', ""),
    ],
    "amitriptyline": [
        ('path = "xoverBOCF.csv"', 'path = "xoverPP.csv"'),
        ("constant = 7", "constant = 21"),
        ("constant = 14", "constant = 42"),
        ('constant = "nrs_average_7d"', 'constant = "nrs_worst_24h"'),
    ],
    "neck_pain_laser": [
        ("1 = 0, 2 = 7, 3 = 14", "1 = 0, 2 = 49, 3 = 84"),
        ('constant = "nrs_average_7d"', 'constant = "vas_average_7d"'),
    ],
}
FOLDERS = {
    name: FOLDERS_OF_STUDIES[name] for name in ("nimh_ketamine", "amitriptyline", "neck_pain_laser")
}
RATES = drawn("""
    profile         | measure     | window  | started | baseline | eligible | assessed | responded
    nimh_ketamine   | response_50 | day_2   |  36     |  35      |  35      |  29      |   6
    nimh_ketamine   | remission   | day_10  |  36     |  35      |  35      |  26      |   2
    amitriptyline   | response_30 | week_6  | 122     | 122      | 105      | 105      |  62
    amitriptyline   | response_50 | week_6  | 122     | 122      | 105      | 105      |  47
    neck_pain_laser | response_30 | week_7  |  45     |  45      |  33      |  31      |  22
    neck_pain_laser | response_50 | week_12 |  45     |  45      |  33      |  33      |  14
""")
COUNTS = ["started", "baseline", "eligible", "assessed", "responded"]


def edited(text: str, edits: list[Edit]) -> str:
    """Return a profile with lines changed: each edit is one line; an empty one takes it out."""
    assert len(edits) <= 5
    lines = text.splitlines()
    for found, instead in edits:
        places = [number for number, line in enumerate(lines) if found in line]
        assert len(places) == 1, (found, places)
        place = places[0]
        lines[place : place + 1] = [lines[place].replace(found, instead)] if instead else []
    return "\n".join(lines)


def accepted(practice: Path) -> dict[str, int]:
    manifest = json.loads(next(practice.glob("records/*/manifest.json")).read_text())
    return {account["unit"]: account["accepted"] for account in manifest["accounts"]}


@pytest.fixture(scope="module")
def guessed(studies: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Import each study through its edited first profile, with the shipped profile's definitions."""
    home = tmp_path_factory.mktemp("guessed")
    for name, folder in FOLDERS.items():
        profile = home / f"{name}.toml"
        profile.write_text(edited(first_profile(studies / folder, name).text, EDITS[name]))
        shutil.copytree(SHIPPED / name / "definitions", home / name / "definitions")
        import_export(studies / folder, str(profile), home / name)
        build(home / name)
    return home


@pytest.mark.parametrize("row", RATES.to_dicts(), ids=lambda row: "-".join(list(row.values())[:3]))
def test_a_first_profile_with_few_edits_gives_the_counts_of_the_study(
    guessed: Path, row: dict[str, str]
) -> None:
    words = ["rates", str(guessed / row["profile"]), "--measure", row["measure"]]
    words += ["--window", row["window"], "--policy", "internal", "--format", "json"]
    result = CliRunner().invoke(app, words, catch_exceptions=False)
    found = json.loads(result.stdout)["rows"]
    assert [{name: line[name] for name in COUNTS} for line in found] == [
        {name: int(row[name]) for name in COUNTS}
    ]


@pytest.mark.parametrize("name", FOLDERS)
def test_as_many_records_are_accepted_as_through_the_shipped_profile(
    guessed: Path, studies: Path, tmp_path: Path, name: str
) -> None:
    import_export(studies / FOLDERS[name], name, tmp_path / "shipped")
    assert accepted(guessed / name) == accepted(tmp_path / "shipped")


SYNTHEA_EDITS: list[Edit] = [
    ('keep = { column = "REASONCODE"', 'keep = { column = "REASONCODE", values = ["none"] } #'),
]


def test_synthea_needs_one_line_to_import_as_through_its_shipped_profile(
    studies: Path, tmp_path: Path
) -> None:
    export = studies / "synthea_csv"
    profile = tmp_path / "synthea.toml"
    profile.write_text(edited(first_profile(export).text, SYNTHEA_EDITS))
    import_export(export, str(profile), tmp_path / "guessed", tmp_path / "crosswalk")
    import_export(export, "synthea_csv", tmp_path / "shipped", tmp_path / "other_crosswalk")
    assert accepted(tmp_path / "guessed") == accepted(tmp_path / "shipped")


def account(practice: Path) -> dict[str, tuple[int, int]]:
    manifest = json.loads(next(practice.glob("records/*/manifest.json")).read_text())
    return {
        entry["unit"]: (entry["accepted"] + entry["held_back"], entry["quarantined"])
        for entry in manifest["accounts"]
    }


def test_synthea_brings_its_scores_and_leaves_phq_2_unused(studies: Path, tmp_path: Path) -> None:
    import_export(studies / "synthea_csv", "synthea_csv", tmp_path / "p", tmp_path / "c")
    assert account(tmp_path / "p") == {
        "patients": (27, 0),
        "visits": (604, 0),
        "diagnoses": (3, 0),
        "scores": (36, 0),
    }
    manifest = json.loads(next(tmp_path.glob("p/records/*/manifest.json")).read_text())
    left = {entry["unit"]: entry["left_out"] for entry in manifest["accounts"]}
    assert left["scores"] == {"55758-7: not used": 15, "by filter": 939}


EXAMPLE_ACCOUNTS = {
    "ehr_wide": {
        "patients": (10, 0), "visits": (84, 0), "infusions": (56, 0), "diagnoses": (79, 0),
        "scores": (122, 0), "vital_signs": (280, 0),
    },
    "redcap": {
        "patients": (10, 0), "visits": (60, 0), "infusions": (58, 0), "diagnoses": (10, 0),
        "scores": (188, 0),
    },
}  # fmt: skip


@pytest.mark.parametrize("name", EXAMPLE_ACCOUNTS)
def test_the_worked_examples_import_through_their_templates(tmp_path: Path, name: str) -> None:
    import_export(EXAMPLES / name, name, tmp_path / "p", tmp_path / "c")
    assert account(tmp_path / "p") == EXAMPLE_ACCOUNTS[name]


@pytest.mark.parametrize("name", EXAMPLE_ACCOUNTS)
def test_a_first_profile_of_an_example_imports_as_it_is(tmp_path: Path, name: str) -> None:
    profile = tmp_path / "first.toml"
    profile.write_text(first_profile(EXAMPLES / name).text)
    import_export(EXAMPLES / name, str(profile), tmp_path / "p", tmp_path / "c")
    found, expected = account(tmp_path / "p"), EXAMPLE_ACCOUNTS[name]
    assert {table: found[table] for table in ("patients", "visits", "scores")} == {
        table: expected[table] for table in ("patients", "visits", "scores")
    }


@pytest.fixture
def export(tmp_path: Path) -> Callable[[str, str], str]:
    """Return a function that writes one file and returns its first profile's text."""

    def make(name: str, text: str, encoding: str = "utf8") -> str:
        (tmp_path / name).write_text(text, encoding)
        return first_profile(tmp_path / name).text

    return make


def rows(*lines: str, times: int = 1) -> str:
    return "\n".join(lines[:1] + lines[1:] * times) + "\n"


def test_a_study_of_weeks_is_relative_and_its_weeks_become_days(
    export: Callable[[str, str], str],
) -> None:
    text = export(
        "trial.csv",
        rows("subject,visit_week,madrs_tot", "1,0,34", "1,4,20", "1,8,12", "2,0,30", "2,4,28"),
    )
    assert 'calendar = "relative"  # uncertain' in text
    assert 'column = "visit_week", values = { 0 = 0, 4 = 28, 8 = 56 }' in text
    assert 'instrument = { constant = "madrs" }  # uncertain' in text


def test_a_german_export_is_read_with_its_delimiter_encoding_and_dates(
    export: Callable[..., str],
) -> None:
    text = export(
        "Auszug.csv",
        rows(
            "PatientID;Datum;PHQ9;Geschlecht;Geburtsdatum;Bemerkung",
            "P1;13.01.2025;18;w;02.03.1970;Frau Übermut fühlt sich nach der zweiten Sitzung etwas besser",
            "P1;27.01.2025;9;w;02.03.1970;Frau Übermut fühlt sich nach der letzten Sitzung sehr viel besser",
            "P2;14.01.2025;20;m;24.12.1961;Herr Übermut möchte mit der Behandlung gern noch einmal warten",
        ),
        encoding="latin-1",
    )
    assert 'delimiter = ";"' in text
    assert 'encoding = "latin-1"' in text
    assert 'sex = { column = "Geschlecht", values = { m = "male", w = "female" }' in text
    assert 'column = "Geburtsdatum", birth_date = true, date_format = "%d.%m.%Y"' in text
    assert 'assessed_on = { column = "Datum", date_format = "%d.%m.%Y" }' in text
    assert 'instrument = { constant = "phq_9" }' in text
    assert "# Looks identifying, never mapped: Bemerkung" in text


def test_an_arm_is_proposed_as_uncertain_and_placebo_is_left_out(
    export: Callable[[str, str], str],
) -> None:
    text = export(
        "rct.csv",
        rows("id,arm,qids_bl,qids_w4", "a1,ketamine,18,6", "a2,placebo,17,15", "a3,ketamine,20,9"),
    )
    assert text.count('{ column = "arm", values = ["ketamine"] }  # uncertain') == 3
    assert 'score = "qids_w4", assessed_on = { constant = 28 }' in text


def test_items_without_a_total_are_summed(export: Callable[[str, str], str]) -> None:
    items = ",".join(f"gad7_{item}" for item in range(1, 8))
    text = export(
        "gad.csv",
        rows(
            f"record_id,gad7_date,{items}",
            "1,2025-01-02,1,2,3,0,1,2,3",
            "2,2025-01-03,0,0,1,0,1,1,3",
        ),
    )
    assert 'sum_of = ["gad7_1", "gad7_2", "gad7_3", "gad7_4", "gad7_5", "gad7_6", "gad7_7"]' in text


def test_a_column_of_analysis_data_sets_is_known_by_its_standard_name(tmp_path: Path) -> None:
    (tmp_path / "adsl.csv").write_text(
        rows("USUBJID,AGE,SEX,TRT01P", "X-1,34,F,Ketamine 0.5 mg/kg", "X-2,45,M,Placebo")
    )
    (tmp_path / "adqs.csv").write_text(
        rows("USUBJID,PARAMCD,AVISIT,AVAL", "X-1,MADRSTOT,Baseline,31", "X-1,MADRSTOT,Week 4,12",
             "X-2,MADRSTOT,Baseline,30", "X-2,MADRSTOT,Week 4,25")
    )  # fmt: skip
    text = first_profile(tmp_path).text
    assert 'keep = { file = "adsl", column = "TRT01P", values = ["Ketamine 0.5 mg/kg"] }' in text
    assert 'instrument = { column = "PARAMCD", values = { MADRSTOT = "madrs" } }' in text
    assert 'column = "AVISIT", values = { Baseline = 0, "Week 4" = 28 }' in text


def test_a_redcap_export_is_parted_by_the_rows_that_are_filled() -> None:
    text = first_profile(EXAMPLES / "redcap").text
    assert 'keep = { column = "redcap_event_name", values = ["enrolment_arm_1"] }' in text
    assert 'keep = { column = "redcap_repeat_instrument", values = ["infusion"] }' in text
    assert 'assessed_on = "survey_date"' in text
    assert '{ score = "pain_now_post", timing = { constant = "after_infusion" } }' in text


def test_scores_with_an_instrument_column_leave_out_what_is_no_score(
    export: Callable[[str, str], str],
) -> None:
    text = export(
        "scales.csv",
        rows("patient_id,completed_on,questionnaire,total_score", "7,2025-02-01,PHQ-9,12",
             "7,2025-02-01,PHQ-2,3", "8,2025-02-02,AUDIT-C,4", "8,2025-02-02,GAD-7,11"),
    )  # fmt: skip
    assert 'values = { GAD-7 = "gad_7", PHQ-9 = "phq_9" }, not_used = ["AUDIT-C", "PHQ-2"]' in text


SECRETS = (
    "Zyxwanna", "Qwertzheim", "900-55-1234", "zyx@example.com", "555-0199", "77 Hidden Lane",
    "1961-04-17", "2025-03-09", "MRN8675309", "prefers mornings", "Dr. Vandermeer",
)  # fmt: skip


def test_no_value_of_an_identifying_column_date_or_text_is_written(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text(
        rows(
            "patient_id,first_name,last_name,ssn,email,phone,address,dob,gender,mrn",
            "41,Zyxwanna,Qwertzheim,900-55-1234,zyx@example.com,555-0199,77 Hidden Lane,1961-04-17,F,MRN8675309",
            "42,Zyxwanna,Qwertzheim,900-55-1234,zyx@example.com,555-0199,77 Hidden Lane,1961-04-17,F,MRN8675309",
        )
    )
    (tmp_path / "visits.csv").write_text(
        rows(
            "visit_id,patient_id,visit_date,visit_type,provider,phq9,comments",
            "v1,41,2025-03-09,infusion,Dr. Vandermeer,14,prefers mornings",
            "v2,42,2025-03-09,Follow up Zyxwanna,Dr. Vandermeer,12,prefers mornings",
        )
    )
    made = first_profile(tmp_path)
    said = made.text + " ".join(made.notes)
    assert [secret for secret in SECRETS if secret in said] == []
    assert 'names = ["first_name", "last_name"]' in said
    assert 'names = ["provider"]' in said
    assert 'values = { infusion = "infusion" }, otherwise = "consultation"' in said
    assert "never mapped: first_name, last_name, ssn, email, phone, address, mrn" in said.replace(
        "\n#     ", " "
    )


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("empty.csv", b"", "no table was found"),
        ("bare.csv", b"1001,2025-01-02,14\n1002,2025-01-03,9\n", "its first line holds data"),
        ("words.csv", b"once upon a time\nthere was no table\n", "no delimiter"),
        ("bytes.csv", bytes(range(256)) * 20, "no table was found"),
        ("fruit.csv", b"fruit,colour\napple,red\npear,green\n", "was recognized"),
        ("broken.xlsx", b"PK\x03\x04 not really", "can't be read as a table"),
    ],
)
def test_what_is_no_export_is_refused_in_one_line(
    tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=said) as raised:
        first_profile(tmp_path / name)
    assert len(raised.value.messages) == 1


def test_sheets_of_a_workbook_are_files_of_their_own(tmp_path: Path) -> None:
    people = pl.DataFrame({"Patient ID": ["1", "2"], "Sex": ["F", "M"], "Age": [44, 51]})
    scores = pl.DataFrame(
        {"Patient ID": ["1", "2"], "Date": ["2025-01-05", "2025-01-06"], "GAD-7": [9, 14]}
    )
    import xlsxwriter  # type: ignore[import-untyped]

    with xlsxwriter.Workbook(str(tmp_path / "clinic.xlsx")) as book:
        people.write_excel(book, "People")
        scores.write_excel(book, "Scales")
    text = first_profile(tmp_path / "clinic.xlsx").text
    assert 'sheet = "People"' in text
    assert 'sheet = "Scales"' in text
    assert 'instrument = { constant = "gad_7" }' in text


def test_the_command_writes_the_file_and_says_what_to_look_at(tmp_path: Path) -> None:
    out = tmp_path / "mine.toml"
    words = ["profile", str(EXAMPLES / "ehr_wide"), "--out", str(out), "--name", "mine"]
    result = CliRunner().invoke(app, words, catch_exceptions=False)
    assert 'name = "mine"' in out.read_text()
    assert "5 lines are uncertain; look at:" in result.stdout
    assert "version and recall are not said" in result.stdout
    again = CliRunner().invoke(app, words)
    assert isinstance(again.exception, InputError)
