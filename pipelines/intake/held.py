"""Rows that waited behind the door join a later import that adds to what there is."""

from pathlib import Path

import polars as pl

from pipelines.intake import batches, contract
from pipelines.intake.crosswalk import Crosswalk
from pipelines.intake.scratch import Scratch

SQL = Path(__file__).parent / "sql"


def waiting_folder(
    crosswalk: Crosswalk, practice: Path, practice_id: str, source: str
) -> Path | None:
    """Return where the rows lie that wait for a source: those of its latest batch in force."""
    in_force = [batch for batch in batches.in_force(practice) if batch.source == source]
    if not in_force:
        return None
    folder = crosswalk.held(practice_id, in_force[-1].folder)
    return folder if folder.is_dir() else None


def join_in(scratch: Scratch, crosswalk: Crosswalk, practice: Path, source: str) -> None:
    """Add known patients and waiting rows to the `mapped` tables, under their source keys.

    They belong to no unit, so that they are no rows of this export. An increment may hold visits
    and scores of patients that only an earlier export described: those are known.
    """
    name = batches.known_id(practice)
    scratch.connection.execute("create schema held")
    folder = waiting_folder(crosswalk, practice, name, source) if name else None
    for table in contract.TABLES:
        scratch.settle(table)
        stored = folder / f"{table.name}.parquet" if folder else None
        if stored and stored.is_file():
            scratch.connection.read_parquet(str(stored)).create(f"held.{table.name}")
        else:
            scratch.store(f"held.{table.name}", table.empty())
    scratch.store("held.shown", _shown(practice, source))
    scratch.run(SQL / "held.sql")


def _shown(practice: Path, source: str) -> pl.DataFrame:
    """Return the keys of the patients whom the batches in force of a source show."""
    files = [
        file
        for batch in batches.in_force(practice)
        if batch.source == source
        for table in ("patients", "visits", "scores")
        for file in (practice / "records" / batch.folder).glob(f"{table}-*.parquet")
    ]
    found = [pl.scan_parquet(file).select("patient_key") for file in files]
    return pl.concat([pl.LazyFrame(schema={"patient_key": pl.String}), *found]).unique().collect()
