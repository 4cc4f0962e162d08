"""How groups are named and ordered for people: by their label and place in the definitions."""

from collections.abc import Mapping, Sequence

import polars as pl

from pipelines.definitions import Definitions

LAST = 1_000_000
NOT_SPECIFIED = "Not specified"


def group_label(definitions: Definitions, key: Mapping[str, object], column: str) -> str:
    """Return the label of a group's value in a column; a value of the records stays as it is."""
    value = key[column]
    found = _named(definitions, key, column).filter(pl.col("code") == str(value))
    if found.height:
        return str(found["label"].item())
    if column == "clinic_key":
        return str(value).replace("_", " ").capitalize()
    return NOT_SPECIFIED if value is None else str(value)


def group_place(
    definitions: Definitions, key: Mapping[str, object], column: str
) -> tuple[int, str]:
    """Return what a group is sorted by among its neighbours."""
    found = _named(definitions, key, column).filter(pl.col("code") == str(key[column]))
    return (int(found["sort_order"].item()) if found.height else LAST, str(key[column]))


def whole_label(definitions: Definitions, key: Mapping[str, object], by: Sequence[str]) -> str:
    """Return the label of a group in full: category and subtype, or whatever it is made of."""
    labels = [group_label(definitions, key, name) for name in by if name != "subtype"]
    if "subtype" in by and key["subtype"] is not None:
        labels.append(group_label(definitions, key, "subtype"))
    return ", ".join(labels)


def _named(definitions: Definitions, key: Mapping[str, object], column: str) -> pl.DataFrame:
    """Return label and sort_order by code for a column."""
    if column == "category":
        return definitions["categories"].select("label", "sort_order", code="category")
    if column == "subtype":
        own = definitions["subtypes"].filter(pl.col("category") == key.get("category"))
        return own.select("label", "sort_order", code="subtype")
    if column == "instrument":
        named = definitions["instruments"].with_row_index("sort_order")
        return named.select("label", "sort_order", code="instrument")
    named = definitions["labels"].filter(pl.col("list") == column)
    return named.select("label", "sort_order", "code")
