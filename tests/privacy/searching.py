"""A search through everything that lies behind the door, packed pages and databases unpacked."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import duckdb
import polars as pl

SPELLINGS = ("%m/%d/%Y", "%d.%m.%Y", "%Y%m%d", "%-m/%-d/%Y", "%B %-d, %Y")
PRIVATE = re.compile(r"\W+|_")


def behind_the_door(practice: Path) -> dict[str, str]:
    """Return everything in a practice folder as text: names of files, bytes, contents decoded."""
    found = {"names of files": "\n".join(str(path) for path in practice.rglob("*"))}
    for path in sorted(practice.rglob("*")):
        if not path.is_file():
            continue
        name = str(path.relative_to(practice))
        found[name] = path.read_bytes().decode("latin-1")
        if path.suffix == ".parquet":
            found[f"{name}, decoded"] = _cells(pl.read_parquet(path))
        if path.suffix == ".duckdb":
            found |= {f"{name}, {table}": text for table, text in _tables(path)}
    return found


def _tables(build: Path) -> Iterator[tuple[str, str]]:
    with duckdb.connect(str(build), read_only=True) as connection:
        names = connection.sql(
            "select schema_name || '.' || table_name as name from duckdb_tables() order by name"
        ).fetchall()
        for (name,) in names:
            yield name, _cells(connection.sql(f"from {name}").pl())


def _cells(frame: pl.DataFrame) -> str:
    """Return every cell as text, dates in several spellings."""
    dates = [name for name, kind in frame.schema.items() if kind in (pl.Date, pl.Datetime)]
    written = [
        pl.col(name).dt.strftime(spelling).alias(f"{name} {spelling}")
        for name in dates
        for spelling in SPELLINGS
    ]
    nested = [name for name, kind in frame.schema.items() if kind.is_nested()]
    whole = frame.with_columns(*written, *[_as_text(frame, name) for name in nested])
    cells = [whole[name].cast(pl.String).unique().drop_nulls() for name in whole.columns]
    return "\n".join("\n".join(column) for column in cells)


def _as_text(frame: pl.DataFrame, name: str) -> pl.Series:
    return pl.Series(name, [str(cell) for cell in frame[name].to_list()], dtype=pl.String)


def found_in(texts: dict[str, str], needles: Iterable[str]) -> list[tuple[str, str]]:
    """Return each needle found, in any case of letters, with the place where it is."""
    wanted = sorted(set(needles))
    if not wanted:
        return []
    frame = pl.DataFrame({"place": list(texts), "text": list(texts.values())})
    hits = frame.select(
        "place",
        hit=pl.col("text").str.to_lowercase().str.extract_many(wanted, overlapping=True),
    )
    listed = hits.explode("hit", empty_as_null=True).drop_nulls().unique().sort("place", "hit")
    return [(hit, place) for place, hit in listed.rows() if not _by_chance(hit, place, texts)]


def _by_chance(hit: str, place: str, texts: dict[str, str]) -> bool:
    """Return whether digits are found only where a build's bytes hold short texts end to end.

    There three regions make a date of birth; that none is in a cell is seen table by table.
    """
    if not (hit.isdigit() and place.endswith(".duckdb")):
        return False
    return re.search(rf"(?<![0-9]){hit}(?![0-9])", texts[place]) is None
