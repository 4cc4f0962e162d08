"""A profile as it is written: blocks of lines in TOML, each with what makes it uncertain."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

Cell = str | int | float | bool | Sequence["Cell"] | Mapping[str, "Cell"]
BARE = re.compile(r"^[A-Za-z0-9_-]+$")
SURE, UNCERTAIN = "# sure", "# uncertain: "
WIDEST = 100


@dataclass(frozen=True)
class Line:
    """A key with its value; `doubt` says why it may be wrong, "" where it is sure."""

    key: str
    value: Cell
    doubt: str = ""


@dataclass
class Block:
    """A header such as [tables.scores] with its lines and, below them, comments."""

    header: str
    lines: list[Line] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)

    def add(self, key: str, value: Cell | None, doubt: str = "") -> None:
        """Add a line, unless there is no value for it."""
        if value is not None:
            self.lines.append(Line(key, value, doubt))


def column(name: str, file: str | None = None, **more: Cell | None) -> Cell:
    """Return a canonical column made of a column: its name alone where nothing else is said."""
    given = {key: value for key, value in more.items() if value is not None}
    placed: dict[str, Cell] = {"file": file} if file else {}
    return {**placed, "column": name, **given} if placed or given else name


def constant(value: str | int) -> Cell:
    """Return a canonical column with the same value in every row."""
    return {"constant": value}


def toml(value: Cell) -> str:
    """Return a value as TOML on one line."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, Mapping):
        inside = ", ".join(f"{_key(key)} = {toml(cell)}" for key, cell in value.items())
        return f"{{ {inside} }}" if inside else "{}"
    return "[" + ", ".join(toml(cell) for cell in value) + "]"


def _key(name: str) -> str:
    return name if BARE.match(name) else json.dumps(name, ensure_ascii=False)


def written(block: Block) -> list[str]:
    """Return a block as lines of text."""
    lines = [block.header] if block.header else []
    for line in block.lines:
        lines += _lines(line)
    return [*lines, *[comment(text) for text in block.comments], ""]


def comment(text: str) -> str:
    """Return a line of comment; a name of a column may hold anything, but no line ends here."""
    return f"# {_plain(text)}"


def _plain(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text)


def _mark(doubt: str) -> str:
    return UNCERTAIN + _plain(doubt) if doubt else SURE


def _lines(line: Line) -> list[str]:
    """Return a line, or for a list of tables that is long one line for each with a mark of its own."""
    mark = _mark(line.doubt)
    listed = isinstance(line.value, Sequence) and not isinstance(line.value, str)
    if listed and any(isinstance(cell, Marked) for cell in line.value):  # type: ignore[union-attr]
        return [f"{_key(line.key)} = [", *[_marked(cell) for cell in line.value], "]"]  # type: ignore[union-attr]
    return [f"{_key(line.key)} = {toml(line.value)}  {mark}"]


class Marked(dict[str, Cell]):
    """A table in a list that stands on a line of its own, with a doubt of its own."""

    doubt: str = ""


def marked(cells: Mapping[str, Cell], doubt: str = "") -> Marked:
    """Return a table for a list of which each stands on its own line."""
    made = Marked(cells)
    made.doubt = doubt
    return made


def _marked(cell: object) -> str:
    assert isinstance(cell, Marked)
    return f"    {toml(cell)},  {_mark(cell.doubt)}"
