"""The definition file of a first profile: what words in an unknown export usually stand for."""

from pipelines.definitions.columns import SOURCE
from pipelines.definitions.schema import Column, Table

LISTS = (
    "column", "identifying", "thing_name", "instrument", "total", "item", "sex", "agent", "route",
    "condition", "arm", "visit_kind", "visit_status", "unit", "start", "order", "filler", "timing",
    "missing", "loinc", "sign", "table", "date_format",
)  # fmt: skip

COLUMN_HINTS = Table(
    "column_hints",
    "One row per list and word: what a word or code of an unknown export is first taken for.",
    ("list", "word"),
    (
        Column("list", "text", "Where the word is looked for: column, identifying, instrument, total, item, sign, "
               "unit, start, order, filler and timing in names of columns; table in names of files; the others in "
               "cells.", one_of=LISTS),
        Column("word", "text", "The word: lower-case, words and numbers apart, without accents; a code or date "
               "format as it is written."),
        Column("means", "text", "The code or kind of column that it stands for."),
        Column("detail", "text", "More of it: the subtype of a condition, the route of an agent, the items of an "
               "instrument, the days of a unit; whole: the word must be the whole name.", False),
        SOURCE,
    ),
)  # fmt: skip

TABLES: tuple[Table, ...] = (COLUMN_HINTS,)
