"""Exports through profiles: every row accounted for, wrong input refused, nothing changed."""

from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from pipelines.definitions import InputError
from pipelines.intake import batches, contract
from pipelines.intake.account import Account
from pipelines.intake.importing import Imported, import_export
from tests.drawn import drawn, rows

PATIENTS = "patient_key,sex,age_band\na,female,35-44\nb,male,90+\n"
VISITS = (
    "visit_key,patient_key,clinic_key,visit_date,visit_kind,visit_status\n"
    "v1,a,north,2025-03-01,infusion,completed\nv2,b,north,2025-03-02,infusion,completed\n"
)
INFUSIONS = "visit_key,agent,route\nv1,ketamine,iv\nv2,ketamine,iv\n"
SCORES = (
    "patient_key,instrument,assessed_on,timing,score\n"
    "a,phq_9,2025-03-01,before_infusion,20\na,phq_9,2025-03-23,unspecified,9\n"
)


@pytest.fixture
def export(tmp_path: Path) -> Path:
    folder = tmp_path / "export"
    folder.mkdir()
    for name, text in (("patients", PATIENTS), ("visits", VISITS), ("infusions", INFUSIONS),
                       ("scores", SCORES)):  # fmt: skip
        (folder / f"{name}.csv").write_text(text)
    return folder


def listing(folder: Path) -> dict[str, bytes]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def records(practice: Path, done: Imported, table: str) -> pl.DataFrame:
    folder = practice / "records" / done.manifest.folder
    return pl.concat([pl.read_parquet(file) for file in sorted(folder.glob(f"{table}-*.parquet"))])


def quarantined(practice: Path, done: Imported) -> list[tuple[object, ...]]:
    frame = pl.read_csv(practice / "quarantine" / f"{done.manifest.folder}.csv", infer_schema=False)
    return frame.select("table", "source_row", "column", "rule").rows()


def test_canonical_tables_come_in_whole(export: Path, tmp_path: Path) -> None:
    done = import_export(export, "canonical", tmp_path / "practice")
    assert [(a.unit, a.rows_in, a.accepted) for a in done.manifest.accounts] == [
        ("patients", 2, 2), ("visits", 2, 2), ("infusions", 2, 2), ("scores", 2, 2),
    ]  # fmt: skip
    assert (done.manifest.data_from, done.manifest.data_through) == ("2025-03-01", "2025-03-23")
    scores = records(tmp_path / "practice", done, "scores")
    assert scores.schema == contract.SCORES.empty().schema


def test_what_belongs_to_a_patient_whom_the_screen_holds_is_quarantined_too(
    export: Path, tmp_path: Path
) -> None:
    (export / "patients.csv").write_text(
        "patient_key,sex,age_band,region\na,female,1980-01-01,CA\nb,male,1934-01-01,12 Main Street\n"
    )
    done = import_export(export, "canonical", tmp_path / "practice", tmp_path / "walk")
    assert quarantined(tmp_path / "practice", done) == [
        ("patients", "2", "region", "not_a_state_or_zip_area"),
        ("visits", "2", "patient_key", "unknown_patient_key"),
        ("infusions", "2", "visit_key", "unknown_visit_key"),
    ]


