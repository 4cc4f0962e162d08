"""How exports lie on disk, and what is refused in them."""

import gzip
import os
import random
from pathlib import Path
from typing import get_args

import duckdb
import polars as pl
import pytest

from pipelines.definitions import InputError, load
from pipelines.intake.omop import read
from pipelines.intake.profile import Profile, find
from pipelines.intake.scratch import scratch
from tests.intake.omop.exports import Form, draw_export, read_export

PERSON = "person_id,gender_concept_id,year_of_birth\n1,8507,1970\n2,8532,1980\n3,8507,1990\n"
TABLES = {
    "persons": "person | gender_concept_id | year_of_birth\n1 | 8507 | 1970\n2 | 8532 | 1980",
    "visits": "visit | person | date | time | end\n10 | 1 | 2024-01-02 | 09:00 | 11:30",
    "drugs": """
        person | concept | date       | time  | end   | route_concept_id | visit | quantity
        1      | 785649  | 2024-01-02 | 09:30 | 10:10 | 4171047          | 10    | 40
    """,
    "observations": "person | concept | date | time | value\n1 | 3042932 | 2024-01-02 | 09:00 | 18",
    "measurements": "person | concept | date | time | value\n1 | 3004249 | 2024-01-02 | 09:40 | 131",
    "conditions": "person | concept | date\n1 | 440383 | 2024-01-02\n2 | 4316217 | 2024-01-03",
    "note": "note_id | note_text\n1 | seen today",
    "jane_doe": "a | b\n1 | 2\n3 | 4",
}


def folder_of(tmp_path: Path, **files: str) -> Path:
    export = tmp_path / "export"
    export.mkdir()
    for name, text in files.items():
        (export / f"{name}.csv").write_text(text, newline="")
    return export


@pytest.mark.parametrize("form", get_args(Form))
def test_every_form_of_an_export_gives_the_same_records_and_an_exact_account(
    tmp_path: Path, form: Form
) -> None:
    found = read_export(draw_export(tmp_path, form, **TABLES))
    assert found.rows("infusions", "visit_key", "agent", "route", "infusion_minutes") == [
        ("1|10", "ketamine", "iv", "40")
    ]
    assert found.rows("scores", "score", "timing") == [("18", "before_infusion")]
    assert found.rows("vital_signs", "minute", "value") == [("10", "131")]
    assert found.rows("diagnoses", "patient_key", "icd10cm") == [("1", "F32A"), ("2", "M797")]
    assert found.account() == {
        "condition_occurrence": (2, 2),
        "drug_exposure": (1, 1),
        "measurement": (1, 1),
        "note": (1, 1),
        "observation": (1, 1),
        "other_tables": (2, 2),
        "person": (2, 2),
        "visit_occurrence": (1, 1),
    }


def test_the_shipped_profile_reads_omop() -> None:
    profile = find("omop")
    assert (profile.name, profile.format, profile.region) == ("omop", "omop", "none")


def test_names_of_tables_and_columns_may_be_in_capitals_and_divided_by_tabs(
    tmp_path: Path,
) -> None:
    export = folder_of(
        tmp_path, PERSON=PERSON.split("\n")[0].upper().replace(",", "\t") + '\n"7\t8507\t1970\n'
    )
    assert read_export(export).rows("patients", "patient_key", "sex") == [('"7', "male")]


@pytest.mark.parametrize("delimiter", [";", "|", "\t"])
def test_columns_may_be_divided_by_other_signs(tmp_path: Path, delimiter: str) -> None:
    export = folder_of(tmp_path, person=PERSON.replace(",", delimiter))
    assert read_export(export).rows("patients", "sex") == [("male",), ("female",), ("male",)]


