"""Where the tables of an OMOP export lie: files of a folder, folders of parts, one database."""

from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from pipelines.definitions import InputError
from pipelines.definitions.errors import listed
from pipelines.intake.omop.cdm import KNOWN, OTHER, PERSON, READ
from pipelines.intake.scratch import Scratch

ENDINGS = (".csv.gz", ".csv", ".tsv.gz", ".tsv", ".parquet")
DATABASES = (".duckdb", ".db")
ATTACHED = "export"


@dataclass(frozen=True)
class Place:
    """Where one table lies: its files, or its qualified name in the attached database."""

    unit: str
    label: str
    files: tuple[Path, ...] = ()
    attached: str | None = None

    @property
    def csv(self) -> bool:
        """Return whether it lies in CSV files."""
        return bool(self.files) and self.files[0].suffix.lower() != ".parquet"


@dataclass
class Found:
    """The tables of an export by name, and those that are only counted."""

    tables: dict[str, Place] = field(default_factory=dict)
    others: list[Place] = field(default_factory=list)

    def add(self, name: str, place: Place) -> None:
        """Note a table; InputError where an earlier one has its name."""
        if place.unit == OTHER or name not in KNOWN:
            self.others.append(place)
        elif name in self.tables:
            raise InputError(
                f"{name}: there is {self.tables[name].label} and {place.label}; expected one of them"
            )
        else:
            self.tables[name] = place


def find_tables(scratch: Scratch, source: Path) -> Found:
    """Return the tables of a folder or of a DuckDB file, which is attached to read only.

    Raises InputError where there is no table `person`, or two of one name.
    """
    found = _in_folder(source) if source.is_dir() else _in_database(scratch, source)
    if PERSON.name not in found.tables:
        raise InputError(
            f"source '{source.name}': no table person; expected a folder with person.csv or"
            f" person.parquet, or a .duckdb file; read are {listed(table.name for table in READ)}"
        )
    return found


def _in_folder(folder: Path) -> Found:
    found = Found()
    for path in sorted(folder.iterdir()):
        files = tuple(sorted(path.iterdir())) if path.is_dir() else (path,)
        name = _table_name(path)
        if name in KNOWN and not all(file.exists() for file in files):
            raise InputError(f"{name}: a link leads nowhere; expected files in {folder.name}")
        files = tuple(file for file in files if file.is_file() and _ending(file))
        if not files or (path.is_dir() and name not in KNOWN):
            continue
        if any(not file.resolve().is_relative_to(folder.resolve()) for file in files):
            label = name if name in KNOWN else "a table of another name"
            raise InputError(f"{label}: a link leads out of {folder.name}; expected files in it")
        if len({file.suffix.lower() == ".parquet" for file in files}) > 1:
            raise InputError(f"{name}: it holds CSV and Parquet files; expected one kind")
        unit, label = (name, path.name) if name in KNOWN else (OTHER, "a table of another name")
        found.add(name, Place(unit, label, files))
    return found


def _ending(file: Path) -> str:
    return next((end for end in ENDINGS if file.name.lower().endswith(end)), "")


def _table_name(path: Path) -> str:
    ending = _ending(path)
    return path.name.lower().removesuffix(ending) if ending else path.name.lower()


def _in_database(scratch: Scratch, file: Path) -> Found:
    if file.suffix.lower() not in DATABASES:
        raise InputError(
            f"source '{file.name}': expected a folder of CSV or Parquet files, or a .duckdb file"
        )
    try:
        scratch.connection.execute(f"attach ? as {ATTACHED} (read_only)", [str(file)])
    except duckdb.Error:
        raise InputError(f"source '{file.name}': it can't be opened as a DuckDB file") from None
    rows = scratch.connection.execute(
        "select schema_name, table_name from duckdb_tables() where database_name = ? order by all",
        [ATTACHED],
    ).fetchall()
    home = [schema for schema, name in rows if name.lower() == PERSON.name]
    if len(home) > 1:
        raise InputError(f"source '{file.name}': person is in schemas {listed(home)}; expected one")
    found = Found()
    for schema, name in sorted(rows, key=lambda row: row[0] not in home):
        found.add(*_attached(found, schema, name))
    return found


def _attached(found: Found, schema: str, name: str) -> tuple[str, Place]:
    """Return a table of the database; one whose name is taken by the schema of person is another."""
    lower = name.lower()
    known = lower in KNOWN and lower not in found.tables
    quoted = ".".join('"' + part.replace('"', '""') + '"' for part in (ATTACHED, schema, name))
    unit, label = (lower, lower) if known else (OTHER, "a table of another name")
    return lower, Place(unit, label, attached=quoted)
