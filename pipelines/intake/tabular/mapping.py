"""One source of a profile applied to the files: canonical rows as text, all accounted for."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import duckdb
import polars as pl

from pipelines.definitions import InputError
from pipelines.definitions.schema import Column, Table
from pipelines.intake import contract
from pipelines.intake.expressions import NOTHING, Expression, call, cell, coalesce, constant, when
from pipelines.intake.profile import Keep, Source, Value
from pipelines.intake.scratch import Scratch
from pipelines.intake.tabular.reading import Text

DAY_ZERO = date(2000, 1, 1)
EXACT = "DECIMAL(24,8)"
MEASURED = {"scores": "score", "vital_signs": "value", "diagnoses": "icd10cm"}
MOST_DAYS = 36_500
YES, NO = constant(True), constant(False)
ISO = "____-__-__"
NOT_USED = "not_used"


def map_source(
    scratch: Scratch, table: Table, source: Source, files: Mapping[str, Text], relative: bool
) -> list[duckdb.DuckDBPyRelation]:
    """Return queries for the records of a source: one for each row and `each` entry.

    Left out, with their counts: rows that `keep` does not keep, blank scores, vital signs and codes,
    values that are not used, and, with `distinct`, repeated records.
    """
    place, entries = files[source.from_], source.each or [{}]
    rows = _joined(scratch, source, files)
    total = _count(place.rows(scratch))
    before = scratch.items.get(table.name, 0)
    kept = rows
    if source.keep:
        kept = rows.filter(_all(_kept(keep, source, files) for keep in source.keep))
    filtered = total - _count(kept) if source.keep else 0
    largest = _largest_row(scratch, place)
    found = []
    for number, entry in enumerate(entries):
        values = {**source.columns, **entry}
        first = before + number * largest
        records = _records(table, values, source, files, kept, relative)
        found.append(_left(scratch, table, _placed(table, place, records, first), source.distinct))
        _refuse_unreadable(scratch, table, place, first)
    scratch.items[table.name] = before + len(entries) * largest
    scratch.count_unit(table.name, (total + len(place.unreadable)) * len(entries))
    scratch.leave_out(table.name, "by filter", filtered * len(entries))
    return found


def _count(relation: duckdb.DuckDBPyRelation) -> int:
    return int(relation.aggregate([call("count").alias("rows")]).fetchall()[0][0])


def _largest_row(scratch: Scratch, place: Text) -> int:
    """Return a number that no row of a file exceeds, so that items of several entries stay apart."""
    return scratch.count(f"files.{place.table}") + len(place.unreadable)


def _joined(scratch: Scratch, source: Source, files: Mapping[str, Text]) -> duckdb.DuckDBPyRelation:
    rows = files[source.from_].rows(scratch)
    for join in source.join:
        other, key = files[join.file], join.on_other or join.on
        _refuse_repeated(scratch, other, key)
        if join.on in files[source.from_].columns:
            found = scratch.connection.table(f"files.{other.table}").select(
                *[cell(place) for place in other.columns.values()]
            )
            same = files[source.from_].cell(join.on) == other.cell(key)
            rows = rows.join(found, same, how="left")
    return rows


def _refuse_repeated(scratch: Scratch, other: Text, key: str) -> None:
    keys = scratch.connection.table(f"files.{other.table}").filter(other.cell(key).isnotnull())
    by_key = keys.aggregate([other.cell(key).alias("key"), call("count").alias("rows")])
    twice = by_key.filter(cell("rows") > constant(1))
    rows = twice.aggregate([call("sum", cell("rows"))]).fetchall()[0][0]
    if rows:
        raise InputError(
            f"file '{other.name}': '{key}' repeats in {rows} rows;"
            f" a joined file has one row per value of it"
        )


def _all(conditions: object) -> Expression:
    assert hasattr(conditions, "__iter__")
    held = YES
    for condition in conditions:
        held = held & condition
    return held


def _kept(keep: Keep, source: Source, files: Mapping[str, Text]) -> Expression:
    found = _place(keep.column, keep.file, source, files)
    listed = found.isin(*[constant(value) for value in keep.values])
    return coalesce(listed, NO)


def _place(column: str, file: str | None, source: Source, files: Mapping[str, Text]) -> Expression:
    place = file or source.from_
    return files[place].cell(column) if place in files else NOTHING


def _records(
    table: Table,
    values: Mapping[str, Value],
    source: Source,
    files: Mapping[str, Text],
    rows: duckdb.DuckDBPyRelation,
    relative: bool,
) -> duckdb.DuckDBPyRelation:
    """Return the canonical columns of each row, its number, and what stands in the way of it."""
    cells, unmapped, unused = [], [], []
    for column in table.columns:
        value = values.get(column.name)
        if value is None:
            cells.append(NOTHING.alias(column.name))
            continue
        raw = _raw(value, source, files)
        text = _finished(column, value, _valued(value, raw), source, files, relative)
        cells.append(text.alias(column.name))
        if value.values is not None and value.otherwise is None:
            known = [constant(code) for code in [*value.values, *value.not_used]]
            wrong = raw.isnotnull() & (raw.isnotin(*known) if known else YES)
            unmapped.append(when(wrong, constant(column.name)))
        for code in value.not_used:
            unused.append(when(raw == constant(code), constant(code)))
    return rows.select(
        cell("row").alias("source_row"),
        *cells,
        _first(unmapped).alias("unmapped"),
        _first(unused).alias(NOT_USED),
    )


def _first(found: list[Expression]) -> Expression:
    return coalesce(*found, NOTHING) if found else NOTHING


def _placed(
    table: Table, place: Text, records: duckdb.DuckDBPyRelation, first: int
) -> duckdb.DuckDBPyRelation:
    unmapped = cell("unmapped")
    return records.select(
        *[cell(name) for name in table.names],
        constant(table.name).alias("unit"),
        (cell("source_row") + constant(first)).alias("item"),
        constant(place.name).alias("file"),
        cell("source_row"),
        when(unmapped.isnotnull(), constant("value_not_in_map")).alias("rule"),
        unmapped.alias("rule_column"),
        cell(NOT_USED),
    )


def _left(
    scratch: Scratch, table: Table, placed: duckdb.DuckDBPyRelation, distinct: bool
) -> duckdb.DuckDBPyRelation:
    """Return the records that are left without those not used, blank or repeated, which are counted."""
    columns = [cell(name) for name in placed.columns if name != NOT_USED]
    unused = cell(NOT_USED)
    measured = cell(MEASURED.get(table.name, "item"))
    by_use = placed.aggregate([unused, call("count").alias("rows"), call("count", measured)])
    present_rows = 0
    for code, rows, present in by_use.order(NOT_USED).fetchall():
        if code is None:
            scratch.leave_out(table.name, "blank", rows - present)
            present_rows = present
        else:
            scratch.leave_out(table.name, f"{code}: not used", rows)
    left = placed.filter(unused.isnull() & measured.isnotnull()).select(*columns)
    if distinct:
        left = _distinct(table, left)
        scratch.leave_out(table.name, "repeated", present_rows - _count(left))
    return left


def _distinct(table: Table, records: duckdb.DuckDBPyRelation) -> duckdb.DuckDBPyRelation:
    """Return equal records once, in the place of the first."""
    kept = [name for name in records.columns if name not in table.names]
    firsts = [call("arg_min", cell(name), cell("item")).alias(name) for name in kept]
    return records.aggregate([*[cell(name) for name in table.names], *firsts])


def _refuse_unreadable(scratch: Scratch, table: Table, place: Text, first: int) -> None:
    rows = pl.DataFrame({"row": place.unreadable}, schema={"row": pl.Int64})
    scratch.connection.from_arrow(rows.to_arrow()).select(
        constant(table.name), cell("row") + constant(first), constant(place.name), cell("row"),
        NOTHING, constant("wrong_number_of_cells"),
    ).insert_into("mapped.refused")  # fmt: skip


def _raw(value: Value, source: Source, files: Mapping[str, Text]) -> Expression:
    if value.constant is not None:
        return constant(_as_text(value.constant))
    if value.column is not None:
        return _place(value.column, value.file, source, files)
    if value.joined is not None:
        cells = [_place(name, value.file, source, files) for name in value.joined]
        parts = [coalesce(part, constant("")) for part in cells]
        return when(coalesce(*cells).isnotnull(), call("concat_ws", constant("|"), *parts))
    names = value.mean_of or value.sum_of or []
    cells = [_place(name, value.file, source, files) for name in names]
    if _has_decimal_comma(value, source, files):
        cells = [_with_point(number) for number in cells]
    return _combined(cells, value)


def _combined(cells: list[Expression], value: Value) -> Expression:
    """Return the mean or sum of cells; null with too few answers, the text of a wrong one."""
    numbers = [answer.try_cast(EXACT) for answer in cells]
    wrong = [
        when(answer.isnotnull() & number.isnull(), answer)
        for answer, number in zip(cells, numbers, strict=True)
    ]
    answered, total = constant(0), constant(Decimal(0)).cast(EXACT)
    for answer, number in zip(cells, numbers, strict=True):
        answered = answered + when(answer.isnotnull(), constant(1)).otherwise(constant(0))
        total = (total + coalesce(number, constant(Decimal(0)))).try_cast(EXACT)
    result = total if value.sum_of else _quotient(total, answered)
    enough = answered >= constant(value.at_least or len(cells))
    return coalesce(*wrong, when(enough, result.cast("VARCHAR")))


def _quotient(total: Expression, answered: Expression) -> Expression:
    some = call("greatest", answered, constant(1))
    return (total.cast("DOUBLE") / some).try_cast(EXACT)


def _valued(value: Value, raw: Expression) -> Expression:
    if value.values is None:
        return raw
    otherwise = NOTHING if value.otherwise is None else constant(_as_text(value.otherwise))
    mapped: Expression | None = None
    for code, to in value.values.items():
        same, text = raw == constant(code), constant(_as_text(to)) if to != "" else NOTHING
        mapped = when(same, text) if mapped is None else mapped.when(same, text)
    if mapped is None:
        return when(raw.isnotnull(), otherwise)
    return when(raw.isnotnull(), mapped.otherwise(otherwise))


def _as_text(value: str | int | float | bool) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _finished(
    column: Column,
    value: Value,
    text: Expression,
    source: Source,
    files: Mapping[str, Text],
    relative: bool,
) -> Expression:
    """Return the text in the canonical form; what can't be read stays as it is, to be found."""
    combined = value.mean_of or value.sum_of
    number = column.kind in ("integer", "decimal") or value.age_in_years
    if number and not combined and _has_decimal_comma(value, source, files):
        text = _with_point(text)
    if value.remove:
        text = call("replace", text, constant(value.remove), constant(""))
    if value.upper:
        text = call("upper", text)
    if value.scale is not None or value.shift is not None:
        text = _scaled(value, text)
    if value.age_in_years:
        text = coalesce(_age_band(text), text)
    if value.birth_date:
        text = coalesce(_written(_date(text, value.date_format)), text)
    if value.zip_code:
        text = call("regexp_extract", text, constant(r"^(\d{3})\d{2}(-?\d{4})?$"), constant(1))
        text = call("nullif", text, constant(""))
    if value.if_missing is not None:
        text = coalesce(text, constant(_as_text(value.if_missing)))
    if column.kind != "date":
        return text
    if not (value.date_format or value.days_after or relative):
        ten, fits = _iso(text)
        return when(fits, ten).otherwise(text)
    return coalesce(_written(_day(value, text, source, files, relative)), text)