def test_rows_that_break_the_contract_are_quarantined_with_row_and_rule_and_never_a_value(
    export: Path, tmp_path: Path
) -> None:
    later = date.today() + timedelta(days=2)
    (export / "patients.csv").write_text(PATIENTS + "c,feminine,35-44\n,male,35-44\n")
    (export / "visits.csv").write_text(
        VISITS
        + f"v3,a,north,{later},infusion,completed\nv1,b,north,2025-03-05,infusion,completed\n"
        + "v4,c,north,2025-03-05,infusion,completed\nv5,a,north,05/03/2025,infusion,completed\n"
    )
    (export / "infusions.csv").write_text(INFUSIONS + "v9,ketamine,iv\nv3,ketamine,iv\n")
    (export / "scores.csv").write_text(
        SCORES + "a,phq_9,2025-03-05,unspecified,28\na,phq_9,2025-03-06,unspecified,many\n"
        "a,phq_9,2025-03-07,unspecified,\n"
    )
    done = import_export(export, "canonical", tmp_path / "practice")
    assert quarantined(tmp_path / "practice", done) == [
        ("patients", "3", "sex", "not_an_allowed_code"),
        ("patients", "4", "patient_key", "missing"),
        ("visits", "3", "visit_date", "future_date"),
        ("visits", "4", "visit_key", "duplicate_visit_key"),
        ("visits", "5", "patient_key", "unknown_patient_key"),
        ("visits", "6", "visit_date", "not_a_date"),
        ("infusions", "3", "visit_key", "unknown_visit_key"),
        ("infusions", "4", "visit_key", "unknown_visit_key"),
        ("scores", "3", "score", "score_out_of_range"),
        ("scores", "4", "score", "not_a_number"),
    ]
    account = {account.unit: account for account in done.manifest.accounts}
    assert account["scores"] == Account("scores", 5, 2, 2, left_out={"blank": 1})
    assert all(found.exact for found in account.values())


def test_the_same_files_a_second_time_change_nothing(export: Path, tmp_path: Path) -> None:
    practice = tmp_path / "practice"
    import_export(export, "canonical", practice)
    before = listing(practice)
    done = import_export(export, "canonical", practice)
    assert not done.new
    assert listing(practice) == before


def test_a_later_export_of_the_same_source_replaces_the_earlier_one(
    export: Path, tmp_path: Path
) -> None:
    practice = tmp_path / "practice"
    import_export(export, "canonical", practice)
    (export / "patients.csv").write_text(PATIENTS + "c,male,35-44\n")
    done = import_export(export, "canonical", practice)
    assert (done.manifest.batch, done.replaced) == (2, [1])
    assert [batch.batch for batch in batches.in_force(practice)] == [2]
    assert len(batches.manifests(practice)) == 2


