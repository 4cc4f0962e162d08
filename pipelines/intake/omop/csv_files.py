"""CSV files as relations of text; rows that can't be read are known by their number."""

import csv
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
from duckdb import ColumnExpression, SQLExpression, StarExpression

from pipelines.definitions import InputError
from pipelines.intake.tabular import lines
from pipelines.intake.unpacking import unpacked

DELIMITERS = ",\t;|"
MOST_HEADER_BYTES = 1_000_000
NULLS = ["", "NULL", "null", "NA", "\\N"]
NUMBER = "row_number() over () as source_row"
ERRORS = "csv_errors"
SCANS = "csv_scans"
COSTLY = {"UNQUOTED VALUE", "LINE SIZE OVER MAXIMUM"}
"""Errors that swallow the lines after them."""

Use = Callable[[duckdb.DuckDBPyRelation], None]


@dataclass(frozen=True)
class Rows:
    """The rows of a file: how many good ones, and the numbers of those that can't be read.

    `numbered`: the used rows carried their numbers in the file; else their numbers among the good.
    """

    good: int
    broken: list[int]
    numbered: bool


@dataclass(frozen=True)
class CsvFile:
    """One CSV file: where it lies, its columns as written, and how it is divided."""

    path: Path
    label: str
    columns: tuple[str, ...]
    delimiter: str
    quote: str
    longest_line: int = 2_000_000

    def relation(self, connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
        """Return its good rows as text, c0, c1 ...; the others are noted in `csv_errors`."""
        return connection.read_csv(
            str(self.path),
            auto_detect=False,
            header=True,
            sep=self.delimiter,
            quotechar=self.quote,
            escapechar=self.quote,
            columns={f"c{place}": "VARCHAR" for place in range(len(self.columns))},
            na_values=NULLS,
            max_line_size=self.longest_line,
            store_rejects=True,
            rejects_table=ERRORS,
            rejects_scan=SCANS,
        )


def csv_file(path: Path, label: str, folder: Path) -> CsvFile:
    """Return a file with what its header tells; a packed one is unpacked into a folder.

    Divided by tab, comma, semicolon or bar, whichever the header has most of. A file with tabs is
    quoted only where its header is: OHDSI writes vocabularies without quotes. Raises InputError
    for a file without a header and one in UTF-16.
    """
    path = unpacked(path, folder)
    with path.open("rb") as file:
        first = file.readline(MOST_HEADER_BYTES)
    if first[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise InputError(f"{label}: it is in UTF-16; expected UTF-8")
    header = first.decode("utf8", "replace").removeprefix("\ufeff").strip("\r\n")
    if not header.strip():
        raise InputError(f"{label}: it has no header line; expected the names of its columns")
    delimiter = max(DELIMITERS, key=header.count)
    csv.field_size_limit(MOST_HEADER_BYTES)
    names = next(csv.reader([header.split("\r")[0]], delimiter=delimiter))
    quote = "" if delimiter == "\t" and '"' not in header else '"'
    return CsvFile(path, label, tuple(name.strip() for name in names), delimiter, quote)


def read_rows(connection: duckdb.DuckDBPyConnection, file: CsvFile, folder: Path, use: Use) -> Rows:
    """Use the good rows of a file, which have a column `source_row`; return what became of all.

    A file whose errors would cost the lines after them is written anew into `folder`, record by
    record. Raises InputError for one that is no CSV.
    """
    _forget_errors(connection)
    try:
        use(file.relation(connection).select(StarExpression(), SQLExpression(NUMBER)))
        good = count_rows(file.relation(connection))
        broken, costly = _broken_rows(connection)
        if not costly:
            return Rows(good, broken, False)
    except duckdb.Error:
        pass
    _forget_errors(connection)
    return _read_mended(connection, file, folder, use)


def count_rows(relation: duckdb.DuckDBPyRelation) -> int:
    """Return how many rows a relation has."""
    return int(relation.aggregate("count(*)").fetchall()[0][0])


def _read_mended(
    connection: duckdb.DuckDBPyConnection, file: CsvFile, folder: Path, use: Use
) -> Rows:
    target = folder / f"{secrets.token_hex(6)}.csv"
    width = len(file.columns)
    mended = replace(
        file, path=target, columns=(*file.columns, "number"), delimiter=",", quote='"',
        longest_line=lines.LONGEST_LINE,
    )  # fmt: skip
    try:
        broken = lines.mend(file.path, target, file.delimiter, "utf8", width)
        number = ColumnExpression(f"c{width}").cast("BIGINT").alias("source_row")
        use(mended.relation(connection).select(StarExpression(exclude=[f"c{width}"]), number))
        good = count_rows(mended.relation(connection))
    except (duckdb.Error, csv.Error, UnicodeError, OSError):
        raise _no_csv(file) from None
    finally:
        target.unlink(missing_ok=True)
    if _broken_rows(connection)[0]:
        raise _no_csv(file)
    return Rows(good, broken, True)


def _no_csv(file: CsvFile) -> InputError:
    return InputError(
        f"{file.label}: it can't be read as a CSV file in UTF-8 with one header line and no line"
        f" of more than {lines.LONGEST_LINE:,} bytes"
    )


def _broken_rows(connection: duckdb.DuckDBPyConnection) -> tuple[list[int], bool]:
    """Return the numbers of broken rows, from 1, and whether their errors cost other rows."""
    errors = connection.execute(
        f"select line - 1, list(distinct error_type::varchar) from {ERRORS} group by all order by 1"
    ).fetchall()
    _forget_errors(connection)
    costly = any(COSTLY.intersection(kinds) for _, kinds in errors)
    return [line for line, _ in errors], costly


def _forget_errors(connection: duckdb.DuckDBPyConnection) -> None:
    """Drop what broken rows said: it is text of the export."""
    for table in (ERRORS, SCANS):
        connection.execute(f"drop table if exists {table}")
