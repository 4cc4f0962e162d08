"""Columns and tables as data: one declaration validates, documents and makes empty frames.

Definition files and the canonical tables of the records are declared with the same two types, so
a wrong cell is found and worded in the same way wherever it stands.
"""

from dataclasses import dataclass, field
from typing import Literal

import polars as pl

Kind = Literal["text", "integer", "decimal", "date", "flag"]

DTYPES: dict[Kind, pl.DataType] = {
    "text": pl.String(),
    "integer": pl.Int32(),
    "decimal": pl.Decimal(12, 4),
    "date": pl.Date(),
    "flag": pl.Boolean(),
}
FLAGS = {"yes": True, "no": False, "true": True, "false": False, "1": True, "0": False}
WORDS: dict[Kind, str] = {
    "text": "text",
    "integer": "a whole number",
    "decimal": "a number",
    "date": "a date as YYYY-MM-DD",
    "flag": "yes or no",
}
WRONG_KIND: dict[Kind, str] = {
    "text": "not_text",
    "integer": "not_a_whole_number",
    "decimal": "not_a_number",
    "date": "not_a_date",
    "flag": "not_yes_or_no",
}


@dataclass(frozen=True)
class Column:
    """One column: its kind, whether a value must be there, and which values are allowed.

    `low` and `high` are inclusive. `one_of` lists the allowed codes. `refers_to` names the table
    and column in which the value must exist. Text is never empty: an empty cell is a missing value.
    """

    name: str
    kind: Kind
    means: str
    required: bool = True
    low: float | None = None
    high: float | None = None
    one_of: tuple[str, ...] = ()
    refers_to: tuple[str, str] | None = None
    pattern: str | None = None
    pattern_means: str = ""
    decimals: int = 4

    @property
    def dtype(self) -> pl.DataType:
        """Return the Polars type that holds the column."""
        if self.kind == "decimal":
            return pl.Decimal(12 if self.decimals > 2 else 6, self.decimals)
        return DTYPES[self.kind]

    @property
    def allowed(self) -> str:
        """Return in words which values are allowed."""
        if self.one_of:
            return "one of " + ", ".join(self.one_of)
        if self.low is not None and self.high is not None:
            return f"{self.low:g} to {self.high:g}"
        if self.low is not None:
            return f"{self.low:g} or more"
        if self.refers_to:
            return f"one listed in {self.refers_to[0]}"
        return self.pattern_means or WORDS[self.kind]


@dataclass(frozen=True)
class Table:
    """One table: its columns, the columns that make a row unique, and its grain in words."""

    name: str
    grain: str
    key: tuple[str, ...]
    columns: tuple[Column, ...] = field(repr=False)

    def __getitem__(self, name: str) -> Column:
        """Return a column by its name."""
        return next(column for column in self.columns if column.name == name)

    @property
    def names(self) -> list[str]:
        """Return the column names in their declared order."""
        return [column.name for column in self.columns]

    def empty(self) -> pl.DataFrame:
        """Return a frame of no rows with the declared columns and types."""
        return pl.DataFrame(schema={column.name: column.dtype for column in self.columns})


def parsed(column: Column, text: pl.Expr) -> pl.Expr:
    """Return text as the column's type; null where it is missing or can't be read as that type."""
    if column.kind == "text":
        return text
    if column.kind == "flag":
        return text.str.to_lowercase().replace_strict(FLAGS, default=None, return_dtype=pl.Boolean)
    if column.kind == "date":
        return text.str.strptime(pl.Date, "%Y-%m-%d", strict=False, exact=True)
    if column.kind == "integer":
        number = text.cast(pl.Float64, strict=False)
        return pl.when(number == number.round()).then(number.cast(column.dtype, strict=False))
    exact = text.cast(pl.Decimal(30, 10), strict=False)
    return exact.round(column.decimals).cast(column.dtype, strict=False)


def trouble(column: Column, text: pl.Expr, value: pl.Expr) -> pl.Expr:
    """Return the rule that a cell breaks, or null: missing, wrong kind, range, code or pattern.

    `text` is the cell as it was read, `value` the same cell after `parsed`. References to other
    tables are not looked at here.
    """
    broken = [(text.is_not_null() & value.is_null(), WRONG_KIND[column.kind])]
    if column.required:
        broken.append((value.is_null(), "missing"))
    if column.one_of:
        broken.append((~value.is_in(list(column.one_of)), "not_an_allowed_code"))
    if column.low is not None:
        broken.append((value < column.low, "below_range"))
    if column.high is not None:
        broken.append((value > column.high, "above_range"))
    if column.pattern:
        broken.append((~value.str.contains(column.pattern), "wrong_form"))
    return pl.coalesce([pl.when(found).then(pl.lit(rule)) for found, rule in broken])
