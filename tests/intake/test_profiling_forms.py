"""A first profile reads an export in its own forms: title lines, decimal commas, mixed dates, ICD-10 codes."""

import json
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from pipelines.definitions import InputError
from pipelines.intake.importing import import_export
from pipelines.intake.profiling import first_profile


def rows(*lines: str) -> str:
    return "\n".join(lines) + "\n"


@pytest.fixture
def export(tmp_path: Path) -> Callable[..., str]:
    """Return a function that writes files, the texts by their names, and returns a first profile."""

    def make(encoding: str = "utf8", **files: str) -> str:
        (tmp_path / "export").mkdir()
        for name, text in files.items():
            (tmp_path / "export" / f"{name}.csv").write_text(text, encoding)
        return first_profile(tmp_path / "export").text

    return make


def imported(folder: Path, text: str) -> Path:
    """Import the export through a profile as it is, and return the batch."""
    (folder / "first.toml").write_text(text)
    import_export(folder / "export", str(folder / "first.toml"), folder / "practice")
    return next((folder / "practice").glob("records/*/manifest.json")).parent


def column(batch: Path, table: str, name: str) -> list[str]:
    frames = [pl.read_parquet(path) for path in sorted(batch.glob(f"{table}-*.parquet"))]
    return sorted(str(cell) for cell in pl.concat(frames)[name].to_list())


def quarantined(batch: Path) -> int:
    manifest = json.loads((batch / "manifest.json").read_text())
    return sum(account["quarantined"] for account in manifest["accounts"])


REPORT = rows(
    "Monthly report of the clinic, January 2025",
    "Made on 2025-02-01; all rows",
    "",
    "PatientID;Visit ID;Visit Date;NRS average;Dose mg;Weight note",
    "P1;1;2025-01-13;6,5;35,5;a",
    "P1;2;2025-01-20;3,0;40;b",
    "P2;3;2025-01-14;7,25;1.035,5;c",
)


def test_the_header_below_a_title_is_found_and_imports_with_decimal_commas(
    export: Callable[..., str], tmp_path: Path
) -> None:
    text = export(report=REPORT)
    assert "skip_lines = 3  # sure" in text
    assert 'delimiter = ";"  # sure' in text
    assert 'decimal = ","  # sure' in text
    assert "Monthly" not in text
    batch = imported(tmp_path, text)
    assert column(batch, "scores", "score") == ["3.00", "6.50", "7.25"]
    assert column(batch, "infusions", "dose_mg") == ["1035.50", "35.50", "40.00"]
    assert quarantined(batch) == 0


@pytest.mark.parametrize(
    ("above", "skipped"),
    [
        ("", 0),
        ("\n\n", 2),
        ("sep=;\n", 1),
        ("Report;;;;\nClinic;Riverside;;;\n", 2),
        ("Report, January 2025\n\n", 2),
    ],
    ids=["none", "blank", "excel", "padded", "comma"],
)
def test_lines_above_the_header_are_counted(
    export: Callable[..., str], tmp_path: Path, above: str, skipped: int
) -> None:
    header = "patient_id;date;phq9;sex;age\n"
    text = export(scales=above + header + rows("1;2025-01-02;10;F;33", "2;2025-01-03;11;M;34"))
    assert ("skip_lines" in text) == (skipped > 0)
    assert skipped == 0 or f"skip_lines = {skipped}  # sure" in text
    assert column(imported(tmp_path, text), "scores", "score") == ["10.00", "11.00"]


@pytest.mark.parametrize(
    "text",
    [
        rows("Report", "Zyxwanna,F,34,2025-01-02,10", "Zyxwben,M,35,2025-01-03,11"),
        rows("sex,age,patient,phq9", "1,F,34,P1,10", "2,M,35,P2,11", "3,F,36,P3,12"),
        rows('"Report', 'of May"', "patient_id,date,phq9", "1,2025-01-02,10", "2,2025-01-03,11"),
    ],
    ids=["no header", "names of rows", "quoted line end"],
)
def test_a_row_of_data_is_never_taken_as_the_header(export: Callable[..., str], text: str) -> None:
    with pytest.raises(InputError, match="no table was found"):
        export(scales=text)


