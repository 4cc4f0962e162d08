"""What is read of each FHIR resource type: the fields, and nothing beside them.

Two readers share this one declaration. DuckDB's gets it as column types (COLUMNS; of a type that is
not used only UNUSED_COLUMNS) and is fast; the line by line reader cuts each resource down to it.
Numbers are read as text, so that no digit is lost.
"""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

Shape: TypeAlias = "type[str] | type[object] | dict[str, Shape] | list[Shape]"
Json: TypeAlias = "str | int | float | bool | Sequence[Json] | Mapping[str, Json] | None"

ITEM = "abate:item"
CODING: Shape = {"system": str, "code": str}
CONCEPT: Shape = {"coding": [CODING]}
REFERENCE: Shape = {"reference": str}
PERIOD: Shape = {"start": str, "end": str}
QUANTITY: Shape = {"value": str, "unit": str, "code": str}
NAME: Shape = {"family": str, "given": [str], "text": str}
COUNT: Shape = {"repeat": {"count": str}}
ANSWER: Shape = {
    "valueInteger": str,
    "valueDecimal": str,
    "valueQuantity": {"value": str},
    "valueCoding": {
        "system": str,
        "code": str,
        "extension": [{"url": str, "valueDecimal": str}],
    },
}
ASKED: dict[str, Shape] = {"linkId": str, "answer": [ANSWER]}
REASONS: dict[str, Shape] = {"reasonCode": [CONCEPT], "reasonReference": [REFERENCE]}

SHAPES: dict[str, dict[str, Shape]] = {
    "Patient": {
        "birthDate": str,
        "gender": str,
        "name": [NAME],
        "contact": [{"name": NAME}],
        "extension": [{"url": str, "valueString": str}],
        "identifier": [{"type": CONCEPT, "value": str}],
        "address": [{"state": str, "postalCode": str}],
        "managingOrganization": REFERENCE,
    },
    "Encounter": {
        "status": str,
        "class": CODING,
        "type": [CONCEPT],
        "subject": REFERENCE,
        "period": PERIOD,
        "diagnosis": [{"condition": REFERENCE}],
        "serviceProvider": REFERENCE,
        "location": [{"location": REFERENCE}],
        "appointment": [REFERENCE],
        "basedOn": [REFERENCE],
        **REASONS,
    },
    "Appointment": {
        "status": str,
        "start": str,
        "cancelationReason": CONCEPT,
        "serviceType": [CONCEPT],
        "appointmentType": CONCEPT,
        "participant": [{"actor": REFERENCE}],
    },
    "Condition": {
        "verificationStatus": CONCEPT,
        "category": [CONCEPT],
        "code": CONCEPT,
        "subject": REFERENCE,
        "encounter": REFERENCE,
        "recordedDate": str,
        "onsetDateTime": str,
        "onsetPeriod": PERIOD,
    },
    "Observation": {
        "status": str,
        "code": CONCEPT,
        "subject": REFERENCE,
        "encounter": REFERENCE,
        "effectiveDateTime": str,
        "effectiveInstant": str,
        "effectivePeriod": PERIOD,
        "valueInteger": str,
        "valueDecimal": str,
        "valueQuantity": QUANTITY,
        "component": [{"code": CONCEPT, "valueQuantity": {"value": str}}],
        "derivedFrom": [REFERENCE],
    },
    "QuestionnaireResponse": {
        "status": str,
        "subject": REFERENCE,
        "authored": str,
        "item": [{**ASKED, "item": [{**ASKED, "item": [ASKED]}]}],
    },
    "MedicationAdministration": {
        "status": str,
        "medicationCodeableConcept": CONCEPT,
        "medicationReference": REFERENCE,
        "contained": object,
        "subject": REFERENCE,
        "context": REFERENCE,
        "effectiveDateTime": str,
        "effectivePeriod": PERIOD,
        "dosage": {"route": CONCEPT, "dose": QUANTITY},
        "statusReason": [CONCEPT],
        "request": REFERENCE,
        **REASONS,
    },
    "Medication": {"code": CONCEPT},
    "MedicationRequest": {
        "subject": REFERENCE,
        "dosageInstruction": [{"timing": COUNT}],
        **REASONS,
    },
    "ServiceRequest": {
        "subject": REFERENCE,
        "occurrenceTiming": COUNT,
        "quantityQuantity": {"value": str},
        **REASONS,
    },
    "Procedure": {
        "status": str,
        "code": CONCEPT,
        "subject": REFERENCE,
        "encounter": REFERENCE,
        "performedDateTime": str,
        "performedPeriod": PERIOD,
    },
    "AdverseEvent": {
        "actuality": str,
        "event": CONCEPT,
        "subject": REFERENCE,
        "encounter": REFERENCE,
        "date": str,
        "detected": str,
        "seriousness": CONCEPT,
        "severity": CONCEPT,
        "extension": [
            {
                "url": str,
                "valueCodeableConcept": CONCEPT,
                "valueDateTime": str,
                "valueDate": str,
            }
        ],
    },
}


def pruned(value: Json, shape: Shape) -> Json:
    """Return of a JSON value what the shape names, or raise TypeError where its kind is another.

    `str` stands for text, numbers and yes or no, `object` for anything; null fits everywhere.
    """
    if value is None or shape is object:
        return value
    if isinstance(shape, dict):
        if not isinstance(value, Mapping):
            raise TypeError
        return {name: pruned(value[name], field) for name, field in shape.items() if name in value}
    nested = isinstance(value, list | dict)
    if isinstance(shape, list):
        if not isinstance(value, list):
            raise TypeError
        return [pruned(part, shape[0]) for part in value]
    if nested:
        raise TypeError
    return value


def _columns(fields: dict[str, Shape]) -> dict[str, str]:
    types = {name: _duckdb_type(shape) for name, shape in fields.items()}
    return {"resourceType": "VARCHAR", "id": "VARCHAR", ITEM: "BIGINT"} | types


def _duckdb_type(shape: Shape) -> str:
    if isinstance(shape, list):
        return f"{_duckdb_type(shape[0])}[]"
    if isinstance(shape, dict):
        fields = (f'"{name}" {_duckdb_type(field)}' for name, field in shape.items())
        return f"STRUCT({', '.join(fields)})"
    return "VARCHAR"


COLUMNS: dict[str, dict[str, str]] = {name: _columns(fields) for name, fields in SHAPES.items()}
UNUSED_COLUMNS: dict[str, str] = _columns({})
