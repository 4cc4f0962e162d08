"""CSV files: a clean one is read at the speed of the disk, any other record by record.

The slow way knows the number of every record and which can't be told into cells, so that one bad
line costs one line and no more.
"""

import codecs
import csv
import re
from collections import deque
from collections.abc import Iterator
from pathlib import Path

import duckdb

LONGEST_LINE = 16_000_000
BUFFER = 2 * LONGEST_LINE  # larger ones, as DuckDB would choose, are slower to fill
MOST_LINES = 200
WHITE = re.compile(r"[\r\n]+$")


def is_utf8(encoding: str) -> bool:
    """Return whether an encoding, by any of its names, is UTF-8."""
    return codecs.lookup(encoding).name in ("utf-8", "utf-8-sig")


def read_clean(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    separator: str,
    width: int,
    prefix: str,
    skip: int = 0,
) -> duckdb.DuckDBPyRelation:
    """Return the records of a clean UTF-8 file as columns `<prefix>_<place>` of text.

    Reading raises duckdb.Error where a record has not `width` cells or is no clean CSV.
    """
    return connection.read_csv(
        str(path),
        header=False,
        skiprows=1 + skip,
        auto_detect=False,
        columns={f"{prefix}_{place}": "VARCHAR" for place in range(width)},
        delimiter=separator,
        quotechar='"',
        escapechar='"',
        max_line_size=LONGEST_LINE,
        buffer_size=BUFFER,
    )


def titles_are_plain(path: Path, skip: int) -> bool:
    """Return whether each of the skipped lines is a record of its own: none holds a quote."""
    with path.open("rb") as file:
        return not any(b'"' in file.readline(LONGEST_LINE) for _ in range(skip))


def header(path: Path, separator: str, encoding: str, skip: int = 0) -> list[str]:
    """Return the names of the first record, trimmed.

    Raises UnicodeError where they are in another encoding, and csv.Error where they are no CSV.
    """
    csv.field_size_limit(LONGEST_LINE)
    # Bytes that the encoding does not know may stand further down: those cost their own row.
    with path.open(encoding=_with_mark(encoding), errors="surrogateescape", newline="") as file:
        for _ in range(skip):
            file.readline(LONGEST_LINE)
        first = WHITE.sub("", file.readline(LONGEST_LINE))
    first.encode("utf8")
    return [name.strip() for name in next(csv.reader([first], delimiter=separator), [])]


def mend(
    path: Path, to: Path, separator: str, encoding: str, width: int, skip: int = 0
) -> list[int]:
    """Write the records of `width` cells as clean CSV, and return the numbers of the others.

    The written records have one more cell, their number in the file, from 1 without the header.
    Bytes that the encoding does not know become U+FFFD.
    """
    unreadable = []
    csv.field_size_limit(LONGEST_LINE)
    with to.open("w", encoding="utf8", newline="") as out:
        writer = csv.writer(out, quoting=csv.QUOTE_ALL)
        writer.writerow([""] * (width + 1))
        for number, cells in enumerate(_records(path, separator, encoding, skip)):
            if not number:
                continue
            if cells is None or len(cells) != width:
                unreadable.append(number)
            else:
                writer.writerow([*(cell.replace("\x00", "\ufffd") for cell in cells), number])
    return unreadable


def _with_mark(encoding: str) -> str:
    return "utf-8-sig" if is_utf8(encoding) else encoding


def _records(path: Path, separator: str, encoding: str, skip: int) -> Iterator[list[str] | None]:
    """Yield the cells of each record; None for a line whose quote never closes.

    A quote that never closes costs its own line: reading goes on with the line after it.
    """
    with path.open(encoding=_with_mark(encoding), errors="replace", newline="") as file:
        for _ in range(skip):
            file.readline(LONGEST_LINE)
        coming = iter(lambda: file.readline(LONGEST_LINE), "")
        again: deque[str] = deque()
        waiting: list[str] = []
        while (line := again.popleft() if again else next(coming, None)) is not None or waiting:
            if line is not None and (waiting or WHITE.sub("", line)):
                waiting.append(line)
            elif line is not None:
                continue
            cells, open_quote = _cells("".join(waiting), separator)
            if not open_quote:
                yield cells
                waiting = []
            elif line is None or len(waiting) >= MOST_LINES:
                yield None
                again.extendleft(reversed(waiting[1:]))
                waiting = []


def _cells(record: str, separator: str) -> tuple[list[str] | None, bool]:
    """Return the cells of a record, None where it has none, and whether a quote is still open."""
    text = [WHITE.sub("", record)]
    try:
        return next(csv.reader(text, delimiter=separator, strict=True), None), False
    except csv.Error as error:
        if "unexpected end of data" in str(error):
            return None, True
    try:
        return next(csv.reader(text, delimiter=separator), None), False
    except csv.Error:
        return None, False
