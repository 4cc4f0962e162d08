"""Columns that many definition files have: codes, references, sources."""

from pipelines.definitions.schema import Column

CODE = r"^[a-z0-9_]+$"
CODE_MEANS = "lower-case letters, digits and _"
ICD10CM = r"^[A-Z][0-9][0-9A-Z]{0,5}$"
ICD10CM_MEANS = "an ICD-10-CM code or its first characters, upper-case without dots"
LABEL = Column("label", "text", "Name as shown.")
SOURCE = Column("source", "text", "Where the row comes from: a publication, or our decision.")


def code(name: str, means: str, required: bool = True) -> Column:
    """Return a column of codes in lower case."""
    return Column(name, "text", means, required, pattern=CODE, pattern_means=CODE_MEANS)


def icd10cm(name: str, means: str) -> Column:
    """Return a column of ICD-10-CM codes or their first characters."""
    return Column(name, "text", means, pattern=ICD10CM, pattern_means=ICD10CM_MEANS)


def of(
    table: str, column: str, means: str, name: str | None = None, required: bool = True
) -> Column:
    """Return a column whose values must exist in a column of another definition file."""
    return Column(name or column, "text", means, required, refers_to=(table, column))
