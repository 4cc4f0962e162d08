"""Compressed files of an export, unpacked as a stream into the working folder, within limits."""

import gzip
import secrets
import zlib
from pathlib import Path

from pipelines.definitions import InputError

CHUNK = 4 << 20
MOST_FOLD = 200  # tables and NDJSON shrink five- to forty-fold
ALWAYS_ALLOWED = 1 << 30


def unpacked(path: Path, folder: Path) -> Path:
    """Return a file as it can be read: itself, or unpacked into `folder` if it ends in .gz.

    Raises InputError for a broken archive, and for one that grows more than 200-fold and beyond
    1 GiB: it was made to fill the disk.
    """
    if path.suffix.lower() != ".gz":
        return path
    target = folder / f"{secrets.token_hex(6)}{Path(path.stem).suffix.lower()}"
    most = max(ALWAYS_ALLOWED, MOST_FOLD * path.stat().st_size)
    try:
        with gzip.open(path) as packed, target.open("wb") as plain:
            while chunk := packed.read(CHUNK):
                if plain.tell() + len(chunk) > most:
                    raise InputError(
                        f"{path.name}: it unpacks to more than {MOST_FOLD} times its size;"
                        " expected an ordinary export"
                    )
                plain.write(chunk)
    except (OSError, EOFError, zlib.error):
        raise InputError(f"{path.name}: it can't be unpacked as a .gz file") from None
    return target