def _has_decimal_comma(value: Value, source: Source, files: Mapping[str, Text]) -> bool:
    file = files.get(value.file or source.from_)
    return file is not None and file.decimal == ","


def _with_point(text: Expression) -> Expression:
    """Return the text of a number with a decimal comma as one with a point."""
    text = call("replace", text, constant("."), constant(""))
    return call("replace", text, constant(","), constant("."))


def _written(day: Expression) -> Expression:
    return day.cast("DATE").cast("VARCHAR")


def _scaled(value: Value, text: Expression) -> Expression:
    scale = Decimal(str(1 if value.scale is None else value.scale))
    number = text.try_cast("DECIMAL(18,8)") * constant(scale)
    number = (number.try_cast(EXACT) + constant(Decimal(str(value.shift or 0)))).try_cast(EXACT)
    return coalesce(number.cast("VARCHAR"), text)


def _age_band(text: Expression) -> Expression:
    years = text.try_cast("DOUBLE")
    bands = when(years > constant(contract.OLDEST), NOTHING)
    for band, youngest in contract.YOUNGEST.items():
        bands = bands.when(years >= constant(youngest), constant(band))
    return bands


def _day(
    value: Value, text: Expression, source: Source, files: Mapping[str, Text], relative: bool
) -> Expression:
    number = text.try_cast("INTEGER")
    number = when(number.between(constant(-MOST_DAYS), constant(MOST_DAYS)), number)
    if value.days_after is not None:
        start = _place(value.days_after, value.days_after_file, source, files)
        return _date(start, value.date_format) + number
    if relative:
        return constant(DAY_ZERO) + number
    return _date(text, value.date_format)


def _date(text: Expression, date_format: list[str]) -> Expression:
    if date_format:
        read = [call("try_strptime", text, constant(form)).cast("DATE") for form in date_format]
        return coalesce(*read)
    ten, fits = _iso(text)
    return when(fits, ten.try_cast("DATE"))


def _iso(text: Expression) -> tuple[Expression, Expression]:
    """Return the first ten characters, and whether they look like a day, with or without a time."""
    fits = text.like(ISO) | text.like(f"{ISO}T%") | text.like(f"{ISO} %")
    return call("substr", text, constant(1), constant(10)), fits
