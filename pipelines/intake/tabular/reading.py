"""Files of an export as tables of text: only the columns that a profile names."""

import csv
import os
from dataclasses import dataclass
from pathlib import Path

import duckdb
import fastexcel
import polars as pl

from pipelines.definitions import InputError
from pipelines.definitions.errors import did_you_mean, listed
from pipelines.intake.expressions import NOTHING, Expression, call, cell, coalesce, constant, when
from pipelines.intake.profile import File, Profile, Value
from pipelines.intake.scratch import Scratch
from pipelines.intake.tabular import lines
from pipelines.intake.unpacking import unpacked

FORMATS = {".csv": "csv", ".tsv": "tsv", ".txt": "tsv", ".parquet": "parquet", ".xlsx": "xlsx"}


NUMBER = "file_row_number"
WHITE = "".join(map(chr, range(33)))


@dataclass(frozen=True)
class Text:
    """One file in the working database: `table` has the wanted columns as text.

    `columns` are its columns by their names in the export. Cells are trimmed; missing codes are
    null. `unreadable` are the numbers of rows that can't be told into cells.
    """

    name: str
    table: str
    columns: dict[str, str]
    unreadable: list[int]
    numbered: bool
    decimal: str = "."

    @property
    def row(self) -> Expression:
        """Return the number of a row from 1 without the header."""
        return cell(f"{self.table}_row" if self.numbered else NUMBER) + constant(
            0 if self.numbered else 1
        )

    def rows(self, scratch: Scratch) -> duckdb.DuckDBPyRelation:
        """Return the rows with their number as `row`; those blank in every wanted column are none."""
        places = [cell(place) for place in self.columns.values()]
        text = scratch.connection.table(f"files.{self.table}")
        numbered = text.select(self.row.alias("row"), *places)
        return numbered.filter(coalesce(*places).isnotnull()) if places else numbered

    def cell(self, column: str) -> Expression:
        """Return a column of the export; null where an optional one is absent."""
        return cell(self.columns[column]) if column in self.columns else NOTHING

    def note_names(self, scratch: Scratch, column: str) -> None:
        """Keep the names of persons in a column, to see that none passes."""
        names = scratch.connection.table(f"files.{self.table}").select(self.cell(column))
        names.distinct().insert_into("mapped.names")


def locate(folder: Path, name: str, file: File) -> Path | None:
    """Return where a file of the export lies; None where an optional one is absent.

    Raises InputError for a path that leads out of the export, by `..` or by a link, and for one at
    which there is something else than a file.
    """
    base = folder if folder.is_dir() else folder.parent
    if folder.is_file():
        real = os.path.realpath(folder)
        matching = [path for path in file.path if os.path.realpath(base / path) == real]
        if matching or len(file.path) == 1:
            return folder
    for path in file.path:
        if (base / path).is_file():
            if not (base / path).resolve().is_relative_to(base.resolve()):
                raise InputError(
                    f"file '{name}': {path} leads out of {folder.name}; expected a file in it"
                )
            return base / path
        if os.path.lexists(base / path):
            raise InputError(f"file '{name}': {path} is a folder or leads nowhere; expected a file")
    if file.optional:
        return None
    raise InputError(f"file '{name}': {' or '.join(file.path)} is not in {folder.name}")


def columns_used(profile: Profile) -> dict[str, dict[str, bool]]:
    """Return, by file, each column that the profile names and whether it must be there."""
    used: dict[str, dict[str, bool]] = {name: {} for name in profile.files}

    def note(file: str, column: str, needed: bool = True) -> None:
        used[file][column] = used[file].get(column, False) or needed

    for _, source in profile.sources():
        for join in source.join:
            note(source.from_, join.on)
            note(join.file, join.on_other or join.on)
        for keep in source.keep:
            note(keep.file or source.from_, keep.column)
        for value in [
            value for mapped in (source.columns, *source.each) for value in mapped.values()
        ]:
            for column in columns_of(value):
                note(value.file or source.from_, column, not value.optional)
            if value.days_after is not None:
                note(value.days_after_file or source.from_, value.days_after)
    for name, file in profile.files.items():
        for column in (*file.missing_in, *file.names):
            note(name, column)
    return used


def columns_of(value: Value) -> list[str]:
    """Return the columns of the export that one canonical column is made of."""
    several = [*(value.joined or []), *(value.mean_of or []), *(value.sum_of or [])]
    return several if value.column is None else [value.column, *several]


def read(
    scratch: Scratch, path: Path, name: str, file: File, wanted: dict[str, bool], number: int
) -> Text:
    """Return a file as a table `files.f<number>` of the working database.

    Raises InputError where the file can't be read or a column that must be there is not. Messages
    hold no cell of the export.
    """
    plain = unpacked(path, scratch.folder)
    kind = file.format or FORMATS.get(plain.suffix.lower())
    if kind is None:
        raise InputError(
            f"file '{name}': {path.name} has no known ending; say its format (csv, tsv, parquet, xlsx)"
        )
    try:
        header = _header(plain, kind, file)
        _refuse_wrong_columns(path, name, header, wanted)
        places = {column: header.index(column) for column in header if column in wanted}
        unreadable = _load(scratch, plain, kind, file, header, places, number)
    except (
        pl.exceptions.PolarsError, fastexcel.FastExcelError, duckdb.Error, csv.Error, OSError,
        UnicodeError, ValueError, LookupError,
    ):  # fmt: skip
        raise InputError(
            f"file '{name}': {path.name} can't be read as {kind}"
            + (f" in {file.encoding}" if kind in ("csv", "tsv") else "")
        ) from None
    table = f"f{number}"
    columns = {column: f"{table}_{place}" for column, place in places.items()}
    numbered = f"{table}_row" in scratch.connection.table(f"files.{table}").columns
    return Text(name, table, columns, unreadable, numbered, file.decimal)


