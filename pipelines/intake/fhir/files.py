"""The files of an export: found in its folders, named so that no name of a person gets out."""

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pipelines.definitions import InputError
from pipelines.intake.unpacking import unpacked

ENDINGS = (".ndjson", ".jsonl", ".json")
ITEMS_PER_FILE = 1 << 32  # file_of and row_of in schema.sql take it apart again
SAFE_NAME = re.compile(r"([A-Za-z]+)([._-]?[0-9]{1,4})?\.(ndjson|jsonl|json)(\.gz)?")


@dataclass(frozen=True)
class File:
    """A file of the export: its number from 1, where it lies, and how it may be called."""

    number: int
    path: Path
    label: str

    @property
    def first_item(self) -> int:
        """Return the number of its first resource; no two files share one."""
        return self.number * ITEMS_PER_FILE + 1

    def plain(self, folder: Path) -> Path:
        """Return the file as it can be read, unpacked into `folder` if it is compressed."""
        try:
            return unpacked(self.path, folder)
        except InputError as error:
            raise InputError(str(error).replace(self.path.name, self.label)) from None


def found(source: Path, resources: Iterable[str]) -> list[File]:
    """Return the NDJSON and JSON files of a folder and its subfolders, or the one file named.

    Raises InputError where there is none, and for a link that leads out of the folder or nowhere.
    A link to a file of the folder is passed over: the file is read in its own place. A file keeps
    its name as a label only if that is a resource type and a short number.
    """
    places = [source] if source.is_file() else _below(source, source.resolve())
    paths = sorted(path for path in places if _wanted(path))
    if not paths:
        raise InputError(
            f"source '{source}': it holds no FHIR file;"
            " expected files ending in .ndjson, .jsonl or .json, or these with .gz"
        )
    known = set(resources)
    return [
        File(number, path, _label(path, number, known))
        for number, path in enumerate(paths, start=1)
    ]


def _below(folder: Path, top: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.is_symlink():
            # Not resolve(), which raises where a link leads to itself.
            inside = Path(os.path.realpath(path)).is_relative_to(top)
            if not inside or not path.exists():
                raise InputError(
                    f"source '{top.name}': a link in it leads"
                    f" {'nowhere' if inside else 'out of the folder'}; expected the files themselves"
                )
        elif path.is_dir():
            yield from _below(path, top)
        elif path.is_file():
            yield path


def _wanted(path: Path) -> bool:
    name = path.name.lower().removesuffix(".gz")
    return name.endswith(ENDINGS) and not name.startswith(".")


def _label(path: Path, number: int, resources: set[str]) -> str:
    safe = SAFE_NAME.fullmatch(path.name)
    return path.name if safe and safe[1] in resources else f"file {number}"