def test_a_sheet_with_lines_above_its_header_is_refused_with_what_to_do(tmp_path: Path) -> None:
    import xlsxwriter  # type: ignore[import-untyped]

    with xlsxwriter.Workbook(str(tmp_path / "report.xlsx")) as book:
        sheet = book.add_worksheet("A")
        sheet.write_row(0, 0, ["Report"])
        sheet.write_row(1, 0, ["Patient ID", "Sex", "Age", "PHQ-9"])
        sheet.write_row(2, 0, [1, "F", 20, 3])
    with pytest.raises(InputError, match="lines stand above its header; delete them"):
        first_profile(tmp_path / "report.xlsx")


def test_numbers_with_commas_and_points_leave_the_decimal_unsaid(
    export: Callable[..., str],
) -> None:
    text = export(
        scales=rows(
            "patient_id;date;nrs_average;nrs_worst", "1;2025-01-02;3,5;1.5", "2;2025-01-03;4,5;2.5"
        )
    )
    assert "decimal =" not in text
    assert "numbers stand with a decimal comma and with a point" in text


def test_a_comma_that_may_part_thousands_is_uncertain(export: Callable[..., str]) -> None:
    text = export(
        infusions=rows(
            "patient_id,infusion_id,date,dose_mg,phq9",
            '1,11,2025-01-02,"1,234",4',
            '2,12,2025-01-03,"1,500",5',
        )
    )
    assert 'decimal = ","  # uncertain: or do commas part thousands?' in text


DATES = {
    "shapes": (
        ["2024-03-05", "03/25/2024", "03/05/2024 10:30"],
        '["%Y-%m-%d", "%m/%d/%Y", "%m/%d/%Y %H:%M"] }  # sure',
        ["2024-03-05", "2024-03-05", "2024-03-25"],
    ),
    "short years": (
        ["03/14/2024", "05/26/24", "02/13/2024"],
        '["%m/%d/%y", "%m/%d/%Y"] }  # sure',
        ["2024-02-13", "2024-03-14", "2024-05-26"],
    ),
    "unclear order": (
        ["2024-03-13", "03/04/2024", "05/06/2024"],
        "# uncertain: dates fit %m/%d/%Y and %d/%m/%Y: check which",
        ["2024-03-04", "2024-03-13", "2024-05-06"],
    ),
    "both orders": (
        ["03/14/2024", "25/06/2024", "02/13/2024"],
        "# uncertain: dates of %m/%d/%Y and of %d/%m/%Y stand in one column",
        ["2024-02-13", "2024-03-14", "2024-06-25"],
    ),
}


@pytest.mark.parametrize("case", DATES)
def test_dates_in_several_ways_get_a_list_of_formats(
    export: Callable[..., str], tmp_path: Path, case: str
) -> None:
    written, expected, days = DATES[case]
    cells = [f"{number},{10 + number},{day},{number}" for number, day in enumerate(written)]
    text = export(visits=rows("patient_id,visit_id,visit_date,phq9", *cells))
    line = next(line for line in text.splitlines() if line.startswith("assessed_on"))
    assert expected in line
    assert column(imported(tmp_path, text), "scores", "assessed_on") == days


def test_the_order_of_another_column_settles_that_of_mixed_dates(
    export: Callable[..., str],
) -> None:
    text = export(
        visits=rows(
            "patient_id,visit_id,visit_date,dob,phq9",
            "1,11,2024-03-13,25/12/1970,1",
            "2,12,03/04/2024,01/02/1980,2",
        )
    )
    assert 'column = "visit_date", date_format = ["%Y-%m-%d", "%d/%m/%Y"] }  # sure' in text


VISITS = rows(
    "Visit ID,Patient ID,Visit Date,Visit Type,PHQ-9",
    "11,1,2025-01-02,Infusion,20",
    "12,1,2025-01-09,Infusion,10",
    "13,2,2025-01-03,Infusion,14",
)


