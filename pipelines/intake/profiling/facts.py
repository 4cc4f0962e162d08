"""What the cells of a column are like: how many, how many different, numbers, dates, codes."""

import re
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from pipelines.intake.profiling.words import Hints, Words, words

MOST = 0.95
USUAL = 0.8
CODES_AT_MOST = 60
LONGEST_CODE = 40
SHORTEST_NAME = 3
NO_CODE = re.compile(
    r"@|//|\d{5,}(?!\d*-\d$)|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}|\d{3}[-. ]\d{4}|[\r\n]"
)
PATTERNS = {
    "icd10cm": r"^[A-TV-Za-tv-z][0-9][0-9A-Za-z](?:\.?[0-9A-Za-z]{1,4})?$",
    "loinc": r"^[0-9]{3,7}-[0-9]$",
    "snomed": r"^[0-9]{6,18}$",
    "email": r"^[^@\s]+@[^@\s]+\.[A-Za-z]{2,}$",
    "phone": r"^\+?1?[ .(-]*[0-9]{3}[ .)/-]+[0-9]{3,4}[ .-]*[0-9]{3,4}$",
    "ssn": r"^[0-9]{3}-[0-9]{2}-[0-9]{4}$",
    "url": r"^https?://",
    "person": r"^[A-Z][a-zäöüéèñ'-]+, ?[A-Z][a-zäöüéèñ'.-]+(?: [A-Z]\.?)?$",
}
ICD_LETTER_FORM = r"^[A-Z][0-9][0-9A-Z]\."
LONG_TEXT = 45


@dataclass(frozen=True, eq=False)
class Column:
    """A column of a table: its name, the words of it, and facts about its cells.

    `cells` has neither empty cells nor codes of a missing value; `missing` lists those codes.
    Shares are of `cells`; with no cells they are 0. A code that holds one of the `hidden` words,
    names of persons in the export, is none.
    """

    name: str
    cells: pl.Series
    rows: int
    missing: tuple[str, ...]
    date_formats: tuple[str, ...]
    position: int = 0
    hidden: frozenset[str] = frozenset()

    @cached_property
    def words(self) -> Words:
        """Return the words of the name."""
        return words(self.name)

    @property
    def filled(self) -> int:
        """Return how many cells hold a value."""
        return self.cells.len()

    @cached_property
    def distinct(self) -> int:
        """Return how many different values there are."""
        return self.cells.n_unique()

    @property
    def unique(self) -> bool:
        """Return whether every row has a value of its own."""
        return self.filled > 1 and self.filled == self.rows == self.distinct

    @cached_property
    def codes(self) -> list[str]:
        """Return the different values that may be written down, most frequent first.

        Empty where they are too many. Left out are texts that are long, or hold a name of the
        export, a date, an address or a long number.
        """
        if self.distinct > CODES_AT_MOST:
            return []
        counted = self.cells.value_counts(name="n").sort(
            ["n", self.cells.name], descending=[True, False]
        )
        return [code for code in counted[self.cells.name].to_list() if self.is_code(code)]

    def is_code(self, text: str) -> bool:
        """Return whether a cell may be written down as a code."""
        named = bool(self.hidden & {word for word in words(text) if len(word) >= SHORTEST_NAME})
        return len(text) <= LONGEST_CODE and not named and not NO_CODE.search(text)

    @cached_property
    def numbers(self) -> pl.Series:
        """Return the cells that are numbers; a decimal comma counts as one."""
        return (
            self.cells.str.replace(r"^(-?\d+),(\d+)$", "$1.$2")
            .cast(pl.Float64, strict=False)
            .drop_nulls()
        )

    @property
    def numeric(self) -> bool:
        """Return whether nearly all cells are numbers."""
        return self.filled > 0 and self.numbers.len() >= MOST * self.filled

    @cached_property
    def decimal_comma(self) -> bool:
        """Return whether numbers are written with a comma."""
        return bool(self.cells.str.contains(r"^-?\d+,\d+$").any())

    @cached_property
    def span(self) -> tuple[float, float]:
        """Return the lowest and highest number; (0, 0) where there are none."""
        low, high = self.numbers.min(), self.numbers.max()
        return (
            (float(low), float(high))
            if isinstance(low, float) and isinstance(high, float)
            else (0.0, 0.0)
        )

    @cached_property
    def whole(self) -> bool:
        """Return whether all numbers are whole ones."""
        return bool((self.numbers == self.numbers.round()).all())

    @property
    def dated(self) -> bool:
        """Return whether nearly all cells are dates in one way of writing."""
        return bool(self.date_formats)

    def share(self, pattern: str) -> float:
        """Return which share of the cells has the form of a code or an identifier."""
        if not self.filled:
            return 0.0
        return float(self.cells.str.contains(PATTERNS[pattern]).sum()) / self.filled

    @cached_property
    def long_text(self) -> bool:
        """Return whether cells are long texts, mostly different ones."""
        length = self.cells.str.len_chars().quantile(0.8) or 0
        return length > LONG_TEXT and not self.numeric and self.distinct > 2


def columns(frame: pl.DataFrame, hints: Hints) -> list[Column]:
    """Return the facts of each column whose name stands once and is not empty."""
    twice = {name.split("_duplicated_")[0] for name in frame.columns if "_duplicated_" in name}
    return [
        _column(frame[name], name, place, hints)
        for place, name in enumerate(frame.columns)
        if name.strip() and name.split("_duplicated_")[0] not in twice
    ]


def _column(series: pl.Series, name: str, place: int, hints: Hints) -> Column:
    cells = series.drop_nulls().rename("value")
    codes = [code for code, hint in hints.exact("missing").items() if hint.means == "text"]
    present = (
        cells.unique().to_list()
        if cells.n_unique() <= 2000
        else cells.head(2000).unique().to_list()
    )
    missing = tuple(sorted(set(codes) & set(present)))
    kept = cells.filter(~cells.is_in(list(missing))) if missing else cells
    formats = tuple(form for form in hints.exact("date_format") if _reads(kept, form))
    return Column(name, kept, series.len(), missing, formats, place)


def _reads(cells: pl.Series, form: str) -> bool:
    """Return whether nearly all cells are dates of a form, with or without a time behind them."""
    looked = cells.head(5000)
    if not looked.len() or not looked.str.contains(r"\d").all():
        return False
    if form == "%Y-%m-%d":
        looked = looked.str.extract(r"^(\d{4}-\d{1,2}-\d{1,2})(?:$|[T ])")
    elif not looked.str.contains(r"[-/. ]").all():
        if form != "%Y%m%d" or not looked.str.contains(r"^(19|20)\d{6}$").all():
            return False
    elif form == "%Y%m%d":
        return False
    else:
        looked = looked.str.replace(r"[ T]+\d{1,2}:\d{2}.*$", "")
    days = looked.str.strptime(pl.Date, form, strict=False, exact=True).drop_nulls()
    sensible = days.filter(days.dt.year().is_between(1900, 2100))
    return sensible.len() >= MOST * cells.head(5000).len()
