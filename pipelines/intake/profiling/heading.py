"""Where the header of a text file stands, and which delimiter parts its cells."""

import csv
import re
from collections.abc import Sequence

from pipelines.intake.profiling.words import Hints, words

DELIMITERS = (",", ";", "\t", "|")
LINES_LOOKED_AT = 60
ABOVE_AT_MOST = 30
BEGINNING = 200_000
ALIKE = 0.8
NAMES_KNOWN = 2
TITLE_CELLS = 2
LINE_END = re.compile(r"\r\n|\n|\r")
DATA = re.compile(r"^[-+]?[\d.,/: %-]*\d[\d.,/: %-]*$|@")


def heading(text: str, hints: Hints) -> tuple[str, int] | None:
    """Return the delimiter, and how many lines stand above the header; None where there is no table.

    The header is the first line that is not blank. A line below it is taken only where it holds
    known names of columns and no data, and all lines above it have fewer cells.
    """
    lines = LINE_END.split(text[:BEGINNING])[: ABOVE_AT_MOST + LINES_LOOKED_AT]
    top = next((place for place, line in enumerate(lines) if line.strip()), 0)
    places = range(top, min(ABOVE_AT_MOST + 1, len(lines)))
    found = [
        (names, -place, delimiter)
        for delimiter in DELIMITERS
        for place in places
        if (names := _names(lines, place, delimiter))
        and (place == top or _below_titles(lines, place, delimiter, hints))
    ]
    if not found:
        return None
    _, above, delimiter = max(found, key=lambda one: one[:2])
    return delimiter, -above


def _names(lines: Sequence[str], place: int, delimiter: str) -> int:
    """Return how many names a line has as a header; 0 where the lines below have other widths."""
    if not lines[place].strip():
        return 0
    below = [line for line in lines[place : place + LINES_LOOKED_AT] if line.strip()]
    rows = list(csv.reader(below, delimiter=delimiter))
    width = len(rows[0])
    alike = sum(len(row) == width for row in rows)
    return _filled(rows[0]) if width > 1 < len(rows) and alike >= ALIKE * len(rows) else 0


def _filled(cells: Sequence[str]) -> int:
    return sum(bool(cell.strip()) for cell in cells)


def _below_titles(lines: Sequence[str], place: int, delimiter: str, hints: Hints) -> bool:
    """Return whether a line reads like names of columns, and those above it like titles.

    A quote left open above would make the lines of a title count as one.
    """
    if any(line.count('"') % 2 for line in lines[:place]):
        return False
    titles = csv.reader([line for line in lines[:place] if line.strip()], delimiter=delimiter)
    names = [name for name in next(csv.reader([lines[place]], delimiter=delimiter)) if name.strip()]
    longest = max(map(_filled, titles), default=0)
    known = sum(_known(name, hints) for name in names)
    return (
        longest <= max(TITLE_CELLS, len(names) - 2)
        and len(set(names)) == len(names)
        and known >= NAMES_KNOWN
        and not any(DATA.search(name.strip()) for name in names)
    )


def _known(name: str, hints: Hints) -> bool:
    said = words(name)
    listed = any(hints.whole(kind, said) for kind in ("column", "identifying"))
    return listed or hints.within("instrument", said) is not None