@pytest.mark.parametrize("name", ["Indication", "Dx", "Diagnosis code", "Condition", "Spalte 7"])
def test_codes_beside_a_date_become_diagnoses_whatever_their_column_is_called(
    export: Callable[..., str], tmp_path: Path, name: str
) -> None:
    text = export(
        visits=rows(
            f"Visit ID,Patient ID,Visit Date,Visit Type,PHQ-9,{name}",
            "11,1,2025-01-02,Infusion,20,F33.2",
            "12,1,2025-01-09,Consult,10,f332",
            "13,2,2025-01-03,Infusion,14,G43",
        )
    )
    assert f'icd10cm = {{ column = "{name}", remove = ".", upper = true }}' in text
    assert 'values = { Infusion = "infusion_order" }, otherwise = "encounter" }  # sure' in text
    assert "Nothing in the export says what is treated" not in text
    assert column(imported(tmp_path, text), "diagnoses", "icd10cm") == ["F332", "F332", "G43"]


def test_codes_of_patients_without_a_date_count_from_their_visits_on(
    export: Callable[..., str], tmp_path: Path
) -> None:
    people = rows("Patient ID,Sex,Age,Indication", "1,F,40,F332", "2,M,50,M797")
    text = export(people=people, visits=VISITS)
    assert 'icd10cm = { file = "people", column = "Indication" }  # sure' in text
    assert 'recorded_on = "Visit Date"  # uncertain: no date stands beside the codes' in text
    assert 'role = { constant = "problem_list" }  # uncertain: or infusion_order?' in text
    batch = imported(tmp_path, text)
    assert column(batch, "diagnoses", "icd10cm") == ["F332", "F332", "M797"]
    assert quarantined(batch) == 0


def test_codes_of_a_study_in_weeks_stand_at_its_start(
    export: Callable[..., str], tmp_path: Path
) -> None:
    text = export(
        trial=rows(
            "subject,arm,madrs_bl,madrs_w4,Diagnosis",
            "1,ketamine,34,20,F33.2",
            "2,placebo,30,28,F32.1",
        )
    )
    assert "recorded_on = { constant = 0 }  # uncertain: taken as known at the start" in text
    assert "category =" not in text
    assert column(imported(tmp_path, text), "diagnoses", "icd10cm") == ["F332"]


def test_keys_that_look_like_codes_are_no_diagnoses(export: Callable[..., str]) -> None:
    text = export(visits=rows("Patient,Visit ID,Room,Visit Date,PHQ-9",
                              "P01,V11,A01,2025-01-02,4", "P02,V12,B12,2025-01-03,5"))  # fmt: skip
    assert "tables.diagnoses]\nfrom" not in text


def test_an_export_that_says_nothing_of_what_is_treated_is_told_so(
    export: Callable[..., str],
) -> None:
    text = export(visits=VISITS)
    assert text.count("# Nothing in the export says what is treated: no diagnoses, no") == 2
    assert '# category = { constant = "..." }   (in [tables.infusions.columns];' in text
    assert '# icd10cm = { column = "...", remove = "." }' in text


def test_every_column_that_identifies_and_is_read_is_named(export: Callable[..., str]) -> None:
    text = export(
        people=rows(
            "MRN,First Name,Last Name,DOB,Sex,Phone",
            "7001,Zyxwanna,Qwertzheim,1980-01-02,F,555-0199",
            "7002,Zyxwben,Qwertzburg,1970-01-02,M,555-0198",
        ),
        visits=rows(
            "Encounter ID,MRN,Clinic,Visit Date,Provider,PHQ-9",
            "11,7001,Riverside,2025-01-02,Dr. Vandermeer,20",
            "12,7002,Riverside,2025-01-03,Dr. Vandermeer,10",
        ),
    )
    said = text.replace("\n#     ", " ")
    named = "Clinic, DOB, Encounter ID, First Name, Last Name, MRN, Provider"
    assert f"# Read, but never as it is: {named} (birth dates become age bands;" in said
