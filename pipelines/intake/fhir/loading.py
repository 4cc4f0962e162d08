"""FHIR files into staged tables: whole files at DuckDB's speed, broken ones resource by resource."""

import json
from collections.abc import Iterator
from pathlib import Path

import duckdb
import polars as pl

from pipelines.intake.fhir.cleaning import Cleaner
from pipelines.intake.fhir.files import File
from pipelines.intake.fhir.loinc import well_formed
from pipelines.intake.fhir.shapes import COLUMNS, SHAPES, UNUSED_COLUMNS
from pipelines.intake.scratch import Scratch

SQL = Path(__file__).parent / "sql"
PIECE = 16 << 20


def load(scratch: Scratch, files: list[File], known: set[str]) -> None:
    """Stage every resource of the files as `fhir.<type in lower case>`; count all that are there.

    `known` are the resource types of FHIR. What can't be read is refused, what is of a type that is
    not used is left out.
    """
    _empty_tables(scratch)
    with Cleaner(scratch, known) as cleaner:
        for file in files:
            path = file.plain(scratch.folder)
            _read(scratch, cleaner, file, path)
            if path != file.path:
                path.unlink()
        cleaner.account()
    scratch.run(SQL / "broken.sql")
    for resource, path in cleaner.files.items():
        rows = _fast(scratch, path, resource, 0, numbered=True)
        assert rows is not None, resource
        path.unlink()
    for resource in SHAPES:
        _leave_out_repeated(scratch, resource)


def _empty_tables(scratch: Scratch) -> None:
    """Make the staged tables by reading nothing into them."""
    nothing = scratch.folder / "nothing.ndjson"
    nothing.write_bytes(b"")
    for resource in SHAPES:
        _arrive(scratch, nothing, resource, 0, numbered=False)
        scratch.connection.table("fhir.taken").create(f"fhir.{resource.lower()}")


def _read(scratch: Scratch, cleaner: Cleaner, file: File, path: Path) -> None:
    """Read one file: at once if it can be, else piece by piece, else resource by resource."""
    resource, is_lines = _first(path)
    if not is_lines:
        cleaner.document(path, file)
    elif _fast(scratch, path, resource, file.first_item) is not None:
        return
    elif path.stat().st_size <= PIECE:
        cleaner.lines(path, file.first_item)
    else:
        item = file.first_item
        for piece in _pieces(path, scratch.folder / "piece.ndjson"):
            rows = _fast(scratch, piece, _first(piece)[0], item)
            item += cleaner.lines(piece, item) if rows is None else rows


def _pieces(path: Path, piece: Path) -> Iterator[Path]:
    """Write the file again in pieces of whole lines, one after the other into the same place."""
    with path.open("rb") as whole:
        while chunk := whole.read(PIECE):
            with piece.open("wb") as part:
                while part.write(chunk) and not chunk.endswith(b"\n"):
                    if not (chunk := whole.readline(PIECE)):
                        break
            yield piece
    piece.unlink(missing_ok=True)


def _first(path: Path) -> tuple[str | None, bool]:
    """Return the resource type of the first line, and whether the file is one resource a line."""
    with path.open("rb") as file:
        line = next((line for line in iter(lambda: file.readline(PIECE), b"") if line.strip()), b"")
    is_lines = ".json" not in path.suffixes[-1:]
    try:
        first = json.loads(line)
    except (ValueError, RecursionError):
        return None, is_lines
    resource = first.get("resourceType") if isinstance(first, dict) else None
    more = path.stat().st_size > len(line) + 2
    return (resource if isinstance(resource, str) else None), is_lines or more


def _fast(
    scratch: Scratch, path: Path, resource: str | None, first_item: int, *, numbered: bool = False
) -> int | None:
    """Stage a file of one resource type as a whole and return how many resources it holds.

    Returns None, with nothing changed, where that can't be done.
    """
    if resource is None or resource == "Bundle":
        return None
    try:
        _arrive(scratch, path, resource, first_item, numbered=numbered)
    except duckdb.OutOfMemoryException:
        raise
    except (duckdb.Error, UnicodeDecodeError):  # a message may quote a character cut in two
        return None
    if _holds_another(scratch, resource) or (resource == "Patient" and _has_nested_id(scratch)):
        return None
    scratch.run(SQL / "counted.sql")
    if resource == "Observation":
        _count_unused_observations(scratch)
    if resource in SHAPES:
        scratch.connection.table("fhir.taken").insert_into(f"fhir.{resource.lower()}")
    return scratch.count("fhir.arrived")


def _arrive(
    scratch: Scratch, path: Path, resource: str, first_item: int, *, numbered: bool
) -> None:
    used = resource in SHAPES
    current = [resource if used else None, first_item, numbered]
    scratch.connection.execute("delete from fhir.current")
    scratch.connection.execute("insert into fhir.current values (?, ?, ?)", current)
    incoming = scratch.connection.read_json(
        str(path), columns=COLUMNS.get(resource, UNUSED_COLUMNS), format="newline_delimited"
    )
    incoming.create_view("incoming", replace=True)
    scratch.run(SQL / "load" / f"{resource.lower() if used else 'unused'}.sql")
    scratch.run(SQL / ("observations.sql" if resource == "Observation" else "taken.sql"))


def _holds_another(scratch: Scratch, resource: str) -> bool:
    """Return whether the file holds resources of another type that is used too."""
    found = scratch.connection.execute("select distinct resource_type from fhir.arrived").fetchall()
    return any(name != resource and name in (*SHAPES, "Bundle") for (name,) in found)


def _has_nested_id(scratch: Scratch) -> bool:
    """Return whether an object stands where an id belongs: DuckDB would take its text for one."""
    found = scratch.connection.execute(
        "select 1 from fhir.arrived where starts_with(id, '{') or starts_with(id, '[') limit 1"
    ).fetchall()
    return bool(found)


def _count_unused_observations(scratch: Scratch) -> None:
    unchecked = scratch.connection.execute(
        "select distinct code from fhir.unused_codes"
        " where code is not null and code not in (select code from fhir.loinc)"
    ).fetchall()
    codes = [code for (code,) in unchecked]
    checked = pl.DataFrame(
        {"code": codes, "well_formed": [well_formed(code) for code in codes]},
        schema={"code": pl.String, "well_formed": pl.Boolean},
    )
    scratch.connection.from_arrow(checked.to_arrow()).insert_into("fhir.loinc")
    scratch.run(SQL / "unused_observations.sql")


def _leave_out_repeated(scratch: Scratch, resource: str) -> None:
    """Keep the first of several resources with one id of one patient."""
    table = f"fhir.{resource.lower()}"
    if scratch.count(table) < 2:
        return
    scratch.connection.table(table).select("item", "patient", "id").create_view(
        "identified", replace=True
    )
    scratch.run(SQL / "repeated.sql")
    scratch.connection.execute(
        f"delete from {table} where item in (select item from fhir.repeated)"
    )
    scratch.leave_out(resource, "repeated", scratch.count("fhir.repeated"))
