"""What passes the door: accepted rows as records, the rest as an account, quarantine, held rows."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from functools import reduce
from pathlib import Path

import duckdb
import polars as pl

from pipelines.definitions import Definitions
from pipelines.definitions.schema import Table
from pipelines.intake import contract
from pipelines.intake.account import Account
from pipelines.intake.batches import Draft
from pipelines.intake.earlier import EARLIER, NOT_TAKEN, fate_code, tell_apart
from pipelines.intake.expressions import Expression, call, cell, coalesce, constant, when
from pipelines.intake.judging import OWNERS, judge
from pipelines.intake.keys import keep_keys
from pipelines.intake.scratch import Scratch
from pipelines.intake.sliding import Edges

SQL = Path(__file__).parent / "sql"
LARGE = ("scores", "vital_signs")  # read a few times faster than copied
ACCEPTED, HELD = "accepted", "held back"
FORGOTTEN, QUARANTINED = "of forgotten patients", "quarantined"
# From the best to the worst.
FATES = (FORGOTTEN, EARLIER, NOT_TAKEN, ACCEPTED, HELD, QUARANTINED)
OWN_DAY = {"visits": "visit_date", "diagnoses": "recorded_on", "scores": "assessed_on"}
KEYS = {"clinic_key": "clinics", "clinician_key": "clinicians"}


@dataclass(frozen=True)
class Door:
    """What decides which good rows pass: slid days that may be seen, and the first true day asked for.

    `since` and `edges` are None where all days pass. Where earlier batches show slid days through
    `shown`, a row is before --since by its slid day: in those days, and before `surely`, from which
    on no slide can take a row to before `since`, if those batches show the patient. Else the rows of
    two batches would tell the slide.
    """

    edges: Edges | None = None
    since: date | None = None
    shown: date | None = None
    surely: date | None = None


def pass_door(scratch: Scratch, door: Door) -> None:
    """Make `leaving.<table>` of the good rows: final columns, slide_days, place, and their fate.

    fate, a code: ACCEPTED, HELD, EARLIER or FORGOTTEN. Keys of patients and visits are no texts yet:
    patient_place is the order of the patient's random key, visit the number of the visit.
    """
    scratch.connection.execute("create schema leaving")
    scratch.make_type("fate", FATES)
    for table in contract.TABLES:
        rows = _with_keys(scratch, table)
        named = _day_column(table)
        day = cell(named) if named else None
        columns = [
            _final(column.name, column.kind)
            for column in table.columns
            if column.name not in OWNERS
        ]
        places = ["slide_days", "unit", "item", "patient_place"]
        places += ["visit"] if "visit_key" in table.names else []
        numbers = [cell(name) for name in places]
        passing = rows.select(*columns, *numbers, _fate(day, door).alias("fate"))
        if table.name in LARGE:
            scratch.connection.execute("use leaving")
            passing.create_view(table.name)
            scratch.connection.execute("use main")
        else:
            passing.create(f"leaving.{table.name}")


def _day_column(table: Table) -> str | None:
    if table.name in OWN_DAY:
        return OWN_DAY[table.name]
    return "day_of_visit" if "visit_key" in table.names else None


def _with_keys(scratch: Scratch, table: Table) -> duckdb.DuckDBPyRelation:
    """Return the good rows beside the random keys, slide and day that they belong to."""
    connection = scratch.connection
    good = connection.table(f"judged.{table.name}").filter(cell("broken").isnull())
    if table.name == "patients":
        good = good.select(cell("rowid").alias("patient"), *_every(good))
        good = _with_ages(connection, good)
    elif table.name == "visits":
        good = good.select(cell("rowid").alias("visit"), *_every(good))
    elif "visit_key" in table.names:
        good = _joined(good, _visits(connection), "visit")
    patients = connection.table("door.keys").select(
        cell("patient").alias("of_patient"),
        cell("place").alias("patient_place"),
        cell("slide_days"),
        cell("first_seen"),
        cell("shown_before"),
        cell("forgotten"),
    )
    good = _joined(good, patients, "patient")
    for name, known in KEYS.items():
        if name in table.names:
            keys = connection.table(f"door.{known}").select(
                cell("source_key").alias(f"of_{name}"),
                cell("key").alias(f"random_{name}"),
            )
            good = _joined(good, keys, name)
    return good


def _every(rows: duckdb.DuckDBPyRelation) -> list[Expression]:
    return [cell(name) for name in rows.columns]


def _with_ages(
    connection: duckdb.DuckDBPyConnection, patients: duckdb.DuckDBPyRelation
) -> duckdb.DuckDBPyRelation:
    """Return patients with the age bands that were made of their birth dates."""
    ages = connection.table("door.ages").select(cell("patient").alias("of_patient"), cell("band"))
    others = [cell(name) for name in patients.columns if name != "age_band"]
    band = coalesce(cell("band"), cell("age_band").cast("varchar"))
    return _joined(patients, ages, "patient").select(*others, band.alias("age_band"))


def _visits(connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
    """Return each visit's patient and day."""
    return connection.table("judged.visits").select(
        cell("rowid").alias("of_visit"), cell("patient"), cell("visit_date").alias("day_of_visit")
    )


