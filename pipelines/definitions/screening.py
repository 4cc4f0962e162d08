"""The definition files of the screen: forms of what must not pass, and ZIP areas of few people."""

from pipelines.definitions.columns import SOURCE, code
from pipelines.definitions.schema import Column, Table

SCREEN_PATTERNS = Table(
    "screen_patterns",
    "One row per form of what must not be in a text of the records, and column.",
    ("rule", "column_name", "pattern"),
    (
        code("rule", "The rule that such a text breaks."),
        code(
            "column_name",
            "Only in this column; empty: in every text that is no listed code.",
            False,
        ),
        Column("pattern", "text", "A regular expression (RE2)."),
        Column("means", "text", "What it looks for."),
        SOURCE,
    ),
)
RESTRICTED_ZIP3 = Table(
    "restricted_zip3",
    "One row per three-digit ZIP area of few people, which becomes 000.",
    ("zip3",),
    (
        Column(
            "zip3",
            "text",
            "First three digits.",
            pattern=r"^[0-9]{3}$",
            pattern_means="three digits",
        ),
        SOURCE,
    ),
)

TABLES: tuple[Table, ...] = (SCREEN_PATTERNS, RESTRICTED_ZIP3)
