"""The columns of the canonical tables and definition files, written into data/README.md."""

import sys
from collections.abc import Iterable
from pathlib import Path

from pipelines.definitions import catalog
from pipelines.definitions.schema import Column, Table
from pipelines.intake import annotations, contract

SECTIONS = {
    "annotations": annotations.TABLES,
    "canonical tables": contract.TABLES,
    "definition files": catalog.TABLES,
}


def documented(text: str) -> str:
    """Return a README with each section between its two marker comments written anew.

    A section starts at `<!-- NAME: generated -->` and ends at `<!-- NAME: end -->`.
    """
    for name, tables in SECTIONS.items():
        start, end = f"<!-- {name}: generated -->", f"<!-- {name}: end -->"
        body = f"{start}\n\n{_tables(tables)}\n{end}"
        before, rest = text.split(start, 1)
        text = before + body + rest.split(end, 1)[1]
    return text


def _tables(tables: Iterable[Table]) -> str:
    return "\n".join(_table(table) for table in tables)


def _table(table: Table) -> str:
    rows = "\n".join(_row(column) for column in table.columns)
    key = f" Unique by {', '.join(table.key)}." if table.key else ""
    header = "| column | kind | must be there | allowed | meaning |\n|---|---|---|---|---|"
    return f"### {table.name}\n\n{table.grain}{key}\n\n{header}\n{rows}\n"


def _row(column: Column) -> str:
    needed = "yes" if column.required else "no"
    return f"| {column.name} | {column.kind} | {needed} | {column.allowed} | {column.means} |"


if __name__ == "__main__":
    readme = Path(sys.argv[1])
    readme.write_text(documented(readme.read_text("utf8")), "utf8")
