"""The groups that the Clinics page sets beside each other."""

from collections.abc import Mapping

from pipelines.disclosure.groups import narrowest_label
from pipelines.practice import Practice

GROUPS: Mapping[str, tuple[str, ...]] = {
    "Clinics": ("clinic_key",),
    "Conditions": ("category",),
    "Subtypes": ("category", "subtype"),
    "Sex": ("sex",),
    "Age": ("age_band",),
    "Region": ("region",),
}
FUNNELS: Mapping[str, str] = {"rate": "Rates", "ratio": "Given whom they treat"}


def present(practice: Practice) -> list[str]:
    """Return the groups that the records tell apart."""
    return [name for name, by in GROUPS.items() if practice.values(by[0])]


def group_names(practice: Practice) -> list[str]:
    """Return the label of every group that a link may name."""
    definitions = practice.definitions
    single = [by[0] for by in GROUPS.values() if len(by) == 1]
    keys: list[dict[str, object]] = [
        {column: value} for column in single for value in practice.values(column)
    ]
    keys += definitions["subtypes"].select("category", "subtype").to_dicts()
    return [narrowest_label(definitions, key, list(key)) for key in keys]
