"""Arrays of the simulation: their types, working days, and the contract's frames made of them."""

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl

from pipelines.definitions.schema import Table

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

DATA_FROM = date(2023, 7, 1)
DATA_THROUGH = date(2026, 6, 30)
EPOCH = date(1970, 1, 1)


def epoch_day(day: date) -> int:
    """Return a date as days since 1970-01-01, the number under Polars dates."""
    return (day - EPOCH).days


FROM = epoch_day(DATA_FROM)
THROUGH = epoch_day(DATA_THROUGH)
MONDAY = epoch_day(date(2023, 6, 26))
WORKDAYS = 5


def calendar(workday: Ints) -> Ints:
    """Return working days, counted from a Monday without weekends, as days since 1970-01-01."""
    return MONDAY + workday // WORKDAYS * 7 + workday % WORKDAYS


def next_workday(day: Ints) -> Ints:
    """Return the working day that is this day or, at a weekend, follows it."""
    since = day - MONDAY
    return since // 7 * WORKDAYS + np.minimum(since % 7, WORKDAYS)


FIRST_WORKDAY = int(next_workday(np.array([FROM]))[0])
LAST_WORKDAY = int(next_workday(np.array([THROUGH]))[0])


def chosen(rng: np.random.Generator, shares: Floats) -> Ints:
    """Return for each row of shares (which sum to 1) the number of a column, drawn by its share."""
    limits = np.cumsum(shares, axis=1)[:, :-1]
    return np.asarray((rng.random(len(shares))[:, None] > limits).sum(axis=1), dtype=np.int64)


def logistic(value: Floats) -> Floats:
    """Return the inverse of `logit`."""
    return np.asarray(1 / (1 + np.exp(-value)), dtype=np.float64)


def logit(share: Floats) -> Floats:
    """Return the log odds of shares between 0 and 1, both excluded."""
    return np.asarray(np.log(share / (1 - share)), dtype=np.float64)


def named(names: Sequence[str | None], index: Ints) -> pl.Series:
    """Return the name at each index."""
    return pl.Series(names, dtype=pl.String).gather(index)


def framed(table: Table, columns: Mapping[str, pl.Series | Ints | Floats | Flags]) -> pl.DataFrame:
    """Return a frame with the declared columns and types; a column not given is missing, NaN too.

    Dates are given as days since 1970-01-01.
    """
    assert set(columns) <= set(table.names), (table.name, list(columns))
    length = max(len(values) for values in columns.values())
    made = {}
    for column in table.columns:
        values = columns.get(column.name)
        if values is None:
            made[column.name] = pl.repeat(None, length, dtype=column.dtype, eager=True)
            continue
        if not isinstance(values, pl.Series):
            values = pl.Series(values, nan_to_null=True)
        if column.kind == "date":
            values = values.cast(pl.Int32)
        made[column.name] = values.cast(column.dtype)
    return pl.DataFrame(made)
