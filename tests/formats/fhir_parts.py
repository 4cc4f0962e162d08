"""Parts of which FHIR resources are made: concepts, references, times with their offset."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TypeAlias

Json: TypeAlias = "str | int | float | Sequence[Json] | Mapping[str, Json] | None"
Resource: TypeAlias = dict[str, Json]

OFFSET = "-07:00"
LOINC, SNOMED, UCUM = "http://loinc.org", "http://snomed.info/sct", "http://unitsofmeasure.org"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
ICD10CM = "http://hl7.org/fhir/sid/icd-10-cm"
TERMS = "http://terminology.hl7.org/CodeSystem"
CTCAE = "http://hl7.org/fhir/us/ctcae/StructureDefinition"


def concept(system: str, code: str) -> Resource:
    """Return a concept with one code."""
    return {"coding": [{"system": system, "code": code}]}


def own(system: str, code: str) -> Resource:
    """Return a concept of a code system of Abate's own."""
    return concept(f"urn:abate:{system}", code)


def reference(kind: str, key: str) -> Resource:
    """Return a reference to a resource."""
    return {"reference": f"{kind}/{key}"}


def written(moment: datetime | None) -> str | None:
    """Return a local time with its offset."""
    return None if moment is None else f"{moment.isoformat()}{OFFSET}"


def period(start: datetime, end: datetime | None) -> Resource:
    """Return a period; one whose end is not known has none."""
    whole: Resource = {"start": written(start)}
    return whole if end is None else whole | {"end": written(end)}
