"""Who needs which questionnaire: on the secure side only, by source keys and true days."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import duckdb
import polars as pl

from pipelines import records, warehouse
from pipelines.definitions import Definitions, InputError, load
from pipelines.intake import batches, contract, crosswalk
from pipelines.intake.batches import Manifest
from pipelines.intake.crosswalk import Crosswalk
from pipelines.intake.expressions import cell, constant
from pipelines.intake.held import waiting_folder
from pipelines.intake.leaving import OWN_DAY
from pipelines.intake.scratch import private_folder
from pipelines.tables.order import FOLDER

NEEDED = ("core.course_outcomes", "core.courses", "staging.calendar")
SCHEMA: dict[str, pl.DataType] = {
    "state": pl.String(), "patient": pl.String(), "clinic": pl.String(),
    "instrument": pl.String(), "window": pl.String(),
    "opens": pl.Date(), "best_day": pl.Date(), "closes": pl.Date(), "last_infusion": pl.Date(),
    "data_through": pl.Date(),
}  # fmt: skip


def _refuse(folder: Path) -> None:
    raise InputError(f"due: practice folder {folder} is not there")


def due(
    crosswalk_folder: Path,
    today: date,
    practices: list[Path],
    on_missing: Callable[[Path], None] = _refuse,
) -> pl.DataFrame:
    """Return one row per patient, instrument and window in which a score is missing and needed.

    Columns: state {overdue, due}, patient (the clinic's own number), clinic, instrument and window
    as shown, opens, best_day, closes, last_infusion and data_through (the last day of the export),
    all true days. due: the window opens within due_soon_days or is open. overdue: its best day has
    passed; listed until overdue_listed_days after it closed. Rows held back count. Only courses
    with a baseline on the instrument are listed, because without one no score tells anything.
    `practices` are the folders to look at; none: all that this crosswalk has served. `on_missing`
    is called for each that is not there, and refuses unless another is given.
    """
    with crosswalk.opened(crosswalk_folder, create=False) as walk:
        known = walk.practices()
        asked = {batches.known_id(folder): folder for folder in practices}
        folders = {n: f for n, f in asked.items() if n in known} if practices else known
        if not folders:
            raise InputError("due: this crosswalk has not served such a practice folder")
        found = [pl.DataFrame(schema=SCHEMA)]
        for name, folder in folders.items():
            if not folder.is_dir():
                on_missing(folder)
            elif in_force := batches.in_force(folder):
                found.append(_of_practice(walk, name, folder, in_force, today))
    rows = pl.concat(found)
    return rows.sort(pl.col("state") == "due", "best_day", "patient", "instrument", "window")


def _of_practice(
    walk: Crosswalk, name: str, folder: Path, found: list[Manifest], today: date
) -> pl.DataFrame:
    definitions = load(folder / "definitions")
    with (
        private_folder(walk.folder) as work,
        duckdb.connect(str(work / "due.duckdb"), config=warehouse.SAFE | {"temp_directory": str(work)}) as connection,
    ):  # fmt: skip
        records.load_definitions(connection, definitions)
        _load_true_records(connection, walk, name, folder, found)
        warehouse.make_tables(connection, NEEDED)
        sql = (FOLDER / "due" / "follow_ups.sql").read_text("utf8")
        rows: pl.DataFrame = connection.sql(sql).pl()
    return _listed(rows, definitions, today)


def _listed(rows: pl.DataFrame, definitions: Definitions, today: date) -> pl.DataFrame:
    soon = today + timedelta(days=definitions.setting("due_soon_days"))
    late = today - timedelta(days=definitions.setting("overdue_listed_days"))
    open_now = rows.filter((pl.col("opens") <= soon) & (pl.col("closes") >= late))
    state = pl.when(pl.col("best_day") < today).then(pl.lit("overdue")).otherwise(pl.lit("due"))
    return open_now.with_columns(state.alias("state")).select(
        pl.col(name).cast(kind) for name, kind in SCHEMA.items()
    )


def _load_true_records(
    connection: duckdb.DuckDBPyConnection,
    walk: Crosswalk,
    name: str,
    folder: Path,
    found: list[Manifest],
) -> None:
    """Make records.* of the batches in force with true days, rows that wait included."""
    records.load_records(connection, folder, found)
    patients = walk.frame(
        "select patient_key, coalesce(slide_days, 0), coalesce(number, source_key) from patients",
        {"of_patient": pl.String(), "slide_days": pl.Int32(), "number": pl.String()},
    )
    clinics = walk.frame(
        "select key, source_key from clinics", {"clinic_key": pl.String(), "clinic": pl.String()}
    )
    connection.execute("create schema walk")
    connection.from_arrow(patients.to_arrow()).create("walk.patients")
    connection.from_arrow(clinics.to_arrow()).create("walk.clinics")
    sources = {batch.source for batch in found}
    waiting = {source: waiting_folder(walk, folder, name, source) for source in sources}
    connection.execute("create schema moved")
    for table in contract.TABLES:
        rows = _true(connection, table.name)
        for place in waiting.values():
            file = place / f"{table.name}.parquet" if place else None
            if file and file.is_file():
                held = connection.read_parquet(str(file))
                number = constant(0).cast("INTEGER").alias("batch")
                rows = rows.union(held.select(*[cell(n) for n in table.names], number))
        rows.create(f"moved.{table.name}")
    calendar = connection.table("records.calendar").pl()
    told = records.telling(folder, found, "scores")
    spans = walk.spans(name, [batch.batch for batch in told])
    through = max((span.last for span in spans.values()), default=None)
    calendar = calendar.with_columns(data_through=pl.lit(through, pl.Date))
    connection.execute("drop schema records cascade")
    connection.execute("create schema records")
    for table in contract.TABLES:
        connection.execute(f"create table records.{table.name} as from moved.{table.name}")
    connection.from_arrow(calendar.to_arrow()).create("records.calendar")


def _true(connection: duckdb.DuckDBPyConnection, table: str) -> duckdb.DuckDBPyRelation:
    """Return the rows of a table with their days as they truly were."""
    rows = connection.table(f"records.{table}")
    day = OWN_DAY.get(table)
    if day is None:
        return rows
    patients = connection.table("walk.patients")
    both = rows.join(patients, cell("patient_key") == cell("of_patient"), how="inner")
    return both.select(
        *[
            (cell(name) - cell("slide_days")).alias(name) if name == day else cell(name)
            for name in rows.columns
        ]
    )
