"""A simulated practice as the clinic itself has it: true days, its own numbers, cut at a day."""

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from pipelines.definitions import load
from pipelines.intake import batches, contract
from pipelines.intake.batches import Manifest, Slide
from pipelines.intake.importing import Imported, import_export
from pipelines.intake.simulation import simulated
from tests.known_visits import known_visits

TABLES = ("patients", "visits", "infusions", "diagnoses", "scores")
DAYS = {"visits": "visit_date", "scores": "assessed_on", "diagnoses": "recorded_on"}
Tables = Mapping[str, pl.DataFrame]


def clinic(patients: int, seed: int = 5) -> dict[str, pl.DataFrame]:
    """Return the tables of a simulated practice under numbers such as a clinic gives."""
    chunk = next(iter(simulated(patients, seed, "informative", load())))
    tables = {name: _good(name, chunk.tables[name]) for name in TABLES}
    numbers = {
        "patient_key": _numbered(tables["patients"]["patient_key"], "MRN-77"),
        "visit_key": _numbered(tables["visits"]["visit_key"], "ENC-88"),
    }
    for name, frame in tables.items():
        for key, numbered in numbers.items():
            if key in frame.columns:
                found = frame.join(numbered, on=key, how="inner", maintain_order="left")
                frame = found.drop(key).rename({"number": key}).select(frame.columns)
        tables[name] = frame
    return tables


def cut(tables: Tables, through: date) -> dict[str, pl.DataFrame]:
    """Return what an export of a day holds: nothing later, and nobody who has not come yet."""
    found = {
        name: frame.filter(pl.col(DAYS[name]) <= through) if name in DAYS else frame
        for name, frame in tables.items()
    }
    seen = pl.concat([found["visits"].select("patient_key"), found["scores"].select("patient_key")])
    for name in ("patients", "diagnoses"):
        found[name] = found[name].join(seen, on="patient_key", how="semi")
    found["infusions"] = found["infusions"].join(found["visits"], on="visit_key", how="semi")
    return found


def written(tables: Tables, folder: Path) -> Path:
    """Write tables as CSV files of the canonical profile."""
    folder.mkdir(parents=True)
    for name, frame in tables.items():
        frame.write_csv(folder / f"{name}.csv")
    return folder


@dataclass(frozen=True)
class Chain:
    """Imports of one clinic, one after the other, into one practice folder."""

    folder: Path
    manifests: tuple[Manifest, ...]

    @property
    def walk(self) -> pl.DataFrame:
        """Return source_key, patient_key, slide_days of the crosswalk."""
        return self._crosswalk("select source_key, patient_key, slide_days from patients")

    @property
    def visit_keys(self) -> pl.DataFrame:
        """Return source_visit, visit_key of the crosswalk."""
        visits = known_visits(self.folder / "walk")
        return visits.select("visit_key", source_visit="source_key")

    def _crosswalk(self, query: str) -> pl.DataFrame:
        with sqlite3.connect(self.folder / "walk" / "crosswalk.sqlite") as database:
            cursor = database.execute(query)
            names = [column[0] for column in cursor.description]
            return pl.DataFrame(cursor.fetchall(), schema=names, orient="row")

    def records(self, batch: int, table: str) -> pl.DataFrame:
        """Return the accepted rows of a batch, counted from 0."""
        return _rows(self.folder / "practice" / "records" / self.manifests[batch].folder, table)

    def held(self, batch: int, table: str) -> pl.DataFrame:
        """Return the rows that a batch held back, with true days."""
        name = (self.folder / "practice" / "records" / "practice_id").read_text("utf8").strip()
        return _rows(self.folder / "walk" / "held" / name / self.manifests[batch].folder, table)


def chained(
    folder: Path, exports: Iterable[tuple[Tables, date | None]], slide: Slide = "month"
) -> Chain:
    """Import exports one after the other, each with the day of `--since` or None."""
    done: list[Imported] = []
    for number, (tables, since) in enumerate(exports):
        source = written(tables, folder / f"export{number}")
        done.append(
            import_export(source, "canonical", folder / "practice", folder / "walk", slide, since)
        )
    return Chain(folder, tuple(found.manifest for found in done))


def opened(folder: Path) -> Chain:
    """Return the chain of imports that a folder holds."""
    return Chain(folder, tuple(batches.manifests(folder / "practice")))


def true_scores(chain: Chain, rows: pl.DataFrame, slid: bool) -> pl.DataFrame:
    """Return scores under the clinic's own keys and true days."""
    found = rows.join(chain.walk, on="patient_key", how="inner")
    moved = pl.col("assessed_on") - pl.duration(days=pl.col("slide_days").fill_null(0))
    return found.select(
        pl.col("source_key").alias("patient_key"),
        "instrument",
        (moved if slid else pl.col("assessed_on")).alias("assessed_on"),
        "timing",
        "score",
    )


def true_visits(chain: Chain, rows: pl.DataFrame, slid: bool) -> pl.DataFrame:
    """Return visits under the clinic's own keys and true days."""
    found = rows.join(chain.visit_keys, on="visit_key", how="inner").join(
        chain.walk, on="patient_key", how="inner"
    )
    moved = pl.col("visit_date") - pl.duration(days=pl.col("slide_days").fill_null(0))
    return found.select(
        pl.col("source_visit").alias("visit_key"),
        pl.col("source_key").alias("patient_key"),
        (moved if slid else pl.col("visit_date")).alias("visit_date"),
        "visit_kind",
        "visit_status",
    )


def _good(name: str, frame: pl.DataFrame) -> pl.DataFrame:
    """Return the rows without the dirt that the simulation adds, which has a test of its own."""
    if name == "scores":
        return frame.filter(pl.col("assessed_on").dt.year() < 2030, pl.col("score") < 28)
    if name == "diagnoses":
        return frame.filter(~pl.col("icd10cm").str.contains(r"\.")).unique(
            ["patient_key", "icd10cm", "recorded_on", "role"], maintain_order=True
        )
    key = contract.BY_NAME[name].key
    return frame.unique(key, keep="first", maintain_order=True)


def _numbered(keys: pl.Series, prefix: str) -> pl.DataFrame:
    number = pl.int_range(pl.len()).cast(pl.String).str.zfill(6)
    return pl.DataFrame({keys.name: keys}).with_columns(number=pl.lit(prefix) + number)


def _rows(folder: Path, table: str) -> pl.DataFrame:
    files = sorted(folder.glob(f"{table}*.parquet"))
    if not files:
        return contract.BY_NAME[table].empty()
    return pl.concat([pl.read_parquet(file) for file in files])
