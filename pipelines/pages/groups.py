"""The groups that the Clinics page sets beside each other."""

from collections.abc import Mapping

from pipelines.asking import CLINICIAN
from pipelines.disclosure.groups import narrowest_label
from pipelines.practice import Practice

CLINICIANS = "Clinicians"
GROUPS: Mapping[str, tuple[str, ...]] = {
    "Clinics": ("clinic_key",),
    "Conditions": ("category",),
    "Subtypes": ("category", "subtype"),
    "Sex": ("sex",),
    "Age": ("age_band",),
    "Region": ("region",),
    CLINICIANS: (CLINICIAN,),
}
FUNNELS: Mapping[str, str] = {"rate": "Rates", "ratio": "Given whom they treat"}


def present(practice: Practice) -> list[str]:
    """Return the groups that the records tell apart."""
    return [
        name
        for name, by in GROUPS.items()
        if (practice.clinicians() if name == CLINICIANS else practice.values(by[0]))
    ]


def group_names(practice: Practice) -> list[str]:
    """Return the label of every group that a link may name."""
    definitions = practice.definitions
    single = [by[0] for name, by in GROUPS.items() if len(by) == 1 and name != CLINICIANS]
    keys: list[dict[str, object]] = [
        {column: value} for column in single for value in practice.values(column)
    ]
    keys += [{CLINICIAN: key} for key in practice.clinicians()]
    keys += definitions["subtypes"].select("category", "subtype").to_dicts()
    return [narrowest_label(definitions, key, list(key)) for key in keys]
