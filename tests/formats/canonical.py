"""The practice as canonical CSV with identified keys and true days; age_band holds birth dates."""

from pathlib import Path

import polars as pl

from tests.formats.truth import Truth


def write_canonical(folder: Path, truth: Truth) -> None:
    """Write one CSV file per canonical table into a new folder."""
    folder.mkdir()
    for name, frame in truth.tables.items():
        rows = frame
        if name == "patients":
            born = pl.col("birth_date").cast(pl.String).fill_null("unknown")
            rows = frame.join(truth.people, on="patient_key").with_columns(age_band=born)
        rows.select(frame.columns).write_csv(folder / f"{name}.csv")
