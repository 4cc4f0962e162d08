"""The slow and patient reader: resource by resource, so that a broken one costs only itself.

It reads what DuckDB's reader refuses as a whole file: NDJSON with a broken line, with a value of
the wrong kind, or with several resource types; single resources and Bundles as JSON documents. Each
resource is cut down to the fields used and written to one clean file per type, with its number.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, NoReturn, Self

import polars as pl

from pipelines.definitions import InputError
from pipelines.intake.fhir.files import File
from pipelines.intake.fhir.shapes import ITEM, SHAPES, Json, pruned
from pipelines.intake.scratch import Scratch

LONGEST_LINE = 64 << 20
LONGEST_KEPT = 8 << 20  # DuckDB's reader takes at most 16 MB in a line
LONGEST_DOCUMENT = 128 << 20
BATCH = 50_000
UNKNOWN = "unknown resource"
NO_NAMES: Mapping[str, str] = {}
PLACED = {"unit": pl.String, "item": pl.Int64, "rule": pl.String}


class Cleaner:
    """Writes clean files into the working folder and counts what can't be read."""

    def __init__(self, scratch: Scratch, known: set[str]) -> None:
        """Start with no files; `known` are the resource types that may be named."""
        self.files: dict[str, Path] = {}
        self.unused: Counter[str] = Counter()
        self._scratch = scratch
        self._known = known
        self._open: dict[str, IO[bytes]] = {}
        self._broken: list[tuple[str, int, str]] = []
        self._item = 0

    def lines(self, path: Path, first_item: int) -> int:
        """Read lines, numbered from `first_item`; return how many there are, empty ones aside."""
        self._item = first_item - 1
        with path.open("rb") as lines:
            for line in _lines(lines):
                if line is None:
                    self._refuse(UNKNOWN, "too_large")
                elif line.strip():
                    self._line(line)
        return self._item + 1 - first_item

    def document(self, path: Path, file: File) -> None:
        """Read a file as one JSON document: a resource, or a Bundle of resources."""
        self._item = file.first_item - 1
        size = path.stat().st_size
        if size > LONGEST_DOCUMENT:
            raise InputError(
                f"{file.label}: it is one JSON document of {size >> 20} MB; expected at most"
                f" {LONGEST_DOCUMENT >> 20} MB, or NDJSON with one resource in a line"
            )
        self._line(path.read_bytes())

    def __enter__(self) -> Self:
        """Return itself; the files are closed at the end in any case."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the files."""
        for file in self._open.values():
            file.close()

    def account(self) -> None:
        """Hand over what could not be read or is not used."""
        self._hand_over()
        for unit, count in self.unused.items():
            self._scratch.count_unit(unit, count)
            self._scratch.leave_out(unit, _why_unused(unit), count)

    def _line(self, text: bytes) -> None:
        try:
            value = json.loads(text, parse_constant=_no_constant)
        except (ValueError, RecursionError):
            self._refuse(UNKNOWN, "not_json")
            return
        self._resource(value)

    def _resource(self, value: Json, names: Mapping[str, str] = NO_NAMES) -> None:
        name = value.get("resourceType") if isinstance(value, Mapping) else None
        if not (isinstance(value, Mapping) and isinstance(name, str) and name in self._known):
            self._refuse(UNKNOWN, "unknown_resource_type")
        elif name == "Bundle":
            self._bundle(value)
        elif name not in SHAPES:
            self._item += 1
            self.unused[name] += 1
        else:
            self._used(name, value, names)

    def _bundle(self, bundle: Mapping[str, Json]) -> None:
        entries = bundle.get("entry") or []
        if not isinstance(entries, list) or not all(isinstance(e, Mapping) for e in entries):
            self._refuse("Bundle", "wrong_type")
            return
        self._item += 1
        self.unused["Bundle"] += 1
        names = dict(_own_names(entries))
        for entry in entries:
            self._resource(_with_id(entry), names)

    def _used(self, name: str, resource: Mapping[str, Json], names: Mapping[str, str]) -> None:
        try:
            fields = _renamed(pruned(resource, SHAPES[name] | {"id": str}), names)
            assert isinstance(fields, dict)
            numbered = {"resourceType": name, ITEM: self._item + 1} | fields
            line = json.dumps(numbered, ensure_ascii=False).encode("utf8") + b"\n"
        except TypeError:
            self._refuse(name, "wrong_type")
        except ValueError:
            self._refuse(name, "not_json")
        else:
            self._keep(name, line)

    def _keep(self, name: str, line: bytes) -> None:
        if len(line) > LONGEST_KEPT:
            self._refuse(name, "too_large")
            return
        self._item += 1
        self._file(name).write(line)

    def _file(self, name: str) -> IO[bytes]:
        if name not in self._open:
            self.files[name] = self._scratch.folder / f"clean-{name}.ndjson"
            self._open[name] = self.files[name].open("wb")
        return self._open[name]

    def _refuse(self, unit: str, rule: str) -> None:
        self._item += 1
        self._broken.append((unit, self._item, rule))
        if len(self._broken) >= BATCH:
            self._hand_over()

    def _hand_over(self) -> None:
        broken = pl.DataFrame(self._broken, schema=PLACED, orient="row")
        self._scratch.connection.from_arrow(broken.to_arrow()).insert_into("fhir.broken")
        self._broken.clear()


def _lines(file: IO[bytes]) -> Iterator[bytes | None]:
    """Return the lines, and None for each that is longer than can be read."""
    while line := file.readline(LONGEST_LINE):
        if len(line) == LONGEST_LINE and not line.endswith(b"\n"):
            while (line := file.readline(LONGEST_LINE)) and not line.endswith(b"\n"):
                pass
            yield None
        else:
            yield line


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _why_unused(unit: str) -> str:
    return "its entries are counted one by one" if unit == "Bundle" else "resource type not used"


def _own_names(entries: list[Mapping[str, Json]]) -> Iterator[tuple[str, str]]:
    """Return, for entries known by a urn:uuid within the Bundle, the name by type and id."""
    for entry in entries:
        url, resource = entry.get("fullUrl"), _with_id(entry)
        if isinstance(url, str) and url.startswith("urn:") and isinstance(resource, Mapping):
            yield url, f"{resource.get('resourceType')}/{resource.get('id')}"


def _with_id(entry: Mapping[str, Json]) -> Json:
    """Return an entry's resource; one without an id has that of its urn:uuid."""
    url, resource = entry.get("fullUrl"), entry.get("resource")
    if isinstance(url, str) and isinstance(resource, Mapping) and "id" not in resource:
        return {**resource, "id": url.rsplit(":", 1)[-1].rsplit("/", 1)[-1]}
    return resource


def _renamed(value: Json, names: Mapping[str, str]) -> Json:
    """Return a value with references within the Bundle written as type and id."""
    if names and isinstance(value, list):
        return [_renamed(part, names) for part in value]
    if names and isinstance(value, dict):
        parts = {key: _renamed(part, names) for key, part in value.items()}
        reference = parts.get("reference")
        if isinstance(reference, str) and reference in names:
            parts["reference"] = names[reference]
        return parts
    return value
