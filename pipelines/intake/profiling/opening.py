"""The data files of an unknown export: found, their delimiter, encoding and header told, read as text."""

import csv
import gzip
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import fastexcel
import polars as pl

from pipelines.definitions import InputError
from pipelines.intake.profiling.heading import LINE_END, heading
from pipelines.intake.profiling.words import Hints

ENDINGS = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".txt": "csv",
    ".parquet": "parquet",
    ".xlsx": "xlsx",
}
MOST_ROWS = 100_000
MOST_BYTES = 50_000_000
MOST_FILES = 60
UNNAMED = "__UNNAMED__"


@dataclass(frozen=True)
class Sheet:
    """One table of the export: text in every column, trimmed, empty cells null.

    `path` is as a profile names it. `delimiter`, `encoding` and `sheet` are None where the default
    fits. `skip_lines` lines stand above the header. A table longer than 100,000 rows is looked at
    by its first ones.
    """

    path: str
    kind: str
    frame: pl.DataFrame = field(repr=False)
    delimiter: str | None = None
    encoding: str | None = None
    sheet: str | None = None
    skip_lines: int = 0


@dataclass(frozen=True)
class Opened:
    """The tables of an export, and the files that are none, each with the reason."""

    sheets: list[Sheet]
    skipped: list[tuple[str, str]]


def open_export(export: Path, hints: Hints) -> Opened:
    """Return what tables an export, a file or a folder, holds.

    Raises InputError where there is no file of a known kind with a header and rows.
    """
    if not export.exists():
        raise InputError(f"export '{export}': no such file or folder")
    sheets: list[Sheet] = []
    skipped: list[tuple[str, str]] = []
    for path in _candidates(export):
        name = path.relative_to(export).as_posix() if export.is_dir() else path.name
        try:
            found = list(_sheets(path, name, hints))
            sheets += [sheet for sheet in found if sheet.frame.height]
            if not any(sheet.frame.height for sheet in found):
                skipped.append((name, "no rows under a header line"))
        except NoTableError as reason:
            skipped.append((name, str(reason)))
        except (
            pl.exceptions.PolarsError, fastexcel.FastExcelError, csv.Error, OSError, EOFError,
            ValueError,
        ):  # fmt: skip
            skipped.append((name, "can't be read as a table"))
    if not sheets and any(".ndjson" in path.name for path in [export, *export.glob("*")]):
        raise InputError(
            f"export '{export.name}': it looks like FHIR; import it with --profile fhir"
        )
    if not sheets:
        why = f" ({skipped[0][0]}: {skipped[0][1]})" if skipped else ""
        raise InputError(
            f"export '{export.name}': no table was found in it{why};"
            " expected CSV, TSV, Parquet or XLSX with one header line"
        )
    return Opened(sheets, skipped)


class NoTableError(Exception):
    """A file that is not a table with a header line."""


def _candidates(export: Path) -> list[Path]:
    if export.is_file():
        return [export]
    found = [
        path
        for path in sorted(export.rglob("*"))
        if path.is_file()
        and not path.is_symlink()
        and _ending(path) in ENDINGS
        and not any(part.startswith((".", "~")) for part in path.relative_to(export).parts)
    ]
    return found[:MOST_FILES]


def _ending(path: Path) -> str:
    packed = path.suffix.lower() == ".gz"
    return (Path(path.stem).suffix if packed else path.suffix).lower()


def _sheets(path: Path, name: str, hints: Hints) -> Iterator[Sheet]:
    kind = ENDINGS.get(_ending(path), "csv")
    if kind == "parquet":
        yield Sheet(name, kind, _cleaned(pl.scan_parquet(path).head(MOST_ROWS).collect()))
    elif kind == "xlsx":
        names = fastexcel.read_excel(path).sheet_names
        for sheet in names:
            frame = pl.read_excel(
                path, sheet_name=sheet, infer_schema_length=0, raise_if_empty=False
            )
            if frame.height:
                yield Sheet(name, kind, _cleaned(frame), sheet=sheet if len(names) > 1 else None)
    else:
        yield _text_table(path, name, hints)


def _text_table(path: Path, name: str, hints: Hints) -> Sheet:
    start = _start(path)
    encoding = _encoding(start)
    text = start.decode(encoding or "utf-8-sig", errors="replace")
    found = heading(text, hints)
    if found is None:
        raise NoTableError("no delimiter that parts every line alike")
    delimiter, above = found
    frame = pl.read_csv(
        LINE_END.split(text, maxsplit=above)[above].encode() if above else text.encode(),
        separator=delimiter,
        infer_schema=False,
        n_rows=MOST_ROWS,
        truncate_ragged_lines=True,
    )
    ending = _ending(path)
    expected = "\t" if ending in (".tsv", ".txt") else ","
    return Sheet(
        path=name,
        kind="tsv" if ending == ".tab" and delimiter == "\t" else "csv",
        frame=_cleaned(frame),
        delimiter=None if delimiter == expected or ending == ".tab" else delimiter,
        encoding=encoding,
        skip_lines=above,
    )


def _start(path: Path) -> bytes:
    """Return the file up to 50 MB, then up to the last whole line of them."""
    opener = gzip.open if path.suffix.lower() == ".gz" else Path.open
    with opener(path, "rb") as file:
        start: bytes = file.read(MOST_BYTES)
    return start if len(start) < MOST_BYTES else start[: start.rfind(b"\n") + 1]


def _encoding(start: bytes) -> str | None:
    """Return None for UTF-8; else UTF-16 by its mark, or the usual one of Windows exports."""
    if start[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    for shorter in range(4):
        try:
            start[: len(start) - shorter].decode("utf8")
        except UnicodeDecodeError:
            continue
        return None
    return "latin-1"


def _cleaned(frame: pl.DataFrame) -> pl.DataFrame:
    """Return trimmed text; rows that are blank throughout are dropped. Refuses a missing header."""
    text = frame.select(pl.all().cast(pl.String).str.strip_chars().replace("", None))
    if _headless(text.columns):
        raise NoTableError("its first line holds data, not the names of columns")
    if 2 * sum(name.startswith(UNNAMED) for name in text.columns) > len(text.columns):
        raise NoTableError("lines stand above its header; delete them, or save the sheet as CSV")
    return text.filter(pl.any_horizontal(pl.all().is_not_null()))


def _headless(names: list[str]) -> bool:
    plain = [name.replace("_duplicated_", "") for name in names]
    data = [
        name for name in plain if name.replace(".", "").replace("-", "").replace("/", "").isdigit()
    ]
    return 3 * len(data) > len(names)
