"""Damage to where a file lies: missing, a link, a folder, packed, of another format."""

import gzip
import io
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import polars as pl

from tests.robustness.damaged_bytes import BYTES, flipped
from tests.robustness.mutation import Mutation


def _as(name: Callable[[Path], str], content: Callable[[bytes, Mutation], bytes]) -> Callable[[Path, Path, Mutation], None]:  # fmt: skip
    def put(path: Path, _: Path, mutation: Mutation) -> None:
        changed = content(path.read_bytes(), mutation)
        path.unlink()
        path.with_name(name(path)).write_bytes(changed)

    return put


def _columnar(path: Path) -> str:
    return f"{path.stem}.parquet"


def _parquet(content: bytes) -> bytes:
    """Return the rows of a CSV file as Parquet; what is no CSV as it is."""
    try:
        frame = pl.read_csv(content, infer_schema=False)
    except (pl.exceptions.PolarsError, OSError):
        return content
    out = io.BytesIO()
    frame.write_parquet(out)
    return out.getvalue()


def _packed(path: Path) -> str:
    return f"{path.name}.gz"


def _linked(path: Path, outside: Path, _: Mutation) -> None:
    target = outside / path.name
    shutil.move(path, target)
    path.symlink_to(target)


def _linked_nowhere(path: Path, outside: Path, _: Mutation) -> None:
    path.unlink()
    path.symlink_to(outside / "nowhere.csv")


def _linked_to_itself(path: Path, *_: object) -> None:
    path.unlink()
    path.symlink_to(path.name)


def _linked_folder(path: Path, outside: Path, _: Mutation) -> None:
    (outside / path.name).mkdir(exist_ok=True)
    path.rename(outside / path.name / path.name)
    path.symlink_to(outside / path.name)


def _folder(path: Path, *_: object) -> None:
    content = path.read_bytes()
    path.unlink()
    path.mkdir()
    (path / path.name).write_bytes(content)


def _empty_folder(path: Path, *_: object) -> None:
    path.unlink()
    path.mkdir()


def _pipe(path: Path, *_: object) -> None:
    path.unlink()
    os.mkfifo(path)


PLACES: dict[str, Callable[[Path, Path, Mutation], None]] = {
    "missing": lambda path, *_: path.unlink(),
    "folder": _folder,
    "empty_folder": _empty_folder,
    "link_out": _linked,
    "link_nowhere": _linked_nowhere,
    "link_to_itself": _linked_to_itself,
    "link_to_a_folder": _linked_folder,
    "pipe": _pipe,
    "capitals": _as(lambda path: path.name.upper(), lambda content, _: content),
    "packed": _as(_packed, lambda content, _: gzip.compress(content, 1)),
    "packed_and_truncated": _as(_packed, lambda c, m: BYTES["truncated"](gzip.compress(c, 1), m)),
    "packed_and_flipped": _as(_packed, lambda c, m: flipped(gzip.compress(c, 1), m)),
    "packed_twice": _as(_packed, lambda c, _: gzip.compress(gzip.compress(c, 1), 1)),
    "not_packed": _as(_packed, lambda content, _: content),
    "packed_with_more": _as(_packed, lambda c, _: gzip.compress(c + b"\n" * 2_000_000, 1)),
}
COLUMNAR: dict[str, Callable[[Path, Path, Mutation], None]] = {
    "parquet": _as(_columnar, lambda content, _: _parquet(content)),
    "parquet_truncated": _as(_columnar, lambda c, m: BYTES["truncated"](_parquet(c), m)),
    "parquet_flipped": _as(_columnar, lambda c, m: flipped(_parquet(c), m)),
    "parquet_garbage": _as(_columnar, lambda c, m: BYTES["garbage"](_parquet(c), m)),
}
