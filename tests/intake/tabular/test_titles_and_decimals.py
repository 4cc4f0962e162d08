"""Report exports: title lines above the header, decimal commas, sums of cells."""

from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from pipelines.intake.importing import import_export

PROFILE = """
name = "report"
calendar = "relative"
[files.all]
path = "all.csv"
delimiter = ";"
decimal = ","
skip_lines = {skip}
[tables.patients]
from = "all"
columns = {{ patient_key = "id", sex = {{ constant = "unknown" }}, age_band = {{ column = "age", age_in_years = true }} }}
[treatment]
from = "all"
columns = {{ patient_key = "id", visit_date = {{ constant = "0" }}, clinic_key = {{ constant = "a" }}, agent = {{ constant = "ketamine" }}, route = {{ constant = "iv" }} }}
[tables.scores]
from = "all"
columns = {{ patient_key = "id", instrument = {{ constant = "madrs" }}, assessed_on = {{ constant = "0" }}, timing = {{ constant = "unspecified" }}, score = {{ sum_of = ["a", "b"] }} }}
"""
ROWS = "id;age;a;b\n1;34,5;1,0;2\n2;40;2,5;3\n3;50;1;1\n"


@pytest.mark.parametrize("titles", ["", "Report of March\n\n", '"Report\nof March"\n'])
def test_titles_and_decimal_commas_lose_no_row_and_no_sum(tmp_path: Path, titles: str) -> None:
    (tmp_path / "all.csv").write_text(titles + ROWS)
    (tmp_path / "report.toml").write_text(PROFILE.format(skip=titles.count("\n")))
    done = import_export(tmp_path, str(tmp_path / "report.toml"), tmp_path / "practice")
    folder = tmp_path / "practice" / "records" / done.manifest.folder
    scores = pl.read_parquet(folder / "scores-0000.parquet").sort("patient_key")["score"]
    assert scores.to_list() == [Decimal("3.00"), Decimal("5.50"), Decimal("2.00")]
    patients = pl.read_parquet(folder / "patients-0000.parquet").sort("patient_key")
    assert patients["age_band"].to_list() == ["25-34", "35-44", "45-54"]
