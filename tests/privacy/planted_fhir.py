"""A FHIR export with identifiers in every text that a resource may hold."""

import copy
import json
from collections.abc import Iterator
from pathlib import Path

from tests.privacy.planting import KINDS, Plants

Json = str | int | float | bool | None | list["Json"] | dict[str, "Json"]
Resource = dict[str, Json]
LOINC, SNOMED = "http://loinc.org", "http://snomed.info/sct"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
ICD10CM = "http://hl7.org/fhir/sid/icd-10-cm"
SAME = ("resourceType", "id")


def fhir(folder: Path, plants: Plants, patients: int) -> Path:
    """Write NDJSON files, one per resource type, and one that bears the name of a person."""
    by_type: dict[str, list[Resource]] = {}
    for number in range(patients):
        for resource in _of_patient(plants, number):
            by_type.setdefault(str(resource["resourceType"]), []).append(resource)
    folder.mkdir(parents=True)
    for name, resources in by_type.items():
        planted = list(_planted(resources, plants))
        by_type[name] = resources + planted
        if name == "Patient":
            more = [_came(str(patient["id"]), plants) for patient in planted]
        if name == "MedicationAdministration":
            more += [visit for given in planted if (visit := _given_at_a_visit(given, plants))]
    for visit in more:
        by_type["Encounter"].append(visit)
    for name, resources in by_type.items():
        _write(folder / f"{name}.ndjson", resources)
    _write(folder / f"{plants.plant('name')}.ndjson", by_type["Patient"][:1])
    (folder / f"{plants.plant('record_number')}.json").write_text(
        json.dumps({"resourceType": "Bundle", "entry": [{"fullUrl": plants.plant("url")}]})
    )
    broken = f'{{"resourceType": "Patient", "id": "{plants.plant("e-mail")}"'
    (folder / f"{plants.plant('e-mail')}.ndjson").write_text(broken + "\n")
    return folder


def _came(patient: str, plants: Plants) -> Resource:
    """Return a visit of a patient: who never comes waits behind the door."""
    return {
        "resourceType": "Encounter", "id": plants.plant("account"), "status": "finished",
        "subject": {"reference": f"Patient/{patient}"}, "period": {"start": "2024-03-05"},
    }  # fmt: skip


def _given_at_a_visit(given: Resource, plants: Plants) -> Resource | None:
    """Give an infusion a visit of its own, so that nothing but the identifier is wrong with it."""
    subject, context = given["subject"], given["context"]
    if not isinstance(subject, dict) or not isinstance(context, dict):
        return None
    visit = _came(str(subject["reference"]).removeprefix("Patient/"), plants)
    if str(context["reference"]).startswith("Encounter/"):
        context["reference"] = f"Encounter/{visit['id']}"
    return visit


def _write(path: Path, resources: list[Resource]) -> None:
    path.write_text("".join(json.dumps(resource) + "\n" for resource in resources))


def _planted(resources: list[Resource], plants: Plants) -> Iterator[Resource]:
    """Yield copies that hold, at each place of a text or number, an identifier of each kind."""
    places = list(_places(resources[0]))
    for number, place in enumerate(places):
        for kind in KINDS:
            made = copy.deepcopy(resources[1 + number % (len(resources) - 1)])
            if place != ("id",):
                made["id"] = plants.plant("record_number")
            _put(made, place, plants.plant(kind))
            yield made


