"""Value sets of the measure, read from a practice's folder of FHIR expansions."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from pipelines.cms159.files import Json, resources
from pipelines.cms159.resources import Code
from pipelines.definitions import Definitions, InputError
from pipelines.intake.fhir.files import File, found


def value_sets(folder: Path, definitions: Definitions) -> dict[str, frozenset[Code]]:
    """Return the codes of each value set that the measure needs, by our code for it.

    Raises InputError with one message per value set that is not in the folder, or has no expansion;
    it names canonical address, OID and title. Value sets of other measures are passed over.
    """
    needed = {
        str(row["url"]): (str(row["value_set"]), str(row["title"]))
        for row in definitions["cms159_value_sets"].to_dicts()
    }
    expanded = _expanded(folder, needed)
    problems = [
        f"value set '{title}' ({url}, OID {_oid(url)}): "
        + ("it has no expansion in" if url in expanded else "it is not in")
        + f" folder '{folder}'; expected its FHIR expansion, as the Value Set Authority Center gives it"
        for url, (_, title) in needed.items()
        if not expanded.get(url)
    ]
    if problems:
        raise InputError(*problems)
    return {code: expanded[url] for url, (code, _) in needed.items()}


def _expanded(folder: Path, needed: Mapping[str, object]) -> dict[str, frozenset[Code]]:
    codes_of: dict[str, frozenset[Code]] = {}
    broken: list[str] = []
    for placed in resources(_files(folder)):
        if isinstance(placed, InputError):
            broken += placed.messages
        elif placed.content["resourceType"] == "ValueSet":
            url = str(placed.content.get("url", "")).split("|")[0]
            if url in needed:
                expansion = placed.content.get("expansion")
                codes = frozenset(_codes(expansion if isinstance(expansion, dict) else {}))
                codes_of[url] = codes_of.get(url, frozenset()) | codes
    if broken:
        raise InputError(*broken)
    return codes_of


def _files(folder: Path) -> list[File]:
    """Return the files under their own names: those of value sets name nobody."""
    if not folder.is_dir():
        raise InputError(f"value sets '{folder}': no such folder")
    return [replace(file, label=file.path.name) for file in found(folder, ())]


def _codes(node: Json) -> Iterator[Code]:
    """Yield the codes of an expansion, those below other codes too."""
    contains = node.get("contains")
    for item in contains if isinstance(contains, list) else []:
        if isinstance(item, dict):
            if isinstance(item.get("code"), str) and isinstance(item.get("system"), str):
                yield (item["system"], item["code"])
            yield from _codes(item)


def _oid(url: str) -> str:
    return url.rsplit("/", 1)[-1]
