"""OMOP CDM 5.4 exports: a folder of CSV or Parquet files, or a DuckDB file, become canonical rows."""

from pathlib import Path

from pipelines.intake.omop.cdm import READ, CdmTable
from pipelines.intake.omop.concepts import refuse_wrong_concepts
from pipelines.intake.omop.loading import count_table, load_table
from pipelines.intake.omop.places import ATTACHED, Found, find_tables
from pipelines.intake.profile import Profile
from pipelines.intake.scratch import Scratch

SQL = Path(__file__).parent / "sql"
STEPS = (
    "regions", "visits", "exposures", "infusions", "readings", "mapped_patients", "mapped_visits",
    "mapped_infusions", "mapped_diagnoses", "mapped_scores", "mapped_vital_signs",
    "mapped_adverse_events", "mapped_prior_treatments", "left_out",
)  # fmt: skip


def read(scratch: Scratch, source: Path, profile: Profile) -> None:
    """Fill the `mapped` tables of a working database from an OMOP export.

    The unit is the CDM table. Every row of a used table becomes a record, or part of one, or is
    refused or left out with the reason; tables that are not used are counted. Times are taken as
    written; a moment with a time zone in a Parquet or DuckDB file is taken in UTC. Raises
    InputError for a source without `person`, a table that can't be read or lacks a column that it
    needs, and a concept of the definitions that stands for no code of the records.
    """
    refuse_wrong_concepts(scratch)
    scratch.connection.execute("set TimeZone = 'UTC'")
    scratch.connection.execute("attach ':memory:' as omop")
    try:
        for table in READ:
            _create(scratch, table)
        scratch.run(SQL / "concepts.sql")
        _choose(scratch, profile.region)
        _load(scratch, find_tables(scratch, source), profile.region)
        for step in STEPS:
            scratch.run(SQL / f"{step}.sql")
    finally:
        for database in (ATTACHED, "omop"):
            scratch.connection.execute(f"detach database if exists {database}")


def _create(scratch: Scratch, table: CdmTable) -> None:
    listed = ", ".join(f"{column} varchar" for column in table.columns)
    scratch.connection.execute(
        f"create table omop.{table.name} ({listed}, concept bigint, source_row bigint)"
    )


def _choose(scratch: Scratch, region: str) -> None:
    scratch.connection.execute("create table omop.chosen (region varchar)")
    scratch.connection.execute("insert into omop.chosen values (?)", [region])


def _load(scratch: Scratch, found: Found, region: str) -> None:
    """Read the used tables and count the others; places of residence only where they are asked."""
    for table in READ:
        place = found.tables.pop(table.name, None)
        if place is None:
            continue
        if table.name == "location" and region == "none":
            count_table(scratch, place)
        else:
            load_table(scratch, table, place)
    for place in [*found.tables.values(), *found.others]:
        count_table(scratch, place)