def _joined(
    rows: duckdb.DuckDBPyRelation, other: duckdb.DuckDBPyRelation, key: str
) -> duckdb.DuckDBPyRelation:
    return rows.join(other, cell(key) == cell(f"of_{key}"), how="left")


def _final(name: str, kind: str) -> Expression:
    if name in KEYS:
        return cell(f"random_{name}").alias(name)
    if kind == "date":
        return _slid(cell(name)).alias(name)
    return cell(name)


def _described() -> Expression:
    """Return whether a patient is of this export or waited, and not only known from earlier ones."""
    return cell("unit").isnotnull() | cell("item").isnotnull()


def _slid(day: Expression) -> Expression:
    return day + coalesce(cell("slide_days"), constant(0))


def _fate(day: Expression | None, door: Door) -> Expression:
    fate = when(cell("forgotten"), fate_code(FORGOTTEN))
    if door.edges:
        waits = cell("slide_days").isnull()
        if day is None:
            waits = waits | (cell("first_seen") > constant(door.edges.last))
        else:
            waits = waits | _unseen(_slid(day), door.edges)
        fate = fate.when(waits, fate_code(HELD))
    if day is not None and door.since:
        early = _early(day, door.since, door) & cell("unit").isnotnull()
        fate = fate.when(early, fate_code(EARLIER))
    return fate.otherwise(fate_code(ACCEPTED))


def _of_fate(scratch: Scratch, table: Table, fate: str) -> duckdb.DuckDBPyRelation:
    """Return the rows of one fate; of patients only those of whom something is told."""
    rows = scratch.connection.table(f"leaving.{table.name}").filter(cell("fate") == fate_code(fate))
    return rows.filter(_described()) if table.name == "patients" else rows


def _unseen(slid: Expression, edges: Edges) -> Expression:
    """Return whether a slid day lies where it would tell the slide."""
    late = slid > constant(edges.last)
    if not (edges.first and edges.unsure):
        return late
    near = slid.between(constant(edges.unsure), constant(edges.first - timedelta(days=1)))
    return late | near


def _early(day: Expression, since: date, door: Door) -> Expression:
    """Return whether a row is before --since: with earlier batches, whether they show it already."""
    if not (door.shown and door.surely):
        return day < constant(since)
    shown = (_slid(day) <= constant(door.shown)) & (_slid(day) < constant(door.surely))
    return shown & cell("shown_before")


def pass_unchanged(
    scratch: Scratch, definitions: Definitions, last_day: date | None, draft: Draft
) -> None:
    """Judge rows that were made here, and write them to a draft as they are."""
    judge(scratch, definitions, last_day, stop_at_unknown=True)
    scratch.connection.execute("create schema door")
    keep_keys(scratch)
    pass_door(scratch, Door())
    write_accepted(scratch, draft.folder)
    write_quarantine(scratch, draft.quarantine)


def write_accepted(scratch: Scratch, folder: Path) -> None:
    """Write the accepted rows of each table as Parquet, in the order of their patients' keys."""
    with _as_written(scratch):
        for table in contract.TABLES:
            rows = _of_fate(scratch, table, ACCEPTED)
            ordered = _sorted(scratch, rows, table).select(*table.names)
            _write(ordered, folder / f"{table.name}-0000.parquet")


def first_seen(scratch: Scratch, folder: Path) -> date | None:
    """Return the first day of the visits and scores that `write_accepted` wrote."""
    days: list[date] = []
    for name in ("visits", "scores"):
        file = folder / f"{name}-0000.parquet"
        if file.exists():
            rows = scratch.connection.read_parquet(str(file))
            days += rows.aggregate([call("min", cell(OWN_DAY[name]))]).fetchall()[0]
    return min(days, default=None)


def write_held(scratch: Scratch, folder: Path) -> int:
    """Write the held-back rows, with random keys and true days; return how many there are."""
    total = 0
    for place in (folder.parent.parent, folder.parent, folder):
        place.mkdir(mode=0o700, exist_ok=True)
    with _as_written(scratch):
        for table in contract.TABLES:
            rows = _sorted(scratch, _of_fate(scratch, table, HELD), table)
            slide = coalesce(cell("slide_days"), constant(0))
            columns = [
                (cell(column.name) - slide).alias(column.name)
                if column.kind == "date"
                else cell(column.name)
                for column in table.columns
            ]
            total += _write(rows.select(*columns), folder / f"{table.name}.parquet")
    return total