def refusals() -> list[tuple[str, dict[str, str], str]]:
    return [
        ("a missing file", {"visits.csv": ""}, "file 'visits': "),
        ("a missing column", {"patients.csv": "patient_key,sexe,age_band\na,female,35-44\n"},
         "file 'patients': patients.csv has no column 'sex'; did you mean 'sexe'?"),
        ("an unknown instrument", {"scores.csv": SCORES.replace("phq_9", "phq9")},
         "scores: instrument is phq9; did you mean 'phq_9'?"),
        ("a bare nrs", {"scores.csv": SCORES.replace("phq_9", "nrs")},
         "scores: instrument is nrs, without its recall or version; expected one of nrs_average_7d,"),
        ("no patient", {"patients.csv": "patient_key,sex,age_band\n"}, "patients: no row was accepted"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("what", "files", "message"), refusals(), ids=lambda value: str(value)[:24]
)
def test_wrong_input_is_refused_in_a_line_and_nothing_is_changed(
    export: Path, tmp_path: Path, what: str, files: dict[str, str], message: str
) -> None:
    practice = tmp_path / "practice"
    import_export(export, "canonical", practice)
    before = listing(practice)
    for name, text in files.items():
        if text:
            (export / name).write_text(text)
        else:
            (export / name).unlink()
    with pytest.raises(InputError) as caught:
        import_export(export, "canonical", practice)
    assert caught.value.messages[0].startswith(message)
    assert listing(practice) == before


def test_an_unreadable_parquet_file_is_refused(export: Path, tmp_path: Path) -> None:
    (export / "scores.parquet").write_bytes(b"PAR1 this is no Parquet file PAR1")
    with pytest.raises(
        InputError,
        match=r"file 'scores': scores.parquet can't be read as parquet",
    ):
        import_export(export, "canonical", tmp_path / "practice")
    assert not (tmp_path / "practice").exists()


def test_an_export_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file or folder"):
        import_export(tmp_path / "nowhere", "canonical", tmp_path / "practice")
    assert not (tmp_path / "practice").exists()


def test_a_practice_folder_that_is_a_file_is_refused(export: Path, tmp_path: Path) -> None:
    (tmp_path / "practice").write_text("notes")
    with pytest.raises(InputError, match="it is a file; expected a folder"):
        import_export(export, "canonical", tmp_path / "practice")
    assert (tmp_path / "practice").read_text() == "notes"


def test_a_column_that_no_profile_names_is_not_read(export: Path, tmp_path: Path) -> None:
    frame = pl.read_csv(export / "patients.csv", infer_schema=False)
    frame.with_columns(name=pl.lit("Ada Example")).write_csv(export / "patients.csv")
    import_export(export, "canonical", tmp_path / "practice")
    assert not any(b"Example" in content for content in listing(tmp_path / "practice").values())


PROFILE = """
name = "clinic"

[files.people]
path = "people.csv"
missing = ["n/a"]
missing_in = { age = ["-9"] }

[files.visits]
path = "visits.tsv"

[files.scales]
path = "scales.xlsx"
missing = ["<undefined>"]

[tables.patients]
from = "people"
keep = { column = "group", values = ["case"] }

[tables.patients.columns]
patient_key = "id"
sex = { column = "sex", values = { M = "male", F = "female" }, otherwise = "other", if_missing = "unknown" }
age_band = { column = "age", age_in_years = true, if_missing = "unknown" }

[tables.visits]
from = "visits"
join = { file = "people", on = "id" }
keep = { file = "people", column = "group", values = ["case"] }

[tables.visits.columns]
visit_key = "visit"
patient_key = "id"
clinic_key = { constant = "north" }
visit_date = { column = "on", date_format = "%d.%m.%Y" }
visit_kind = { constant = "infusion" }
visit_status = { column = "status", values = { done = "completed", missed = "no_show" } }

[tables.infusions]
from = "visits"
keep = { column = "status", values = ["done"] }

[tables.infusions.columns]
visit_key = "visit"
agent = { constant = "ketamine" }
route = { constant = "iv" }

[tables.scores]
from = "scales"
join = { file = "people", on = "id" }
each = [
    { instrument = { constant = "peg" }, score = { mean_of = ["p", "e", "g"], at_least = 2 } },
    { instrument = { constant = "nrs_average_7d" }, score = { column = "pain", scale = 10 } },
    { instrument = { constant = "phq_9" }, score = { sum_of = ["q1", "q2"] } },
]

[tables.scores.columns]
patient_key = "id"
assessed_on = { column = "day", days_after = "start", days_after_file = "people" }
timing = { constant = "unspecified" }
"""
PEOPLE = "id,group,sex,age,start\n1,case,M,34,2025-03-01\n2,case,F,-9,2025-03-01\n3,case,X,90,2025-03-01\n4,control,n/a,50,2025-03-01\n"
SCALES = drawn("""
    id | day | p | e | g           | pain | q1 | q2
    1  | 0   | 6 | 7 | 8           | 0.35 | 2  | 3
    2  | 3   | 6 |   | 8           | 0.7  | 2  |
    3  | 4   | 6 |   | <undefined> |      | 2  | no
""")


@pytest.fixture
def clinic(tmp_path: Path) -> Path:
    folder = tmp_path / "clinic"
    folder.mkdir()
    (folder / "people.csv").write_text(PEOPLE)
    (folder / "visits.tsv").write_text(
        "visit\tid\ton\tstatus\nv1\t1\t01.03.2025\tdone\nv2\t2\t01.03.2025\tmissed\n"
        "v3\t3\t01.03.2025\tlost\nv4\t4\t01.03.2025\tdone\n"
    )
    SCALES.write_excel(folder / "scales.xlsx")
    (tmp_path / "clinic.toml").write_text(PROFILE)
    return folder


def test_a_profile_maps_filters_joins_rescales_and_combines(clinic: Path, tmp_path: Path) -> None:
    practice = tmp_path / "practice"
    done = import_export(clinic, str(tmp_path / "clinic.toml"), practice)
    assert rows(records(practice, done, "patients"), "patient_key", "sex", "age_band") == [
        ("1", "male", "25-34"), ("2", "female", "unknown"), ("3", "other", "90+"),
    ]  # fmt: skip
    scores = records(practice, done, "scores").with_columns(pl.col("score").cast(pl.Float64))
    assert rows(scores, "patient_key", "instrument", "assessed_on", "score") == [
        ("1", "nrs_average_7d", date(2025, 3, 1), 3.5),
        ("1", "peg", date(2025, 3, 1), 7.0),
        ("1", "phq_9", date(2025, 3, 1), 5.0),
        ("2", "nrs_average_7d", date(2025, 3, 4), 7.0),
        ("2", "peg", date(2025, 3, 4), 7.0),
    ]
    assert quarantined(practice, done) == [
        ("visits", "3", "visit_status", "value_not_in_map"),
        ("infusions", "4", "visit_key", "unknown_visit_key"),
        ("scores", "3", "score", "not_a_number"),
    ]
    account = {account.unit: account for account in done.manifest.accounts}
    assert account["scores"] == Account("scores", 9, 5, 1, left_out={"blank": 3})
    assert account["visits"] == Account("visits", 4, 2, 1, left_out={"by filter": 1})


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "missing_in",
            "mising_in",
            "key 'files.people.mising_in' is not known; did you mean 'missing_in'?",
        ),
        (
            "scale = 10",
            "scael = 10",
            "'tables.scores.0.each.1.score.scael' is not known; did you mean 'scale'?",
        ),
        ("keep = {", "kepe = {", "key 'tables.patients.0.kepe' is not known; did you mean 'keep'?"),
        (
            "[tables.patients]",
            "[tables.patient]",
            "table 'patient' is not known; did you mean 'patients'?",
        ),
        (
            'from = "scales"',
            'from = "scale"',
            "file 'scale' is not among [files]; did you mean 'scales'?",
        ),
        (
            "clinic_key =",
            "clinik_key =",
            "column 'clinik_key' is not known; did you mean 'clinic_key'?",
        ),
        ('agent = { constant = "ketamine" }', "", "no column 'agent', which every row needs"),
        (
            'constant = "peg"',
            'constant = "nrs"',
            "scores: instrument is nrs, without its recall or version",
        ),
        ('name = "clinic"', 'name = "clinic', "it can't be read as TOML"),
    ],
)
def test_a_wrong_profile_is_refused_in_a_line_and_nothing_is_made(
    clinic: Path, tmp_path: Path, old: str, new: str, message: str
) -> None:
    profile = tmp_path / "clinic.toml"
    profile.write_text(PROFILE.replace(old, new))
    with pytest.raises(InputError) as caught:
        import_export(clinic, str(profile), tmp_path / "practice")
    assert any(message in line for line in caught.value.messages), caught.value.messages
    assert not (tmp_path / "practice").exists()


