"""How groups are named and ordered for people: by their label and place in the definitions."""

from collections.abc import Mapping, Sequence

import polars as pl

from pipelines.definitions import Definitions

Key = Mapping[str, object]
NOT_SPECIFIED = "Not specified"


def code_labels(column: str, definitions: Definitions) -> dict[str, str]:
    """Return label by code in their order; empty for a column without labels.

    A subtype is told by category/subtype, because categories share codes.
    """
    if column == "subtype":
        ordered = definitions["subtypes"].sort("sort_order")
        return {
            f"{row[0]}/{row[1]}": row[2]
            for row in ordered.select("category", "subtype", "label").rows()
        }
    if column == "category":
        return dict(definitions["categories"].sort("sort_order").select("category", "label").rows())
    if column == "instrument":
        return definitions.labels("instruments", "instrument")
    rows = definitions["labels"].filter(pl.col("list") == column).sort("sort_order")
    return dict(rows.select("code", "label").rows())


def group_label(definitions: Definitions, key: Key, column: str) -> str:
    """Return the label of a group's value in a column; a value of the records stays as it is."""
    value = key[column]
    labels = code_labels(column, definitions)
    if _code(key, column) in labels:
        return labels[_code(key, column)]
    return NOT_SPECIFIED if value is None else str(value)


def clinic_label(definitions: Definitions, key: str) -> str:
    """Return the label that a practice gives a clinic in its labels.csv, else its key as it is."""
    return code_labels("clinic_key", definitions).get(key, key)


def group_place(definitions: Definitions, key: Key, column: str) -> tuple[int, str]:
    """Return what a group is sorted by among its neighbours."""
    codes = list(code_labels(column, definitions))
    code = _code(key, column)
    return (codes.index(code) if code in codes else len(codes), str(key[column]))


def narrowest_label(definitions: Definitions, key: Key, by: Sequence[str]) -> str:
    """Return the label of a group by its last column that has a value, as the subtype's own."""
    named = [name for name in by if key[name] is not None] or list(by)
    return group_label(definitions, key, named[-1])


def whole_label(definitions: Definitions, key: Key, by: Sequence[str]) -> str:
    """Return the label of a group in full: what each of its columns says, subtypes only if any."""
    named = [name for name in by if name != "subtype" or key[name] is not None]
    return ", ".join(group_label(definitions, key, name) for name in named)


def _code(key: Key, column: str) -> str:
    return f"{key.get('category')}/{key[column]}" if column == "subtype" else str(key[column])
