"""Tables drawn as text, and practices built from them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from pipelines import Practice, open_practice, warehouse
from pipelines.definitions import load
from pipelines.intake import batches, contract
from pipelines.intake.batches import Manifest
from pipelines.intake.leaving import pass_unchanged
from pipelines.intake.scratch import scratch

DAY_ZERO = date(2025, 1, 1)
DEFAULTS: dict[str, dict[str, str]] = {
    "patients": {"sex": "unknown", "age_band": "unknown"},
    "infusions": {"agent": "ketamine", "route": "iv"},
    "visits": {"clinic_key": "a", "visit_kind": "infusion", "visit_status": "completed"},
    "scores": {"timing": "unspecified"},
    "diagnoses": {"role": "problem_list", "day": "-10"},
    "prior_treatments": {},
}


def drawn(text: str) -> pl.DataFrame:
    """Return a drawn table as text; an empty cell is a missing value."""
    lines = [line.strip() for line in text.strip().splitlines() if line.strip()]
    cells = [[cell.strip() or None for cell in line.split("|")] for line in lines]
    header = [str(name) for name in cells[0]]
    return pl.DataFrame(cells[1:], schema=dict.fromkeys(header, pl.String), orient="row")


def rows(frame: pl.DataFrame, *columns: str) -> list[tuple[object, ...]]:
    """Return some columns as sorted rows."""
    return sorted(frame.select(columns).rows(), key=str)


@dataclass(frozen=True)
class Built:
    """A practice that was built from drawn tables."""

    folder: Path
    practice: Practice

    def table(self, name: str) -> pl.DataFrame:
        """Return one table of the build."""
        with warehouse.opened(self.practice.build.path) as connection:
            frame: pl.DataFrame = connection.table(name).pl()
        return frame

    def statuses(self, window: str = "post_induction", measure: str = "response") -> dict[str, str]:
        """Return status by patient for one measure and window, of patients with one course."""
        found = self.table("marts.response_courses").filter(window=window, measure=measure)
        return dict(found.sort("patient_key").select("patient_key", "status").rows())


def write(
    folder: Path,
    tables: Mapping[str, str],
    through: int | None = None,
    since: int = -1000,
    definitions: Mapping[str, str] | None = None,
    batch: int = 1,
) -> None:
    """Write a practice folder from drawn tables.

    `infusions` draws patient, day and anything of infusions or visits; `patient`, `day` stand for
    patient_key and the date. Without `through`, the last day, it is a study in relative days.
    A later `batch` replaces the earlier ones.
    """
    for name, text in (definitions or {}).items():
        (folder / "definitions").mkdir(parents=True, exist_ok=True)
        (folder / "definitions" / f"{name}.csv").write_text(text)
    found = load(folder / "definitions")
    with batches.draft(folder) as draft, scratch(folder / "records", found) as work:
        for name, frame in _canonical({name: drawn(text) for name, text in tables.items()}).items():
            work.add(contract.BY_NAME[name], frame)
        pass_unchanged(work, found, None, draft)
        assert draft.quarantine.read_text().count("\n") == 1, draft.quarantine.read_text()
        draft.publish(
            Manifest(
                batch=batch,
                source="drawn",
                content_hash=str(batch),
                calendar="relative" if through is None else "dates",
                data_from=None if through is None else str(DAY_ZERO + timedelta(days=since)),
                data_through=None if through is None else str(DAY_ZERO + timedelta(days=through)),
                accounts=[],
            )
        )


def built(folder: Path) -> Built:
    """Build a practice folder and open it."""
    warehouse.build(folder)
    return Built(folder, open_practice(folder))


def _canonical(tables: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    infusions = tables.pop("infusions", drawn("patient | day")).with_columns(
        visit_key=pl.concat_str(pl.lit("v"), pl.int_range(pl.len()).cast(pl.String))
    )
    people = sorted({key for frame in [infusions, *tables.values()] for key in frame["patient"]})
    given = tables.pop("patients", drawn("patient"))
    patients = pl.DataFrame({"patient": people}, schema={"patient": pl.String})
    tables["patients"] = patients.join(given, on="patient", how="left")
    tables["visits"] = infusions
    tables["infusions"] = infusions.drop("patient", "day")
    names = {"scores": "assessed_on", "visits": "visit_date", "diagnoses": "recorded_on"}
    return {name: _finished(name, frame, names.get(name)) for name, frame in tables.items()}


def _finished(name: str, frame: pl.DataFrame, dated: str | None) -> pl.DataFrame:
    for column, value in DEFAULTS.get(name, {}).items():
        if column not in frame.columns:
            frame = frame.with_columns(pl.lit(value).alias(column))
        frame = frame.with_columns(pl.col(column).fill_null(value))
    if "patient" in frame.columns:
        frame = frame.rename({"patient": "patient_key"})
    if dated:
        day = pl.col("day").cast(pl.Int32)
        text = (pl.lit(DAY_ZERO) + pl.duration(days=day)).dt.to_string("%Y-%m-%d")
        frame = frame.with_columns(text.alias(dated)).drop("day")
    table = contract.BY_NAME[name]
    missing = [column for column in table.names if column not in frame.columns]
    frame = frame.with_columns(pl.lit(None, pl.String).alias(column) for column in missing)
    return frame.select(table.names)
