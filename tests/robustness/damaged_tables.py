"""Damage to the cells, rows and columns of a CSV file."""

import csv
import io
import random
from collections.abc import Callable

from tests.robustness.mutation import Mutation

CELLS = {
    "blank": "   ", "minus": "-1", "zero": "0", "fraction": "3.14159265358979",
    "beyond": "1e400", "nan": "NaN", "infinity": "Infinity", "minus_infinity": "-infinity",
    "digits": "9" * 400, "underscore": "1_000", "hexadecimal": "0x1F", "arabic": "\u0661\u0662",
    "comma": "12,5", "no_month": "2025-13-45", "year_0": "0000-00-00", "far": "99999-01-01",
    "near_end": "9999-12-31", "no_day": "2025-02-30", "epoch": "epoch", "object": '{"a": [1, {}]}',
    "list": "[1, 2]", "null": "NULL", "backslash_n": "\\N", "formula": "=1+1", "lines": "Zyxomma\nZyxomma",
    "return": "Zyxomma\rZyxomma", "quotes": 'Zyx"omma"', "apostrophe": "'; drop table Zyxomma;--",
    "percent": "%s{0}%n", "mark": "\ufeffZyxomma", "space": "\u00a0", "emoji": "🙂\u200d🙃", "right_to_left": "\u202eZyxomma",
    "name": "Zyxomma Vandersteen", "long": "Zyxomma" * 3000, "control": "Zyx\x07\x1bomma", "separator": "Zyx\u2028omma",
    "another_key": "7710003", "instrument": "nrs", "surrogate": "\ud800",
}  # fmt: skip


def _table(
    change: Callable[[list[list[str]], Mutation], None],
) -> Callable[[bytes, Mutation], bytes]:
    """Return a change of a CSV file's cells as one of its bytes; of what is no CSV it changes nothing."""

    def changed(content: bytes, mutation: Mutation) -> bytes:
        try:
            rows = list(csv.reader(io.StringIO(content.decode("utf8"), newline="")))
        except (UnicodeDecodeError, csv.Error):
            return content
        if not rows or not rows[0]:
            return content
        change(rows, mutation)
        out = io.StringIO(newline="")
        csv.writer(out, lineterminator="\n").writerows(rows)
        return out.getvalue().encode("utf8", "surrogatepass")

    return changed


def _cell(rows: list[list[str]], m: Mutation) -> None:
    row = rows[m.pick(m.line, len(rows))]
    if row:
        row[m.pick(m.place, len(row))] = CELLS[m.value]


def _column(rows: list[list[str]], m: Mutation) -> None:
    place = m.pick(m.place, len(rows[0]))
    for row in rows[1:]:
        if place < len(row):
            row[place] = CELLS[m.value]


def _reordered(rows: list[list[str]], m: Mutation) -> None:
    order = list(range(len(rows[0])))
    random.Random(m.line).shuffle(order)
    for number, row in enumerate(rows):
        rows[number] = [row[place] for place in order if place < len(row)]


def _header(change: Callable[[str], str]) -> Callable[[list[list[str]], Mutation], None]:
    def renamed(rows: list[list[str]], m: Mutation) -> None:
        place = m.pick(m.place, len(rows[0]))
        rows[0][place] = change(rows[0][place])

    return renamed


def _column_again(rows: list[list[str]], m: Mutation) -> None:
    place = m.pick(m.place, len(rows[0]))
    for row in rows:
        row.append(row[place] if place < len(row) else "")


def _column_dropped(rows: list[list[str]], m: Mutation) -> None:
    place = m.pick(m.place, len(rows[0]))
    for row in rows:
        del row[place : place + 1]


def _longer(rows: list[list[str]], m: Mutation) -> None:
    rows[m.pick(m.line, len(rows))].append(CELLS[m.value])


def _shorter(rows: list[list[str]], m: Mutation) -> None:
    del rows[m.pick(m.line, len(rows))][-1:]


TABLES: dict[str, Callable[[bytes, Mutation], bytes]] = {
    "cell": _table(_cell),
    "column": _table(_column),
    "columns_reordered": _table(_reordered),
    "column_renamed": _table(_header(lambda name: f"{name}s")),
    "column_in_capitals": _table(_header(str.upper)),
    "column_again": _table(_column_again),
    "column_dropped": _table(_column_dropped),
    "row_longer": _table(_longer),
    "row_shorter": _table(_shorter),
}  # fmt: skip
