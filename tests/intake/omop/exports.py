"""OMOP exports drawn as text, and what the reader makes of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import duckdb
import polars as pl

from pipelines.definitions import load
from pipelines.intake import contract
from pipelines.intake.omop import read
from pipelines.intake.profile import Profile
from pipelines.intake.scratch import scratch
from tests.drawn import drawn

SIDE_TABLES = ("units", "left_out", "refused", "patient_numbers")
NAMES = {
    "visits": "visit_occurrence", "drugs": "drug_exposure", "conditions": "condition_occurrence",
    "procedures": "procedure_occurrence", "measurements": "measurement", "persons": "person",
    "observations": "observation",
}  # fmt: skip
DATED = {
    "visit_occurrence": "visit_start", "drug_exposure": "drug_exposure_start",
    "condition_occurrence": "condition_start", "procedure_occurrence": "procedure",
    "measurement": "measurement", "observation": "observation",
}  # fmt: skip
KEPT = {
    "person": ("gender_concept_id", "year_of_birth"),
    "condition_occurrence": ("condition_concept_id",),
}
SHORT = {"person": "person_id", "visit": "visit_occurrence_id", "value": "value_as_number"}
Form = Literal["csv", "parquet", "duckdb"]


@dataclass(frozen=True)
class Read:
    """What the reader made of an export: the `mapped` tables."""

    tables: Mapping[str, pl.DataFrame]

    def rows(self, table: str, *columns: str) -> list[tuple[object, ...]]:
        """Return some columns of a table in its order."""
        return self.tables[table].select(columns).rows()

    def left_out(self) -> dict[str, int]:
        """Return how many rows were left out, by unit and reason."""
        frame = self.tables["left_out"]
        keys = frame.select(pl.format("{}: {}", "unit", "reason")).to_series().to_list()
        return dict(zip(keys, frame["rows"].to_list(), strict=True))

    def account(self) -> dict[str, tuple[int, int]]:
        """Return by unit how many rows came in, and how many are accounted for."""
        records = pl.concat(
            self.tables[table.name].select("unit", "item") for table in contract.TABLES
        )
        refused = self.tables["refused"].select("unit", "item")
        items = pl.concat([records.unique(), refused]).group_by("unit").len()
        left = self.tables["left_out"].group_by("unit").agg(pl.col("rows").sum())
        joined = (
            self.tables["units"].group_by("unit").agg(pl.col("rows_in").sum())
            .join(items, on="unit", how="left").join(left, on="unit", how="left").sort("unit")
        )  # fmt: skip
        return {
            unit: (rows_in, (items or 0) + (left or 0))
            for unit, rows_in, items, left in joined.iter_rows()
        }


def read_export(source: Path, region: Literal["none", "state", "zip3"] = "none") -> Read:
    """Return what the reader makes of an export."""
    work = source.parent / "work"
    work.mkdir(exist_ok=True)
    with scratch(work, load()) as opened:
        read(opened, source, Profile(name="omop", format="omop", region=region))
        names = [table.name for table in contract.TABLES] + list(SIDE_TABLES)
        return Read({name: opened.connection.table(f"mapped.{name}").pl() for name in names})


def draw_export(folder: Path, form: Form = "csv", **tables: str) -> Path:
    """Write drawn tables as an export.

    Tables and columns have short names: `drugs` is drug_exposure, `date`, `time` its start; a
    `time` is added to the date. Columns that must be there and are not drawn are empty.
    """
    frames = {
        NAMES.get(name, name): _table(NAMES.get(name, name), text) for name, text in tables.items()
    }
    frames.setdefault("person", _table("person", "person\n1"))
    export = folder / "export"
    export.mkdir()
    if form == "duckdb":
        return _database(folder / "export.duckdb", frames)
    for name, frame in frames.items():
        if form == "csv":
            frame.write_csv(export / f"{name}.csv")
        else:
            frame.write_parquet(export / f"{name}.parquet")
    return export


def _table(name: str, text: str) -> pl.DataFrame:
    frame = drawn(text).rename(SHORT, strict=False)
    date = DATED.get(name)
    if date and "time" in frame.columns:
        written = pl.format("{} {}:00", "date", "time")
        frame = frame.with_columns(written.alias(f"{date}_datetime")).drop("time")
    if "end" in frame.columns:
        end = "visit_end_datetime" if name == "visit_occurrence" else "drug_exposure_end_datetime"
        frame = frame.with_columns(pl.format("{} {}:00", "date", "end").alias(end)).drop("end")
    if date:
        frame = frame.rename({"date": f"{date}_date"})
    if "concept" in frame.columns:
        frame = frame.rename({"concept": f"{name.split('_')[0]}_concept_id"})
    missing = [column for column in KEPT.get(name, ()) if column not in frame.columns]
    return frame.with_columns(pl.lit(None, pl.String).alias(column) for column in missing)


def _database(path: Path, frames: Mapping[str, pl.DataFrame]) -> Path:
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema cdm")
        for name, frame in frames.items():
            connection.from_arrow(frame.to_arrow()).create(f"cdm.{name}")
    return path
