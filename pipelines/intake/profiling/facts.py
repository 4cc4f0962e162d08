"""What the cells of a column are like: how many, how many different, numbers, dates, codes."""

import re
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from pipelines.intake.profiling.dates import Way, formats, ways
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
DECIMAL_COMMA = r"^-?(?:\d+|\d{1,3}(?:\.\d{3})+),\d+$"


@dataclass(frozen=True, eq=False)
class Column:
    """A column of a table: its name, the words of it, and facts about its cells.

    `cells` has neither empty cells nor codes of a missing value; `missing` lists those codes.
    Shares are of `cells`; with no cells they are 0. A code that holds one of the `hidden` words,
    names of persons in the export, is none. `date_formats` are those of which each reads nearly all
    cells; `date_ways` are there where dates are written in several ways.
    """

    name: str
    cells: pl.Series
    rows: int
    missing: tuple[str, ...]
    date_formats: tuple[str, ...]
    position: int = 0
    hidden: frozenset[str] = frozenset()
    date_ways: tuple[Way, ...] = ()

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
        """Return the cells that are numbers, also with a decimal comma, as 12,5 and 1.234,5."""
        commas = self.cells.str.contains(DECIMAL_COMMA)
        points = self.cells.str.replace_all(".", "", literal=True).str.replace(",", ".")
        plain = points.zip_with(commas, self.cells)
        return plain.cast(pl.Float64, strict=False).drop_nulls()

    @property
    def numeric(self) -> bool:
        """Return whether nearly all cells are numbers."""
        return self.filled > 0 and self.numbers.len() >= MOST * self.filled

    @cached_property
    def decimal_comma(self) -> bool:
        """Return whether some numbers are written with a decimal comma."""
        return self.numeric and bool(self.cells.str.contains(DECIMAL_COMMA).any())

    @cached_property
    def thousands_comma(self) -> bool:
        """Return whether every comma may part thousands, as in 1,234."""
        commas = self.cells.filter(self.cells.str.contains(",", literal=True))
        return bool(commas.str.contains(r"^-?\d{1,3},\d{3}$").all())

    @cached_property
    def decimal_point(self) -> bool:
        """Return whether some numbers are written with a decimal point."""
        points = self.cells.str.contains(r"^-?\d*\.\d+$")
        thousands = self.cells.str.contains(r"^-?\d{1,3}\.\d{3}$")
        return self.numeric and bool((points & ~(thousands & self.decimal_comma)).any())

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
        """Return whether nearly all cells are dates, in one way of writing or in several."""
        return bool(self.date_formats or self.date_ways)

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
    forms = list(hints.exact("date_format"))
    read = formats(kept, forms)
    return Column(name, kept, series.len(), missing, read, place, date_ways=ways(kept, forms))
