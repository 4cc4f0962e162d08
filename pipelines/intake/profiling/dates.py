"""In which ways the dates of a column are written."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import polars as pl

MOST = 0.95
ROWS_LOOKED_AT = 5000
SHAPES_AT_MOST = 12
ISO = "%Y-%m-%d"
COMPACT = "%Y%m%d"
TIMES = {
    "": r"^[^:]*$",
    " %H:%M": r" \d{1,2}:\d{2}$",
    " %H:%M:%S": r" \d{1,2}:\d{2}:\d{2}$",
    "T%H:%M": r"T\d{1,2}:\d{2}$",
    "T%H:%M:%S": r"T\d{1,2}:\d{2}:\d{2}$",
    "T%H:%M:%SZ": r"T\d{1,2}:\d{2}:\d{2}Z$",
    " %I:%M %p": r" \d{1,2}:\d{2} [AaPp][Mm]$",
    " %I:%M:%S %p": r" \d{1,2}:\d{2}:\d{2} [AaPp][Mm]$",
}


@dataclass(frozen=True)
class Way:
    """How the dates of one shape are written: one of some formats, or, with `both`, now one, now another."""

    forms: tuple[str, ...]
    both: bool = False


def formats(cells: pl.Series, forms: Sequence[str]) -> tuple[str, ...]:
    """Return the formats of which each reads nearly all cells, with or without a time behind."""
    looked = cells.head(ROWS_LOOKED_AT)
    if not _has_digits(looked):
        return ()
    return tuple(form for form in forms if fits(looked, form).sum() >= MOST * looked.len())


def ways(cells: pl.Series, forms: Sequence[str]) -> tuple[Way, ...]:
    """Return a way for each shape of dates of a column that no one format reads; else none.

    Dates of two shapes, as 2024-03-05 and 03/25/2024, can be told apart. The ways together read
    nearly all cells, and more than any format alone.
    """
    looked = cells.head(ROWS_LOOKED_AT)
    if not _has_digits(looked):
        return ()
    single = max((int(fits(looked, form).sum()) for form in forms), default=0)
    if single in (0, looked.len()):
        return ()
    shapes = _shapes(looked)
    if shapes.n_unique() > SHAPES_AT_MOST:
        return ()
    parts = [looked.filter(shapes == shape) for shape in shapes.unique(maintain_order=True)]
    found = [way for part in parts if (way := _way(part, forms))]
    read = sum(_read(looked, [form for way in found for form in way.forms]))
    several = len(set(found)) > 1 or any(way.both for way in found)
    return (
        tuple(dict.fromkeys(found)) if several and read > single and read >= MOST * looked.len()
        else ()
    )  # fmt: skip


def _has_digits(cells: pl.Series) -> bool:
    return cells.len() > 0 and bool(cells.str.contains(r"\d").all())


def _shapes(cells: pl.Series) -> pl.Series:
    """Return what each date looks like: its marks, and how long its numbers are."""
    days = _without_time(cells).str.replace_all(r"\p{L}+", "a")
    days = days.str.replace_all(r"\d{5,}", "E").str.replace_all(r"\d{3,4}", "Y")
    return days.str.replace_all(r"\d{1,2}", "d")


def _without_time(cells: pl.Series) -> pl.Series:
    return cells.str.replace(r"[ T]+\d{1,2}:\d{2}.*$", "")


def _way(cells: pl.Series, forms: Sequence[str]) -> Way | None:
    """Return the way of dates of one shape; where days stand before and behind months, both."""
    fitting = tuple(form for form in forms if fits(cells, form).sum() >= MOST * cells.len())
    if fitting:
        return Way(fitting)
    pairs = combinations([form for form in forms if fits(cells, form).any()], 2)
    both = next((pair for pair in pairs if sum(_read(cells, pair)) >= MOST * cells.len()), None)
    return Way(both, both=True) if both else None


def _read(cells: pl.Series, forms: Sequence[str]) -> list[bool]:
    """Return for each cell whether one of some formats reads it."""
    return [any(row) for row in zip(*[fits(cells, form) for form in forms], strict=True)]


def fits(cells: pl.Series, form: str) -> pl.Series:
    """Return for each cell whether it is a date of a format, with or without a time behind it."""
    if form == ISO:
        days = cells.str.extract(r"^(\d{4}-\d{1,2}-\d{1,2})(?:$|[T ])")
    elif form == COMPACT:
        days = cells.str.extract(r"^((?:19|20)\d{6})$")
    else:
        days = _without_time(cells)
        days = days.set(~days.str.contains(r"[-/. ]"), None)
    year = days.str.strptime(pl.Date, form, strict=False, exact=True).dt.year()
    return year.is_between(1900, 2100).fill_null(False)


def with_times(cells: pl.Series, forms: Sequence[str]) -> list[str]:
    """Return the formats with each way to write a time that stands behind such dates.

    Two-digit years come first, since a format with a four-digit one reads 24 as the year 24.
    """
    looked = cells.head(ROWS_LOOKED_AT)
    found = []
    for form in forms:
        dated = looked.filter(fits(looked, form))
        behind = [time for time, text in TIMES.items() if dated.str.contains(text).any()]
        found += [form + time for time in behind or [""]]
    return sorted(found, key=lambda form: "%y" not in form)
