"""One source of a profile applied to the files: canonical columns as text, rows accounted for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import polars as pl

from pipelines.definitions import InputError
from pipelines.definitions.schema import Column, Table
from pipelines.intake.profile import Keep, Source, Value
from pipelines.intake.reading import ROW, joined_name

DAY_ZERO = date(2000, 1, 1)
EXACT = pl.Decimal(24, 8)
UNMAPPED = "unmapped"
MEASURED = {"scores": "score", "vital_signs": "value"}
AGES = {
    90: "90+", 85: "85-89", 75: "75-84", 65: "65-74", 55: "55-64", 45: "45-54", 35: "35-44",
    25: "25-34", 18: "18-24", 0: "under_18",
}  # fmt: skip
OLDEST = 130
MOST_DAYS = 36_500


@dataclass(frozen=True)
class Mapped:
    """Canonical text of one source, with columns `file` and `source row`, and what was left out.

    `rows_in` = rows of `frame` + `filtered` + `blank` + `repeated`. A row of `frame` whose
    `unmapped` is not null had a value in that column that the profile's `values` do not list.
    """

    table: str
    frame: pl.DataFrame
    rows_in: int
    filtered: int
    blank: int
    repeated: int


def mapped(
    table: Table, source: Source, files: Mapping[str, pl.DataFrame], relative: bool
) -> Mapped:
    """Return the records that a source gives: one for each row, or for each row and `each` entry.

    Blank scores and vital signs are left out, as are, with `distinct`, repeated records.
    """
    rows = _joined(source, files)
    kept = rows.filter(_kept(keep, source, rows) for keep in source.keep) if source.keep else rows
    entries = source.each or [{}]
    frames = [
        _record(table, {**source.columns, **entry}, source, kept, relative) for entry in entries
    ]
    frame = pl.concat(frames).with_columns(pl.lit(source.from_).alias("file"))
    measured = MEASURED.get(table.name)
    present = frame.filter(pl.col(measured).is_not_null()) if measured else frame
    single = (
        present.unique(table.names, keep="first", maintain_order=True)
        if source.distinct
        else present
    )
    return Mapped(
        table=table.name,
        frame=single,
        rows_in=rows.height * len(entries),
        filtered=(rows.height - kept.height) * len(entries),
        blank=frame.height - present.height,
        repeated=present.height - single.height,
    )


def _joined(source: Source, files: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    rows = files[source.from_]
    for join in source.join:
        other = files[join.file].drop(ROW)
        key = join.on_other or join.on
        repeated = other.filter(pl.col(key).is_not_null() & pl.col(key).is_duplicated())
        if repeated.height:
            raise InputError(
                f"file '{join.file}': '{key}' repeats in {repeated.height} rows;"
                f" a joined file has one row per value of it"
            )
        renamed = other.rename({name: joined_name(join.file, name) for name in other.columns})
        rows = rows.join(
            renamed, left_on=join.on, right_on=joined_name(join.file, key),
            how="left", coalesce=False, maintain_order="left",
        )  # fmt: skip
    return rows


def _kept(keep: Keep, source: Source, rows: pl.DataFrame) -> pl.Expr:
    column = _place(keep.column, keep.file, source)
    return pl.col(column).is_in(keep.values).fill_null(False)


def _place(column: str, file: str | None, source: Source) -> str:
    return column if file in (None, source.from_) else joined_name(str(file), column)


def _record(
    table: Table, values: Mapping[str, Value], source: Source, rows: pl.DataFrame, relative: bool
) -> pl.DataFrame:
    cells, unmapped = [], []
    for column in table.columns:
        value = values.get(column.name)
        if value is None:
            cells.append(pl.lit(None, pl.String).alias(column.name))
            continue
        raw = _raw(value, source, rows)
        cells.append(
            _finished(column, value, _valued(value, raw), source, relative).alias(column.name)
        )
        if value.values is not None and value.otherwise is None:
            unknown = raw.is_not_null() & ~raw.is_in(list(value.values))
            unmapped.append(pl.when(unknown).then(pl.lit(column.name)))
    first_unmapped = pl.coalesce(unmapped) if unmapped else pl.lit(None, pl.String)
    return rows.select(pl.col(ROW), *cells, first_unmapped.alias(UNMAPPED))


def _raw(value: Value, source: Source, rows: pl.DataFrame) -> pl.Expr:
    if value.constant is not None:
        return pl.lit(_as_text(value.constant))
    if value.column is not None:
        place = _place(value.column, value.file, source)
        return pl.col(place) if place in rows.columns else pl.lit(None, pl.String)
    names = [_place(name, value.file, source) for name in (value.mean_of or value.sum_of or [])]
    return _combined(names, value)


def _combined(names: list[str], value: Value) -> pl.Expr:
    """Return the mean or sum of columns; null with too few answers, the text of a wrong one."""
    numbers = [pl.col(name).cast(EXACT, strict=False) for name in names]
    wrong = [
        pl.when(pl.col(name).is_not_null() & number.is_null()).then(pl.col(name))
        for name, number in zip(names, numbers, strict=True)
    ]
    answered = pl.sum_horizontal([pl.col(name).is_not_null().cast(pl.Int32) for name in names])
    total = pl.lit(Decimal(0))
    for number in numbers:
        total = (total + number.fill_null(Decimal(0))).cast(EXACT, strict=False)
    result = total if value.sum_of else total / answered.clip(1).cast(EXACT)
    enough = answered >= (value.at_least or len(names))
    return pl.coalesce(
        *wrong, pl.when(enough).then(result.cast(EXACT, strict=False).cast(pl.String))
    )


def _valued(value: Value, raw: pl.Expr) -> pl.Expr:
    if value.values is None:
        return raw
    texts = {key: _as_text(mapped_to) for key, mapped_to in value.values.items()}
    otherwise = None if value.otherwise is None else _as_text(value.otherwise)
    replaced = raw.replace_strict(
        texts, default=pl.lit(otherwise, pl.String), return_dtype=pl.String
    )
    return replaced if otherwise is None else pl.when(raw.is_not_null()).then(replaced)


def _as_text(value: str | int | float | bool) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _finished(
    column: Column, value: Value, text: pl.Expr, source: Source, relative: bool
) -> pl.Expr:
    """Return the text in the canonical form; what can't be read stays as it is, to be found."""
    if value.remove:
        text = text.str.replace_all(value.remove, "", literal=True)
    if value.upper:
        text = text.str.to_uppercase()
    if value.scale is not None or value.shift is not None:
        number = text.cast(EXACT, strict=False) * pl.lit(
            Decimal(str(1 if value.scale is None else value.scale))
        )
        number = (number + pl.lit(Decimal(str(value.shift or 0)))).cast(EXACT, strict=False)
        text = pl.coalesce(number.cast(pl.String), text)
    if value.age_in_years:
        text = pl.coalesce(_age_band(text), text)
    if value.if_missing is not None:
        text = text.fill_null(_as_text(value.if_missing))
    if column.kind == "date":
        return pl.coalesce(_day(value, text, source, relative).dt.to_string("%Y-%m-%d"), text)
    return text


def _age_band(text: pl.Expr) -> pl.Expr:
    years = text.cast(pl.Float64, strict=False)
    bands = [pl.when(years >= youngest).then(pl.lit(band)) for youngest, band in AGES.items()]
    return pl.when(years <= OLDEST).then(pl.coalesce(bands))


def _day(value: Value, text: pl.Expr, source: Source, relative: bool) -> pl.Expr:
    number = text.cast(pl.Int32, strict=False)
    number = pl.when(number.is_between(-MOST_DAYS, MOST_DAYS)).then(number)
    if value.days_after is not None:
        start = pl.col(_place(value.days_after, value.days_after_file, source))
        return _date(start, value.date_format) + pl.duration(days=number)
    if relative:
        return pl.lit(DAY_ZERO) + pl.duration(days=number)
    return _date(text, value.date_format)


def _date(text: pl.Expr, date_format: str | None) -> pl.Expr:
    if date_format is not None:
        return text.str.strptime(pl.Date, date_format, strict=False)
    return text.str.extract(r"^(\d{4}-\d{2}-\d{2})(?:$|[T ])").str.strptime(
        pl.Date, "%Y-%m-%d", strict=False
    )
