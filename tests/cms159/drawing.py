"""Patients and value sets drawn by hand: codes are made up, so nothing licensed stands here."""

import json
from pathlib import Path

from pipelines.cms159 import Outcome, assessed, read, rules
from pipelines.definitions import load
from tests.drawn import drawn

Json = dict[str, object]
SYSTEM = "urn:example"
ROWS = {row["criterion"]: row for row in load()["cms159_criteria"].to_dicts()}
CODES = load()["cms159_codes"]


def value_sets(folder: Path) -> Path:
    """Write each value set with one made-up code, which is the value set's own name."""
    folder.mkdir(parents=True, exist_ok=True)
    for row in load()["cms159_value_sets"].to_dicts():
        expansion = {"contains": [{"system": SYSTEM, "code": row["value_set"]}]}
        written = {"resourceType": "ValueSet", "url": row["url"], "expansion": expansion}
        (folder / f"{row['value_set']}.json").write_text(json.dumps(written))
    return folder


def resources(text: str) -> list[Json]:
    """Return resources from a table with the columns what, start, end, value; see `resource`."""
    rows = drawn(text).to_dicts()
    return [resource(number, **row) for number, row in enumerate(rows)]


def resource(
    number: int,
    what: str,
    start: str | None = None,
    end: str | None = None,
    value: str | None = None,
    patient: str = "p1",
) -> Json:
    """Return a Patient, born at `start` and dead at `end`, or a resource that meets a criterion."""
    if what == "patient":
        born = {
            "resourceType": "Patient",
            "id": patient,
            "birthDate": start,
            "deceasedDateTime": end,
        }
        return {name: text for name, text in born.items() if text}
    row = ROWS[what]
    found: Json = {"resourceType": row["resource"], "id": f"r{number}"}
    found |= {"subject": {"reference": f"Patient/{patient}"}} | _coded(row) | _stated(row)
    found |= {"valueInteger": int(value)} if value else {}
    return found | _timed(str(row["resource"]), start, end)


def where(folder: Path, text: str | list[Json], year: int = 2025) -> Outcome:
    """Return where the one drawn patient is in the measure."""
    measure = rules(value_sets(folder / "valuesets"))
    source = folder / "source"
    source.mkdir(exist_ok=True)
    drawn_ones = resources(text) if isinstance(text, str) else text
    lines = [json.dumps(one) for one in drawn_ones]
    (source / "drawn.ndjson").write_text("\n".join(lines))
    return assessed(read(source, measure).patients[0], measure, year)


def concept(*codes: tuple[str | None, str]) -> Json:
    return {"coding": [{"system": system, "code": code} for system, code in codes]}


def listed(code_list: str) -> tuple[str | None, str]:
    """Return the first code of a list."""
    system, code = CODES.filter(code_list=code_list).select("system", "code").row(0)
    return system, str(code)


def _coded(row: dict[str, str]) -> Json:
    code = concept((SYSTEM, row["value_set"]) if row["value_set"] else listed(row["code_list"]))
    return {"type": [code]} if row["resource"] == "Encounter" else {"code": code}


def _stated(row: dict[str, str]) -> Json:
    if row["resource"] == "Condition":
        return {
            "clinicalStatus": concept(listed(row["status_list"])),
            "verificationStatus": concept(listed(row["also_list"])),
        }
    found: Json = {"status": listed(row["status_list"])[1]}
    if row["also_list"]:
        found["intent"] = listed(row["also_list"])[1]
    if row["answer_list"]:
        answer = concept(listed(row["answer_list"]))
        found |= (
            {"hospitalization": {"dischargeDisposition": answer}}
            if row["resource"] == "Encounter"
            else {"valueCodeableConcept": answer}
        )
    return found


def _timed(kind: str, start: str | None, end: str | None) -> Json:
    if kind == "ServiceRequest":
        return {"authoredOn": start}
    if kind == "Condition":
        dates = {"onsetDateTime": start, "abatementDateTime": end}
        return {name: text for name, text in dates.items() if text}
    name = {"Encounter": "period", "Observation": "effective", "Procedure": "performed"}[kind]
    if kind == "Encounter" or end:
        period = {"start": start, "end": end}
        written = {key: text for key, text in period.items() if text}
        return {name if kind == "Encounter" else f"{name}Period": written}
    return {f"{name}DateTime": start} if start else {}