def _places(value: Json, at: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    if isinstance(value, dict):
        for key, part in value.items():
            if key != "resourceType":
                yield from _places(part, (*at, key))
    elif isinstance(value, list):
        for number, part in enumerate(value):
            yield from _places(part, (*at, number))
    else:
        yield at


def _put(value: Json, place: tuple[str | int, ...], text: str) -> None:
    for step in place[:-1]:
        value = value[step]  # type: ignore[index]
    value[place[-1]] = text  # type: ignore[index]


def _of_patient(plants: Plants, number: int) -> list[Resource]:
    new = plants.plant
    key = new(("record_number", "account", "licence_or_device")[number % 3])
    encounter, day = new("account"), f"2024-0{1 + number % 6}-05" if number else "2025-11-05"
    family, given = new("name").split()
    subject: Json = {"reference": f"Patient/{key}", "display": f"{given} {family}"}
    visit: Json = {"reference": f"Encounter/{encounter}", "display": new("address")}
    note: Json = [{"text": f"{given} phoned from {new('phone')}", "authorString": new("name")}]

    def made(kind: str, **fields: Json) -> Resource:
        common: Resource = {
            "resourceType": kind, "id": new("account"), "language": "en",
            "text": {"status": "generated", "div": f"<div>{given} {family}</div>"},
            "identifier": [{"system": new("url"), "value": new("record_number")}],
            "meta": {"source": new("url"), "lastUpdated": f"{day}T21:00:00Z"},
        }  # fmt: skip
        return common | fields

    patient = made(
        "Patient", id=key, gender="female", birthDate=_birth(plants),
        name=[{"family": family, "given": [given], "text": f"{given} {family}"}],
        telecom=[{"system": "phone", "value": new("phone")}, {"system": "email", "value": new("e-mail")}],
        identifier=[{"type": _concept("http://terminology.hl7.org/CodeSystem/v2-0203", "MR"),
                     "system": new("url"), "value": new("record_number")}],
        address=[{"line": [new("address")], "city": plants.word(), "state": "NY", "postalCode": new("zip_plus_4")}],
        contact=[{"name": {"family": plants.word(), "text": new("name")}, "telecom": [{"value": new("phone")}]}],
        extension=[{"url": "http://hl7.org/fhir/StructureDefinition/patient-mothersMaidenName",
                    "valueString": plants.word()}],
        photo=[{"url": new("url"), "title": new("name")}],
        managingOrganization={"reference": "Organization/north", "display": new("address")},
    )  # fmt: skip
    return [
        patient,
        made("Encounter", id=encounter, status="finished", subject=subject,
             type=[_concept("urn:abate:visit-kind", "infusion")],
             period={"start": f"{day}T09:00:00-05:00", "end": f"{day}T11:00:00-05:00"},
             serviceProvider={"reference": "Organization/north", "display": new("address")},
             location=[{"location": {"reference": "Location/1", "display": new("address")}}],
             reasonCode=[_concept(ICD10CM, "F33.9")])
        | {"class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB", "display": "out"}},
        made("Appointment", status="noshow", start=f"{day}T08:00:00Z", description=new("phone"),
             comment=new("name"), participant=[{"actor": subject, "status": "accepted"}],
             serviceType=[_concept("urn:abate:visit-kind", "follow_up")]),
        made("Condition", subject=subject, encounter=visit, code=_concept(ICD10CM, "F33.9"),
             recordedDate=day, note=note,
             category=[_concept("http://terminology.hl7.org/CodeSystem/condition-category", "problem-list-item")]),
        made("Observation", status="final", subject=subject, encounter=visit, note=note,
             code=_concept(LOINC, "44261-6"), effectiveDateTime=f"{day}T09:10:00-05:00",
             valueInteger=15, performer=[{"reference": "Practitioner/1", "display": new("name")}]),
        made("QuestionnaireResponse", status="completed", subject=subject, authored=f"{day}T09:15:00-05:00",
             questionnaire=new("url"), author={"display": new("name")},
             item=[{"linkId": f"gad_7_{place}", "text": "a question",
                    "answer": [{"valueInteger": 2, "valueString": new("name")}]} for place in range(1, 8)]),
        made("MedicationAdministration", status="completed", subject=subject, context=visit, note=note,
             medicationCodeableConcept=_concept(RXNORM, "6130"),
             effectivePeriod={"start": f"{day}T09:30:00-05:00", "end": f"{day}T10:10:00-05:00"},
             dosage={"text": new("phone"), "route": _concept(SNOMED, "47625008"), "dose": {"value": 40, "unit": "mg"}},
             statusReason=[_concept("urn:abate:stop-reason", "patient_request")],
             reasonCode=[_concept(ICD10CM, "F33.9")]),
        made("ServiceRequest", status="active", intent="order", subject=subject, note=note,
             quantityQuantity={"value": 6, "unit": "sessions"}, reasonCode=[_concept(ICD10CM, "F33.9")]),
        made("Procedure", status="completed", subject=subject, encounter=visit, note=note,
             code=_concept("http://www.ama-assn.org/go/cpt", "90870"), performedDateTime="2023-11-05"),
        made("AdverseEvent", actuality="actual", subject=subject, encounter=visit,
             event=_concept("urn:abate:adverse-event", "nausea"), date=f"{day}T09:50:00-05:00",
             severity=_concept("http://terminology.hl7.org/CodeSystem/adverse-event-severity", "mild"),
             seriousness=_concept("http://terminology.hl7.org/CodeSystem/adverse-event-seriousness", "Non-serious"),
             recorder={"display": new("name")}, description=new("e-mail")),
        made("DocumentReference", status="current", subject=subject, description=new("name"),
             content=[{"attachment": {"url": new("url"), "title": new("name")}}]),
    ]  # fmt: skip


def _birth(plants: Plants) -> str:
    """Return a birth date as FHIR writes it."""
    while True:
        text = plants.plant("date")
        if len(text) == 10 and text[4] == "-":
            return text


def _concept(system: str, code: str) -> Json:
    return {"coding": [{"system": system, "code": code, "display": "as shown"}], "text": "as told"}