def _refuse_wrong_columns(
    path: Path, name: str, header: list[str], wanted: dict[str, bool]
) -> None:
    repeated = [column for column in wanted if header.count(column) > 1]
    if repeated:
        raise InputError(f"file '{name}': {path.name} has column '{repeated[0]}' more than once")
    missing = [column for column, needed in wanted.items() if needed and column not in header]
    if missing:
        # A file without a header begins with a patient: of such a line no cell is told.
        told = [name for name in header if name.isprintable()]
        names = told if any(column in header for column in wanted) else []
        raise InputError(*[
            f"file '{name}': {path.name} has no column '{column}'"
            f"{did_you_mean(column, names) or f' among its {len(header)}'}; the profile names"
            f" {listed(wanted, 20)}"
            for column in missing
        ])  # fmt: skip


def _header(path: Path, kind: str, file: File) -> list[str]:
    if kind == "parquet":
        return list(pl.read_parquet_schema(path))
    if kind == "xlsx":
        return pl.read_excel(path, sheet_name=file.sheet, infer_schema_length=0).columns
    return lines.header(path, _separator(kind, file), file.encoding, file.skip_lines)


def _separator(kind: str, file: File) -> str:
    return file.delimiter or ("\t" if kind == "tsv" else ",")


def _load(
    scratch: Scratch,
    path: Path,
    kind: str,
    file: File,
    header: list[str],
    places: dict[str, int],
    number: int,
) -> list[int]:
    """Make `files.f<number>` of the wanted columns; return the rows that can't be told into cells."""
    connection, table = scratch.connection, f"files.f{number}"
    names = {f"f{number}_{place}": column for column, place in places.items()}
    connection.execute("create schema if not exists files")
    if kind == "parquet":
        cells = [cell(column).cast("VARCHAR").alias(name) for name, column in names.items()]
        _keep(scratch, connection.read_parquet(str(path)).select(*cells), names, file, table)
        return []
    if kind == "xlsx":
        frame = pl.read_excel(
            path, sheet_name=file.sheet, columns=list(places.values()), infer_schema_length=0,
            drop_empty_rows=False,
        )  # fmt: skip
        frame.columns = list(names)
        text = connection.from_arrow(frame.cast(pl.String).to_arrow())
        _keep(scratch, text, names, file, table)
        return []
    return _load_lines(scratch, path, _separator(kind, file), file, len(header), names, table)


def _load_lines(
    scratch: Scratch,
    path: Path,
    separator: str,
    file: File,
    width: int,
    names: dict[str, str],
    table: str,
) -> list[int]:
    """Load a CSV file at full speed where it is clean, line by line where it is not."""
    prefix = table.split(".")[1]
    if lines.is_utf8(file.encoding) and lines.titles_are_plain(path, file.skip_lines):
        try:
            clean = lines.read_clean(
                scratch.connection, path, separator, width, prefix, file.skip_lines
            )
            _keep(scratch, clean.select(*names), names, file, table)
        except duckdb.Error:
            pass
        else:
            return []
    mended = scratch.folder / f"{prefix}.csv"
    unreadable = lines.mend(path, mended, separator, file.encoding, width, file.skip_lines)
    clean = lines.read_clean(scratch.connection, mended, ",", width + 1, prefix)
    number = cell(f"{prefix}_{width}").cast("BIGINT").alias(f"{prefix}_row")
    _keep(scratch, clean.select(*names, number), names, file, table)
    mended.unlink()
    return unreadable


def _keep(
    scratch: Scratch, text: duckdb.DuckDBPyRelation, names: dict[str, str], file: File, table: str
) -> None:
    """Keep a file as Parquet, which is small and knows the number of each row; name it `table`."""
    schema, name = table.split(".")
    copy = str(scratch.folder / f"{name}.parquet")
    cells = [_cell(cell(place), column, file).alias(place) for place, column in names.items()]
    others = [cell(column) for column in text.columns if column not in names]
    text.select(*cells, *others).write_parquet(copy)
    rows = scratch.connection.read_parquet(copy, file_row_number=True)
    scratch.connection.execute(f"use {schema}")
    rows.create_view(name)
    scratch.connection.execute("use main")


def _cell(raw: Expression, column: str, file: File) -> Expression:
    """Return a cell trimmed, and null where it is blank or a missing code."""
    mark = constant(chr(33))  # the first that is no white space
    padded = (raw < mark) | (call("array_extract", raw, constant(-1)) < mark)
    trimmed = call("nullif", call("trim", raw, constant(WHITE)), constant(""))
    text = when(padded, trimmed).otherwise(raw)
    codes = [constant(code) for code in (*file.missing, *file.missing_in.get(column, []))]
    return when(text.isnotin(*codes), text) if codes else text