def test_packed_files_and_folders_of_parts_are_read_in_the_order_of_their_names(
    tmp_path: Path,
) -> None:
    export = folder_of(tmp_path)
    (export / "person").mkdir()
    (export / "person" / "a.csv").write_text(PERSON)
    packed = gzip.compress((PERSON + "4,broken\n5,8507,1990\n").encode())
    (export / "person" / "b.csv.gz").write_bytes(packed)
    (export / "visit_occurrence").mkdir()
    for part in (1, 2):
        pl.DataFrame({
            "visit_occurrence_id": [float(part), None], "person_id": [part, part],
            "visit_start_date": ["2024-01-02", "2024-01-03"],
        }).write_parquet(export / "visit_occurrence" / f"part-{part}.parquet")  # fmt: skip
    found = read_export(export)
    assert found.rows("patients", "patient_key", "item") == [
        ("1", 1), ("2", 2), ("3", 3), ("1", 4), ("2", 5), ("3", 6), ("5", 8)
    ]  # fmt: skip
    assert found.rows("refused", "unit", "item", "file", "source_row", "rule") == [
        ("person", 7, "person", 7, "row_cannot_be_read")
    ]
    assert found.rows("visits", "visit_key", "item") == [
        ("1|1", 1),
        (None, 2),
        ("2|2", 3),
        (None, 4),
    ]
    assert found.account() == {"person": (8, 8), "visit_occurrence": (4, 4)}


def test_typed_columns_of_a_database_are_read_as_they_are_written(tmp_path: Path) -> None:
    path = tmp_path / "export.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema omop_v54; create schema results")
        connection.execute(
            "create table omop_v54.PERSON as select 1::bigint Person_Id, 8507 gender_concept_id,"
            " 1970 year_of_birth, 3::double month_of_birth"
        )
        connection.execute(
            "create table omop_v54.visit_occurrence as select 10 visit_occurrence_id, 1 person_id,"
            " date '2024-01-02' visit_start_date, timestamp '2024-01-02 09:00' visit_start_datetime,"
            " timestamptz '2024-01-02 12:30+01' visit_end_datetime"
        )
        connection.execute("create table results.visit_occurrence as select * from range(5)")
        connection.execute("create view omop_v54.death as select * from read_csv('/etc/hostname')")
    found = read_export(path)
    assert found.rows("patients", "patient_key", "age_band") == [("1", "1970-03")]
    assert found.rows("visits", "visit_key", "visit_date", "chair_minutes") == [
        ("1|10", "2024-01-02", "150")
    ]
    assert found.account() == {"other_tables": (5, 5), "person": (1, 1), "visit_occurrence": (1, 1)}


@pytest.mark.parametrize(
    ("rows", "keys", "broken"),
    [
        ("1,8507,1970\n2,8532\n3,8507,1990,x\n4,8507,1980\n", [("1", 1), ("4", 4)], [2, 3]),
        ('1,8507,"19\n70"\n2,8532\n3,8507,1990\n', [("1", 1), ("3", 3)], [2]),
        ('1,8507,"1970\n2,8532,1980\n3,8507,1990\n', [("2", 2), ("3", 3)], [1]),
        (
            "1,8507,1970\r\n2,8532\r\n3,8507,1990\n4,8507,1980\r\n",
            [("1", 1), ("3", 3), ("4", 4)],
            [2],
        ),
        ("2,8532\n3\n1,8507,1970", [("1", 3)], [1, 2]),
        ("", [], []),
    ],
)
def test_a_row_that_cannot_be_read_costs_itself_alone(
    tmp_path: Path, rows: str, keys: list[tuple[str, int]], broken: list[int]
) -> None:
    found = read_export(folder_of(tmp_path, person=PERSON.split("\n")[0] + "\n" + rows))
    assert found.rows("patients", "patient_key", "source_row") == keys
    assert [row for (row,) in found.rows("refused", "source_row")] == broken
    assert found.account() == {"person": (len(keys) + len(broken),) * 2}


