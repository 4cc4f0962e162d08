"""Files of an export as text: only the columns that a profile names, each row with its number."""

from pathlib import Path

import fastexcel
import polars as pl

from pipelines.definitions import InputError
from pipelines.definitions.errors import did_you_mean, listed
from pipelines.intake.profile import File, Profile, Value

ROW = "source row"
FORMATS = {".csv": "csv", ".tsv": "tsv", ".txt": "tsv", ".parquet": "parquet", ".xlsx": "xlsx"}


def joined_name(file: str, column: str) -> str:
    """Return the name that a column of a joined file has beside the columns of the first file."""
    return f"{file}\x1f{column}"


def locate(folder: Path, name: str, file: File) -> Path | None:
    """Return where a file of the export lies; None where an optional one is absent."""
    base = folder if folder.is_dir() else folder.parent
    if folder.is_file():
        matching = [path for path in file.path if (base / path).resolve() == folder.resolve()]
        if matching or len(file.path) == 1:
            return folder
    for path in file.path:
        if (base / path).is_file():
            return base / path
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
        for column in file.missing_in:
            note(name, column)
    return used


def columns_of(value: Value) -> list[str]:
    """Return the columns of the export that one canonical column is made of."""
    several = [*(value.mean_of or []), *(value.sum_of or [])]
    return several if value.column is None else [value.column, *several]


def read(path: Path, name: str, file: File, wanted: dict[str, bool]) -> pl.DataFrame:
    """Return the wanted columns as text, trimmed, missing codes as null, with the row's number.

    Rows are numbered from 1 without the header. Lines that are blank in every wanted column are
    no rows. Raises InputError where the file can't be read or a column that must be there is not.
    """
    kind = file.format or FORMATS.get(path.suffix.lower())
    if kind is None:
        raise InputError(
            f"file '{name}': {path.name} has no known ending; say its format (csv, tsv, parquet, xlsx)"
        )
    try:
        header = _header(path, kind, file)
        repeated = [name for name in wanted if f"{name}_duplicated_0" in header]
        if repeated:
            raise InputError(
                f"file '{name}': {path.name} has column '{repeated[0]}' more than once"
            )
        missing = [column for column, needed in wanted.items() if needed and column not in header]
        if not missing:
            frame = _frame(path, kind, file, [column for column in header if column in wanted])
    except (
        pl.exceptions.PolarsError,
        fastexcel.FastExcelError,
        OSError,
        UnicodeError,
        ValueError,
        LookupError,
    ) as error:
        reason = (
            str(error).splitlines()[0] if kind in ("csv", "tsv") else f"not a readable {kind} file"
        )
        raise InputError(f"file '{name}': {path.name} can't be read: {reason}") from None
    if missing:
        raise InputError(*[
            f"file '{name}': {path.name} has no column '{column}'{did_you_mean(column, header)};"
            f" it has {listed(header, 20)}"
            for column in missing
        ])  # fmt: skip
    return _cleaned(frame, file)


def _separator(kind: str, file: File) -> str:
    return file.delimiter or ("\t" if kind == "tsv" else ",")


def _header(path: Path, kind: str, file: File) -> list[str]:
    if kind == "parquet":
        return list(pl.read_parquet_schema(path))
    if kind == "xlsx":
        return pl.read_excel(path, sheet_name=file.sheet, infer_schema_length=0).columns
    return pl.read_csv(
        path, n_rows=0, infer_schema=False, separator=_separator(kind, file), encoding=file.encoding
    ).columns


def _frame(path: Path, kind: str, file: File, columns: list[str]) -> pl.DataFrame:
    if kind == "parquet":
        frame = pl.read_parquet(path, columns=columns).cast(pl.String)
    elif kind == "xlsx":
        frame = pl.read_excel(path, sheet_name=file.sheet, columns=columns, infer_schema_length=0)
    else:
        frame = pl.read_csv(
            path,
            columns=columns,
            infer_schema=False,
            separator=_separator(kind, file),
            encoding=file.encoding,
        )
    return frame.cast(pl.String).with_row_index(ROW, offset=1)


def _cleaned(frame: pl.DataFrame, file: File) -> pl.DataFrame:
    names = [name for name in frame.columns if name != ROW]
    cells = []
    for name in names:
        codes = ["", *file.missing, *file.missing_in.get(name, [])]
        text = pl.col(name).str.strip_chars()
        cells.append(pl.when(~text.is_in(codes)).then(text).alias(name))
    frame = frame.select(ROW, *cells)
    return frame.filter(pl.any_horizontal(pl.col(names).is_not_null())) if names else frame
