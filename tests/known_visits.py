"""The visits that a crosswalk knows, read without opening it."""

import sqlite3
from contextlib import closing
from pathlib import Path

import polars as pl

from pipelines.intake.crosswalk import FILE, VISITS

SCHEMA = {
    "source_key": pl.String, "visit_key": pl.String, "patient_key": pl.String, "source": pl.String,
}  # fmt: skip


def known_visits(crosswalk: Path) -> pl.DataFrame:
    """Return source_key, visit_key, patient_key and source of each known visit."""
    with closing(sqlite3.connect(crosswalk / FILE)) as database:
        files = database.execute("select file, source from visit_files").fetchall()
    return pl.concat([
        pl.DataFrame(schema=SCHEMA),
        *(
            pl.read_parquet(crosswalk / VISITS / file).with_columns(source=pl.lit(source))
            for file, source in files
        ),
    ])  # fmt: skip