def test_a_huge_cell_and_bytes_that_are_no_text_do_not_stop_an_import(tmp_path: Path) -> None:
    export = folder_of(tmp_path)
    rows = (
        PERSON.encode() + b"4,8507," + b"9" * 10_000_000 + b"\n5,\xff\xfe,1990\n6,8507\x00,1990\n"
    )
    (export / "person.csv").write_bytes(rows)
    assert read_export(export).account() == {"person": (6, 6)}


def test_any_mixture_of_rows_is_accounted_for(tmp_path: Path) -> None:
    for seed in range(30):
        folder = tmp_path / str(seed)
        folder.mkdir()
        found = read_export(folder_of(folder, **_mixed(random.Random(seed))))
        assert all(rows_in == out for rows_in, out in found.account().values()), (seed, found)


def _mixed(chance: random.Random) -> dict[str, str]:
    """Return files of random rows, with repeated, empty, wrong and broken ones among them."""
    concepts = [*load()["omop_concepts"]["concept_id"].to_list(), 0, 1, 99]
    columns = {
        "person": "person_id gender_concept_id year_of_birth month_of_birth person_source_value",
        "visit_occurrence": "visit_occurrence_id person_id visit_start_date visit_start_datetime"
        " visit_end_datetime visit_concept_id care_site_id",
        "condition_occurrence": "person_id condition_concept_id condition_start_date"
        " condition_source_value visit_occurrence_id condition_type_concept_id",
        "drug_exposure": "person_id drug_concept_id drug_exposure_start_date"
        " drug_exposure_start_datetime drug_exposure_end_datetime route_concept_id quantity"
        " visit_occurrence_id stop_reason drug_type_concept_id",
        "measurement": "measurement_id person_id measurement_concept_id measurement_date"
        " measurement_datetime value_as_number visit_occurrence_id unit_concept_id",
        "observation": "observation_id person_id observation_concept_id observation_date"
        " observation_datetime value_as_number visit_occurrence_id observation_event_id",
        "procedure_occurrence": "person_id procedure_concept_id procedure_date",
        "death": "person_id death_date",
    }

    def cell(column: str) -> str:
        if chance.random() < 0.1:
            return chance.choice(["", "NULL", "x", '"a\nb"', "-1", "1e9", "2024-13-45"])
        if column in ("drug_concept_id",):
            return str(chance.choice([785649, 1366610, 99]))
        if column.endswith("concept_id"):
            return str(chance.choice(concepts))
        if column.endswith("datetime"):
            return f"2024-01-0{chance.randint(1, 4)} {chance.choice(['00:00:00', '09:30:00', '10:00'])}"
        if column.endswith("date"):
            return f"2024-01-0{chance.randint(1, 4)}"
        return str(chance.randint(1, 5))

    files = {}
    for name, listed in columns.items():
        names = listed.split()
        lines = [",".join(cell(column) for column in names) for _ in range(chance.randint(0, 60))]
        lines = [line + ",x" if chance.random() < 0.03 else line for line in lines]
        files[name] = "\n".join([",".join(names), *lines]) + "\n"
    return files


def refusal(source: Path) -> str:
    with pytest.raises(InputError) as caught:
        read_export(source)
    return str(caught.value)


