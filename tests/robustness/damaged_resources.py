"""Damage to one resource of an NDJSON file: another value where one belongs, or none."""

import json
from collections.abc import Callable, Iterator

from tests.formats.fhir_parts import Json
from tests.robustness.damaged_bytes import lines_of
from tests.robustness.mutation import HUGE, Mutation

VALUES = {
    "null": "null", "true": "true", "zero": "0", "minus": "-1", "beyond": "1e400",
    "nan": "NaN", "infinity": "-Infinity", "digits": "9" * 400, "empty": '""', "text": '"Zyxomma"',
    "nul": '"a\\u0000b"', "surrogate": '"\\ud800"', "object": '{"value": {"value": [1]}}',
    "list": "[[[]], 1]", "nothing": "{}", "none": "[]", "deep": "[" * 3000 + "]" * 3000,
    "deep_object": '{"item":' * 1200 + "1" + "}" * 1200, "twice": '{"value": 1, "value": 2}',
    "broken": '{"value": ', "day": '"2025-02-30"', "year": '"0000"', "long": '"' + "Zyxomma" * 3000 + '"',
    "reference": '"Patient/7710003"', "type": '"Medication"', "bundle": '"Bundle"',
}  # fmt: skip


def _places(value: Json) -> Iterator[tuple[dict[str, Json] | list[Json], str | int]]:
    """Return every place in a JSON value, as its holder and its key."""
    held = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else []  # fmt: skip
    for key, part in held:
        assert isinstance(value, dict | list)
        yield value, key
        yield from _places(part)


def _resource(change: Callable[[str, Mutation], str]) -> Callable[[bytes, Mutation], bytes]:
    """Return a change of one resource as one of the bytes of its file; of a broken line it changes nothing."""

    def changed(content: bytes, mutation: Mutation) -> bytes:
        lines = lines_of(content)
        number = mutation.pick(mutation.line, len(lines))
        try:
            text = change(lines[number].decode("utf8"), mutation)
        except (ValueError, RecursionError):
            return content
        lines[number] = text.encode("utf8", "surrogatepass") + b"\n"
        return b"".join(lines)

    return changed


def _put(text: str, m: Mutation, what: str) -> str:
    """Return a resource with other JSON in one place."""
    resource = json.loads(text)
    places = list(_places(resource))
    if not places:
        return text
    holder, key = places[m.pick(m.place, len(places))]
    holder[key] = "\0here"  # type: ignore[index]
    return json.dumps(resource).replace('"\\u0000here"', what)


def _key_dropped(text: str, m: Mutation) -> str:
    resource = json.loads(text)
    places = list(_places(resource))
    if places:
        holder, key = places[m.pick(m.place, len(places))]
        del holder[key]  # type: ignore[arg-type]
    return json.dumps(resource)


def _in_a_bundle(text: str, _: Mutation) -> str:
    return json.dumps({"resourceType": "Bundle", "entry": [{"resource": json.loads(text)}] * 2})


RESOURCES: dict[str, Callable[[bytes, Mutation], bytes]] = {
    "value": _resource(lambda text, m: _put(text, m, VALUES[m.value])),
    "key_dropped": _resource(_key_dropped),
    "in_a_bundle": _resource(_in_a_bundle),
    "in_lines": _resource(lambda text, _: json.dumps(json.loads(text), indent=1)),
    "in_a_list": _resource(lambda text, _: f"[{text.strip()}]"),
    "huge_value": _resource(lambda text, m: _put(text, m, f'"{"y" * HUGE}"')),
}