@contextmanager
def _as_written(scratch: Scratch) -> Iterator[None]:
    """Let joins look up the right side for each row of the left, whichever is smaller.

    Else the rows would come out in the order of the right side: that of the export.
    """
    scratch.connection.execute("set disabled_optimizers = 'join_order,build_side_probe_side'")
    try:
        yield
    finally:
        scratch.connection.execute("reset disabled_optimizers")


def _sorted(
    scratch: Scratch, rows: duckdb.DuckDBPyRelation, table: Table
) -> duckdb.DuckDBPyRelation:
    """Return rows in the order of their patients' random keys: that of the export might tell who they are.

    Places are sorted and the keys joined to them afterwards, because sorting texts takes three times
    as long. So the join must look up the keys of the rows as they come; see `_as_written`. Threads
    that join may exchange stretches of rows.
    """
    connection = scratch.connection
    rows = rows.order("patient_place")
    if "patient_key" in table.names:
        keys = connection.table("door.keys").select(
            cell("place").alias("of_patient_place"), cell("key").alias("patient_key")
        )
        rows = _joined(rows, keys, "patient_place")
    if "visit_key" in table.names:
        visits = connection.table("door.visit_keys").select(
            cell("visit").alias("of_visit"), cell("key").alias("visit_key")
        )
        rows = _joined(rows, visits, "visit")
    return rows


def _write(rows: duckdb.DuckDBPyRelation, file: Path) -> int:
    """Write rows as Parquet, no file where there are none; count them."""
    rows.write_parquet(str(file), compression="zstd")
    count = pl.scan_parquet(file).select(pl.len()).collect().item()
    if not count:
        file.unlink()
    elif file.parent.stat().st_mode & 0o077 == 0:
        file.chmod(0o600)
    return int(count)


def write_quarantine(scratch: Scratch, file: Path) -> None:
    """Write one line for each quarantined row: table, file, source_row, column, rule."""
    _union(
        _broken(scratch, table).select(
            constant(number).alias("table_order"),
            constant(table.name).alias("table_name"),
            *[cell(name) for name in ("file", "source_row", "broken")],
        )
        for number, table in enumerate(contract.TABLES)
    ).create_view("broken_rows", replace=True)
    scratch.run(SQL / "quarantined.sql")
    rows = scratch.connection.table("leaving.quarantined").order(
        "table_order, file, source_row, column_name"
    )
    rows.select(
        cell("table_name").alias("table"),
        *[cell(name) for name in ("file", "source_row")],
        cell("column_name").alias("column"),
        cell("rule"),
    ).write_csv(str(file), header=True)


def accounts(scratch: Scratch, added_to: tuple[Path, str] | None = None) -> list[Account]:
    """Return what became of everything, unit by unit; every account is exact.

    `added_to`, practice folder and source, where rows were left out because of earlier batches: those
    that stand in one are told from those that do not.
    """
    _note_fates(scratch, added_to)
    scratch.run(SQL / ("fates_of_rows.sql" if scratch.one_row_per_item else "fates_of_things.sql"))
    scratch.run(SQL / "account.sql")
    units = scratch.connection.table("leaving.units").order("place").fetchall()
    left: dict[str, dict[str, int]] = {}
    for unit, reason, rows in scratch.connection.table("leaving.left_out").fetchall():
        left.setdefault(unit, {})[reason] = rows
    found = [
        Account(unit, rows_in, accepted, quarantined, held, left.get(unit, {}), released)
        for _, unit, rows_in, accepted, quarantined, held, released in units
    ]
    for account in found:
        assert account.exact, account
    return found


def _note_fates(scratch: Scratch, added_to: tuple[Path, str] | None) -> None:
    """Make views of the fate of every row by its thing, and of what was released by table."""
    of_export, released = [], []
    thing = [cell("unit"), cell("item")]
    for table in contract.TABLES:
        good = scratch.connection.table(f"leaving.{table.name}")
        own = good.filter(cell("unit").isnotnull())
        if added_to and _day_column(table):
            of_export.append(tell_apart(scratch, table, own, *added_to))
        else:
            of_export.append(own.select(*thing, cell("fate")))
        broken = fate_code(QUARANTINED).alias("fate")
        of_export.append(_broken(scratch, table).select(*thing, broken))
        again = cell("unit").isnull() & (cell("fate") == fate_code(ACCEPTED))
        if table.name == "patients":
            again = again & cell("item").isnotnull()
        released.append(good.filter(again).select(constant(table.name).alias("unit")))
    _union(of_export).create_view("every_fate", replace=True)
    _union(released).create_view("released", replace=True)


def _broken(scratch: Scratch, table: Table) -> duckdb.DuckDBPyRelation:
    """Return the rows of this export that break a rule."""
    rows = scratch.connection.table(f"judged.{table.name}")
    return rows.filter(cell("broken").isnotnull() & cell("unit").isnotnull())


def _union(parts: Iterable[duckdb.DuckDBPyRelation]) -> duckdb.DuckDBPyRelation:
    return reduce(lambda one, other: one.union(other), parts)
