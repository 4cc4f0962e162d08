"""Resources out of files: a resource or a Bundle per JSON file, or one per line of NDJSON."""

import gzip
import json
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pipelines.definitions import InputError
from pipelines.intake.fhir.files import File

Json = dict[str, object]
LINES = (".ndjson", ".jsonl")


@dataclass(frozen=True)
class Placed:
    """A resource as it stands in a file, its folder, the place to name when it is wrong.

    `address`: where it stands in its Bundle.
    """

    place: str
    folder: Path
    content: Json
    address: str | None = None


def resources(files: Iterable[File]) -> Iterator[Placed | InputError]:
    """Yield each resource of some files, and an InputError for each broken place.

    Bundles are opened.
    """
    for file in files:
        try:
            yield from _of_file(file.path, file.label)
        except (OSError, EOFError, zlib.error):
            yield InputError(f"{file.label}: it can't be read")
        except UnicodeDecodeError:
            yield InputError(f"{file.label}: it is not in UTF-8")


def _of_file(path: Path, label: str) -> Iterator[Placed | InputError]:
    opened = gzip.open if path.suffix.lower() == ".gz" else open
    with opened(path, "rt", encoding="utf-8-sig") as file:
        if not path.name.lower().removesuffix(".gz").endswith(LINES):
            yield from _of_text(file.read(), label, path.parent)
            return
        for number, line in enumerate(file, start=1):
            if line.strip():
                yield from _of_text(line, f"{label}, line {number}", path.parent)


def _of_text(text: str, place: str, folder: Path) -> Iterator[Placed | InputError]:
    try:
        content = json.loads(text)
    except (json.JSONDecodeError, RecursionError):
        yield InputError(f"{place}: it is not JSON")
        return
    if not isinstance(content, dict) or not isinstance(content.get("resourceType"), str):
        yield InputError(
            f"{place}: it is not a FHIR resource; expected an object with resourceType"
        )
        return
    yield from _opened(Placed(place, folder, content))


def _opened(placed: Placed) -> Iterator[Placed]:
    """Yield a resource, or those of a Bundle, with their addresses in it."""
    if placed.content["resourceType"] != "Bundle":
        yield placed
        return
    entries = placed.content.get("entry")
    for number, entry in enumerate(entries if isinstance(entries, list) else [], start=1):
        content = entry.get("resource") if isinstance(entry, dict) else None
        if isinstance(content, dict) and isinstance(content.get("resourceType"), str):
            address = entry.get("fullUrl")
            place = f"{placed.place}, entry {number}"
            told = address if isinstance(address, str) else None
            yield from _opened(Placed(place, placed.folder, content, told))
