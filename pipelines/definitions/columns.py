"""Columns that many definition files have: codes, references, sources."""

from pipelines.definitions.schema import Column

CODE = r"^[a-z0-9_]+$"
CODE_MEANS = "lower-case letters, digits and _"
SOURCE = Column("source", "text", "Where the row comes from: a publication, or our decision.")


def code(name: str, means: str, required: bool = True) -> Column:
    """Return a column of codes in lower case."""
    return Column(name, "text", means, required, pattern=CODE, pattern_means=CODE_MEANS)


def of(
    table: str, column: str, means: str, name: str | None = None, required: bool = True
) -> Column:
    """Return a column whose values must exist in a column of another definition file."""
    return Column(name or column, "text", means, required, refers_to=(table, column))
