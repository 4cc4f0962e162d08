"""The working database of one import: in memory, spilling to a private folder, gone afterwards.

Every reader (tabular, FHIR, OMOP, the simulation) fills the same tables, and everything after that
is one way for all:

- `mapped.<canonical table>`: one row per record to be. The canonical columns as text, source keys
  as they are in the export, dates as YYYY-MM-DD; and what the account needs:
  `unit` what is counted (a canonical table, a resource type, an OMOP table), `item` the number of
  the counted thing within its unit, `file` a label of the file that names nobody, `source_row` the
  row in that file from 1, `rule` and `rule_column` where the reader itself found the row broken.
  Several rows may share one item: a blood pressure panel is two vital signs.
A reader that makes one row of each thing says so by `one_row_per_item`, which spares the account
the search for others of the same thing.

- `mapped.units`: unit, rows_in. How many things of a unit the export holds.
- `mapped.left_out`: unit, reason, rows. Things that become no record, and why.
- `mapped.refused`: unit, item, file, source_row, column, rule. Things that can't be read as any
  record: a broken line, a questionnaire without all of its answers.
- `mapped.names`: name. Names of persons in the export, only to see that none of them passes.
- `mapped.patient_numbers`: patient_key, number. The clinic's own number of a patient, where the
  source key is another.

In each unit rows_in = items of mapped rows + refused + left out.
"""

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import polars as pl

from pipelines.definitions import Definitions
from pipelines.definitions.catalog import TABLES as DEFINITION_TABLES
from pipelines.definitions.schema import Table
from pipelines.intake import contract

PREFIX = ".work-"
MEMORY_LIMIT = os.environ.get("ABATE_MEMORY", "2800MB")
PLACE = {
    "unit": "varchar", "item": "bigint", "file": "varchar", "source_row": "bigint",
    "rule": "varchar", "rule_column": "varchar",
}  # fmt: skip
SIDE_TABLES = {
    "units": {"unit": "varchar", "rows_in": "bigint"},
    "left_out": {"unit": "varchar", "reason": "varchar", "rows": "bigint"},
    "refused": {
        "unit": "varchar", "item": "bigint", "file": "varchar", "source_row": "bigint",
        "column": "varchar", "rule": "varchar",
    },
    "names": {"name": "varchar"},
    "patient_numbers": {"patient_key": "varchar", "number": "varchar"},
}  # fmt: skip