def test_an_unknown_profile_is_refused_with_the_nearest_shipped_one(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="did you mean 'nimh_ketamine'"):
        import_export(tmp_path, "nimh_ketamin", tmp_path / "practice")


def test_a_draft_that_a_killed_import_left_is_removed_and_never_read(
    export: Path, tmp_path: Path
) -> None:
    practice = tmp_path / "practice"
    draft = practice / "records" / ".draft-1"
    draft.mkdir(parents=True)
    (draft / "manifest.json").write_text("{")
    import_export(export, "canonical", practice)
    assert [path.name for path in (practice / "records").iterdir()] == ["0001-canonical"]


def test_a_column_that_stands_twice_in_the_header_is_refused(export: Path, tmp_path: Path) -> None:
    (export / "patients.csv").write_text("patient_key,sex,age_band,sex\na,female,35-44,male\n")
    with pytest.raises(InputError, match="has column 'sex' more than once"):
        import_export(export, "canonical", tmp_path / "practice")


def test_rows_come_in_again_when_the_definitions_that_refused_them_have_changed(
    export: Path, tmp_path: Path
) -> None:
    practice = tmp_path / "practice"
    import_export(export, "canonical", practice)
    (practice / "definitions").mkdir()
    (practice / "definitions" / "settings.csv").write_text(
        "setting,value,unit,means,source\ncourse_gap_days,40,days,Gap,us\n"
    )
    assert import_export(export, "canonical", practice).replaced == [1]