def test_what_cannot_be_an_export_is_refused_in_one_line(tmp_path: Path) -> None:
    empty, wrong, other = tmp_path / "empty", tmp_path / "x.duckdb", tmp_path / "x.zip"
    empty.mkdir()
    wrong.write_bytes(b"not a database" * 1000)
    other.write_bytes(b"")
    assert refusal(empty).startswith("source 'empty': no table person; expected a folder with")
    assert refusal(wrong) == "source 'x.duckdb': it can't be opened as a DuckDB file"
    assert refusal(other) == (
        "source 'x.zip': expected a folder of CSV or Parquet files, or a .duckdb file"
    )


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("person.csv", b"person_id,year_of_birth\n1,1970\n",
         "person.csv: no column 'gender_concept_id' among its 2; needed are person_id, gender_concept_id, year_of_birth"),
        ("person.csv", b"", "person.csv: it has no header line; expected the names of its columns"),
        ("person.csv", "person_id\n".encode("utf-16"), "person.csv: it is in UTF-16; expected UTF-8"),
        ("person.csv", b"person_id,PERSON_ID,gender_concept_id,year_of_birth\n",
         "person.csv: it has column 'person_id' more than once"),
        ("person.csv.gz", b"no archive", "person.csv.gz: it can't be unpacked as a .gz file"),
        ("person.parquet", b"PAR1 or not", "person.parquet: it can't be read as a Parquet file"),
    ],
)  # fmt: skip
def test_a_table_that_cannot_be_read_is_named(
    tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    export = folder_of(tmp_path)
    (export / name).write_bytes(content)
    assert refusal(export) == message


def test_two_tables_of_one_name_and_links_out_of_the_export_are_refused(tmp_path: Path) -> None:
    export = folder_of(tmp_path, person=PERSON)
    (export / "PERSON.tsv").write_text(PERSON)
    assert refusal(export) == ("person: there is PERSON.tsv and person.csv; expected one of them")
    (export / "PERSON.tsv").unlink()
    outside = tmp_path / "outside.csv"
    outside.write_text("a\n1\n")
    os.symlink(outside, export / "note.csv")
    assert refusal(export) == "note: a link leads out of export; expected files in it"


def test_a_concept_that_stands_for_no_code_is_refused(tmp_path: Path) -> None:
    own = tmp_path / "definitions"
    own.mkdir()
    (own / "omop_concepts.csv").write_text(
        "concept_id,means,code,detail,title,source,new\n"
        "2000000001,instrument,madras,,Ours,us,yes\n"
        "2000000002,visit,infusion,missed,Ours,us,yes\n"
        "2000000003,diagnosis,G90.5,,Ours,us,yes\n"
        "2000000004,weight,,long,Ours,us,yes\n"
        "3004249,instrument,phq_9,,Ours,us,yes\n"
    )
    work = tmp_path / "work"
    work.mkdir()
    with scratch(work, load(own)) as opened, pytest.raises(InputError) as caught:
        read(opened, folder_of(tmp_path, person=PERSON), Profile(name="omop", format="omop"))
    first, *others = caught.value.messages
    assert first.startswith("omop_concepts.csv: concept 2000000001 as instrument: code is madras;")
    assert first.endswith("; did you mean 'madrs'?")
    assert others == [
        "omop_concepts.csv: concept 2000000002 as visit: detail is missed; expected one of"
        " completed, no_show, late_cancelled, cancelled",
        "omop_concepts.csv: concept 2000000003 as diagnosis: code is G90.5; expected an ICD-10-CM"
        " code without dots, as G905",
        "omop_concepts.csv: concept 2000000004 as weight: detail is long; expected a number",
        "omop_concepts.csv: concept 3004249 is sign, instrument; expected one of them",
    ]


def test_a_clinic_maps_its_own_concepts(tmp_path: Path) -> None:
    own = tmp_path / "definitions"
    own.mkdir()
    (own / "omop_concepts.csv").write_text(
        "concept_id,means,code,detail,title,source,new\n"
        "2000000001,instrument,madrs,,Ours,us,yes\n"
        "0,route,iv,,Every infusion is by vein,us,\n"
    )
    export = draw_export(
        tmp_path,
        drugs="person | concept | date\n1 | 785649 | 2024-01-02",
        measurements="person | concept | date | value\n1 | 2000000001 | 2024-01-02 | 31",
    )
    work = tmp_path / "work"
    work.mkdir()
    with scratch(work, load(own)) as opened:
        read(opened, export, Profile(name="omop", format="omop"))
        scores = opened.connection.table("mapped.scores").select("instrument", "score")
        assert scores.fetchall() == [("madrs", "31")]
        assert opened.connection.table("mapped.infusions").select("route").fetchall() == [("iv",)]