class Scratch:
    """A working database with empty `mapped` tables and the definitions loaded."""

    def __init__(self, folder: Path, definitions: Definitions) -> None:
        """Open the database in a folder of its own."""
        self.folder = folder
        self.one_row_per_item = False
        self.items: dict[str, int] = {}
        self.connection = duckdb.connect(config=_config(folder))
        self.connection.execute("create schema mapped")
        for table in contract.TABLES:
            self._create(table.name, dict.fromkeys(table.names, "varchar") | PLACE)
        for name, columns in SIDE_TABLES.items():
            self._create(name, columns)
        self.connection.execute("create schema definitions")
        for table in DEFINITION_TABLES:
            self.store(f"definitions.{table.name}", definitions[table.name])

    def _create(self, name: str, columns: dict[str, str]) -> None:
        listed = ", ".join(f'"{column}" {kind}' for column, kind in columns.items())
        self.connection.execute(f"create table mapped.{name} ({listed})")

    def store(self, name: str, frame: pl.DataFrame) -> None:
        """Make a table of a frame."""
        self.connection.from_arrow(frame.to_arrow()).create(name)

    def make_type(self, name: str, codes: tuple[str, ...]) -> None:
        """Make `code_<name>`, a type of these codes alone: a byte a row, where they are few."""
        self.store("codes", pl.DataFrame({"code": codes}, schema={"code": pl.String}))
        self.connection.execute(f"create type code_{name} as enum (select code from codes)")
        self.connection.execute("drop table codes")

    def add(self, table: Table, frame: pl.DataFrame) -> None:
        """Add rows that were made here, under their canonical names, to `mapped.<table>`.

        Their unit is the table; they are numbered on from those that are there.
        """
        first = self.count(f"mapped.{table.name}")
        number = pl.int_range(first + 1, first + 1 + pl.len(), dtype=pl.Int64)
        flags = [name for name, kind in frame.schema.items() if kind == pl.Boolean]
        text = frame.with_columns(
            pl.col(flags).replace_strict({True: "yes", False: "no"}, return_dtype=pl.String)
        )
        rows = text.select(
            *[pl.col(name).cast(pl.String) for name in table.names],
            unit=pl.lit(table.name), item=number, file=pl.lit("generated"), source_row=number,
            rule=pl.lit(None, pl.String), rule_column=pl.lit(None, pl.String),
        )  # fmt: skip
        self.connection.from_arrow(rows.to_arrow()).insert_into(f"mapped.{table.name}")
        self.count_unit(table.name, frame.height)

    def drop(self, name: str) -> None:
        """Drop a table or view that nothing reads any more."""
        kind = self.connection.execute(
            "select table_type from information_schema.tables"
            " where table_schema || '.' || table_name = ?",
            [name],
        ).fetchall()
        if kind:
            self.connection.execute(f"drop {'view' if kind[0][0] == 'VIEW' else 'table'} {name}")

    def lend(self, table: Table, rows: duckdb.DuckDBPyRelation) -> None:
        """Let `mapped.<table>` be what a query gives, without a copy of it.

        For tables with many rows that are read once; nothing can be added to it.
        """
        self.drop(f"mapped.{table.name}")
        self.connection.execute("use mapped")
        rows.create_view(table.name)
        self.connection.execute("use main")

    def settle(self, table: Table) -> None:
        """Make `mapped.<table>` a table of its own, to which rows can be added."""
        rows = self.connection.table(f"mapped.{table.name}")
        rows.create("settled")
        self.drop(f"mapped.{table.name}")
        self.connection.table("settled").create(f"mapped.{table.name}")
        self.connection.execute("drop table settled")

    def run(self, file: Path) -> None:
        """Run the statements of one SQL file."""
        self.connection.execute(file.read_text("utf8"))

    def count(self, name: str) -> int:
        """Return how many rows a table has."""
        return int(self.connection.table(name).aggregate("count(*)").fetchall()[0][0])

    def count_unit(self, unit: str, rows_in: int) -> None:
        """Note how many things of a unit the export holds; may be called once for each file."""
        self.connection.execute("insert into mapped.units values (?, ?)", [unit, rows_in])

    def leave_out(self, unit: str, reason: str, rows: int) -> None:
        """Note things that become no record, and why."""
        if rows:
            self.connection.execute(
                "insert into mapped.left_out values (?, ?, ?)", [unit, reason, rows]
            )


def remove_leftovers(place: Path) -> None:
    """Remove the working folders that killed commands left under `place`."""
    for leftover in place.glob(f"{PREFIX}*"):
        shutil.rmtree(leftover, ignore_errors=True)


@contextmanager
def private_folder(place: Path) -> Iterator[Path]:
    """Make a new folder under `place` that only its owner can enter; remove it in any case.

    What a killed command left behind is removed first: `place` is locked by the caller.
    """
    remove_leftovers(place)
    folder = place / f"{PREFIX}{secrets.token_hex(6)}"
    folder.mkdir(mode=0o700, parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def scratch(place: Path, definitions: Definitions) -> Iterator[Scratch]:
    """Open a working database in a private folder under `place`."""
    with private_folder(place) as folder:
        opened = Scratch(folder, definitions)
        try:
            yield opened
        finally:
            opened.connection.close()


def _config(folder: Path) -> dict[str, str | bool | int | float | list[str]]:
    return {
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "memory_limit": MEMORY_LIMIT,
        "temp_directory": str(folder / "spill"),
    }
