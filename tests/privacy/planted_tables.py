"""Exports in tables, canonical, wide and OMOP, with identifiers in every column."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import polars as pl

from pipelines.intake import contract
from tests.privacy.planting import KINDS, Plants

Row = dict[str, str]
CODES = ("term", "stop_reason")
EXTRA = ("notes", "name", "visit_note")
OWN_KEYS = {"patients": "patient_key", "visits": "visit_key", "infusions": "visit_key"}
LAST_DAY = "2025-11-05"  # of one patient, so that the others need not wait


def canonical(folder: Path, plants: Plants, patients: int) -> Path:
    """Write canonical CSV files whose keys are identifiers, with free text beside them."""
    base = _canonical_rows(plants, patients)
    planted = {
        name: _planted(rows, plants, contract.BY_NAME[name].names, CODES, OWN_KEYS.get(name))
        for name, rows in base.items()
    }
    # What hangs on a key gets a row that has it, so that nothing but the identifier is wrong.
    for row in planted["patients"]:
        planted["scores"].append(base["scores"][3] | {"patient_key": row["patient_key"]})
    for row in planted["infusions"]:
        planted["visits"].append(base["visits"][3] | {"visit_key": row["visit_key"]})
    for name, rows in base.items():
        every = [_with_text(row, plants) for row in rows] + planted[name]
        _write(folder / f"{name}.csv", every)
    return folder


def _canonical_rows(plants: Plants, patients: int) -> dict[str, list[Row]]:
    tables: dict[str, list[Row]] = {table.name: [] for table in contract.TABLES}
    clinics = [plants.plant("address"), plants.plant("name")]
    for number in range(patients):
        key = plants.plant(KINDS[number % len(KINDS)])
        tables["patients"].append(
            {"patient_key": key, "sex": "female", "age_band": "35-44", "region": "NY"}
        )
        for visit in range(3):
            day = f"2024-0{1 + number % 6}-{2 + 6 * visit:02d}" if number else LAST_DAY
            visit_key = plants.plant(KINDS[visit])
            tables["visits"].append({
                "visit_key": visit_key, "patient_key": key, "clinic_key": clinics[number % 2],
                "clinician_key": plants.plant("name"), "visit_date": day,
                "visit_kind": "infusion", "visit_status": "completed", "chair_minutes": "90",
            })  # fmt: skip
            tables["infusions"].append({
                "visit_key": visit_key, "agent": "ketamine", "route": "iv",
                "category": "depression", "subtype": "mdd", "planned_sessions": "6",
                "dose_mg": "40", "dose_mg_per_kg": "0.5", "infusion_minutes": "40",
                "recovery_minutes": "30", "stopped_early": "no", "stop_reason": "",
            })  # fmt: skip
            tables["vital_signs"].append(
                {"visit_key": visit_key, "minute": "30", "sign": "systolic", "value": "131"}
            )
            tables["adverse_events"].append({
                "visit_key": visit_key, "term": "nausea", "grade": "1", "serious": "no",
                "onset_minute": "20", "resolved_minute": "60",
            })  # fmt: skip
            tables["scores"].append({
                "patient_key": key, "instrument": "phq_9", "assessed_on": day,
                "timing": "before_infusion", "score": str(20 - visit),
            })  # fmt: skip
        tables["diagnoses"].append(
            {"patient_key": key, "icd10cm": "F339", "recorded_on": "2024-01-02",
             "role": "problem_list"}
        )  # fmt: skip
        tables["prior_treatments"].append(
            {"patient_key": key, "treatment": "antidepressant", "trials": "3"}
        )
    return tables


def wide(folder: Path, plants: Plants, patients: int) -> Path:
    """Write an identified wide export: a row for each visit, and the people beside it."""
    people, visits = _wide_rows(plants, patients)
    strangers = _planted(people, plants, list(people[0]), (), "PatientID")
    others = _planted(visits, plants, list(visits[0]), ("Reaction", "StopReason"), "VisitID")
    for row in strangers:
        others.append(
            visits[2] | {"VisitID": plants.plant("account"), "PatientID": row["PatientID"]}
        )
    _write(folder / "patients.csv", people + strangers)
    _write(folder / "visits.csv", visits + others)
    return folder


def _wide_rows(plants: Plants, patients: int) -> tuple[list[Row], list[Row]]:
    people, visits = [], []
    for number in range(patients):
        family, given = plants.plant("name").split()
        people.append({
            "PatientID": plants.plant("record_number"), "LastName": family, "FirstName": given,
            "DOB": f"{plants.plant('date')}", "Sex": "F", "SSN": plants.plant("social_security"),
            "Phone": plants.plant("phone"), "Email": plants.plant("e-mail"),
            "Address": plants.plant("address"), "ZIP": plants.plant("zip_plus_4"),
            "Portal": plants.plant("url"), "Licence": plants.plant("licence_or_device"),
        })  # fmt: skip
        for visit in range(2):
            visits.append({
                "VisitID": plants.plant("account"), "PatientID": people[-1]["PatientID"],
                "VisitDate": f"0{1 + number % 6}/{3 + 7 * visit:02d}/2024" if number else "11/05/2025",
                "Provider": plants.plant("name"), "Location": plants.plant("address"),
                "PrimaryDx": "F33.9", "DoseMg": "40", "phq9_total": str(19 - 4 * visit),
                "sbp": "128", "Reaction": "nausea", "StopReason": "patient_request",
                "Device": plants.plant("licence_or_device"), "LoginIP": plants.plant("ip_address"),
                "Notes": f"{given} {family} phoned from {plants.plant('phone')}",
            })  # fmt: skip
    return people, visits


WIDE = """
name = "wide_ehr"

[files.people]
path = "patients.csv"
names = ["LastName", "FirstName"]

[files.visits]
path = "visits.csv"
names = ["Provider"]

[tables.patients]
from = "people"

[tables.patients.columns]
patient_key = "PatientID"
sex = { column = "Sex", values = { F = "female", M = "male" }, otherwise = "other", if_missing = "unknown" }
age_band = { column = "DOB", birth_date = true, if_missing = "unknown" }
region = { column = "ZIP", zip_code = true }

[tables.visits]
from = "visits"

[tables.visits.columns]
visit_key = "VisitID"
patient_key = "PatientID"
clinic_key = "Location"
clinician_key = "Provider"
visit_date = { column = "VisitDate", date_format = "%m/%d/%Y" }
visit_kind = { constant = "infusion" }
visit_status = { constant = "completed" }

[tables.infusions]
from = "visits"

[tables.infusions.columns]
visit_key = "VisitID"
agent = { constant = "ketamine" }
route = { constant = "iv" }
dose_mg = "DoseMg"
stop_reason = "StopReason"

[tables.diagnoses]
from = "visits"

[tables.diagnoses.columns]
patient_key = "PatientID"
icd10cm = { column = "PrimaryDx", remove = ".", upper = true }
recorded_on = { column = "VisitDate", date_format = "%m/%d/%Y" }
role = { constant = "infusion_order" }

[tables.scores]
from = "visits"

[tables.scores.columns]
patient_key = "PatientID"
instrument = { constant = "phq_9" }
assessed_on = { column = "VisitDate", date_format = "%m/%d/%Y" }
timing = { constant = "before_infusion" }
score = "phq9_total"

[tables.vital_signs]
from = "visits"

[tables.vital_signs.columns]
visit_key = "VisitID"
minute = { constant = 0 }
sign = { constant = "systolic" }
value = "sbp"

[tables.adverse_events]
from = "visits"

[tables.adverse_events.columns]
visit_key = "VisitID"
term = "Reaction"
grade = { constant = 1 }
serious = { constant = "no" }
"""


def omop(folder: Path, plants: Plants, patients: int) -> Path:
    """Write OMOP CSV files with every column of the tables, notes and source values among them."""
    base = _omop_rows(plants, patients)
    planted = {
        name: _planted(rows, plants, list(rows[0]), (), f"{name}_id") for name, rows in base.items()
    }
    for row in planted["person"]:
        own = {
            "person_id": row["person_id"],
            "visit_occurrence_id": plants.plant("account"),
        }
        planted["visit_occurrence"].append(base["visit_occurrence"][1] | own)
    for row in planted["drug_exposure"]:
        own = {
            "visit_occurrence_id": plants.plant("account"),
            "person_id": base["person"][1]["person_id"],
        }
        planted["visit_occurrence"].append(base["visit_occurrence"][1] | own)
        if row["visit_occurrence_id"] == base["visit_occurrence"][1]["visit_occurrence_id"]:
            row |= own
    for name, rows in base.items():
        _write(folder / f"{name}.csv", rows + planted[name])
    _write(
        folder / f"{plants.plant('name')}.csv", [{plants.plant("e-mail"): plants.plant("phone")}]
    )
    return folder


OMOP_EVENTS: Mapping[str, tuple[str, str, Row]] = {
    "condition_occurrence": ("condition_start", "condition_concept_id", {
        "condition_concept_id": "436096", "condition_end_date": "", "stop_reason": "",
        "condition_type_concept_id": "32817", "condition_status_concept_id": "0",
        "condition_source_value": "F33.9", "condition_source_concept_id": "0",
        "condition_status_source_value": ""}),
    "drug_exposure": ("drug_exposure_start", "drug_concept_id", {
        "drug_concept_id": "785649", "drug_type_concept_id": "32818", "stop_reason": "",
        "drug_exposure_end_datetime": "", "quantity": "40", "days_supply": "1", "sig": "",
        "route_concept_id": "4171047", "lot_number": "", "drug_source_value": "ketamine",
        "route_source_value": "IV", "dose_unit_source_value": "mg"}),
    "measurement": ("measurement", "measurement_concept_id", {
        "measurement_concept_id": "3004249", "measurement_time": "", "value_as_number": "128",
        "value_as_concept_id": "0", "unit_concept_id": "8876", "range_low": "", "range_high": "",
        "measurement_source_value": "BP", "unit_source_value": "mmHg", "value_source_value": "",
        "measurement_event_id": ""}),
    "observation": ("observation", "observation_concept_id", {
        "observation_concept_id": "3042932", "value_as_number": "14", "value_as_string": "",
        "value_as_concept_id": "0", "qualifier_concept_id": "0", "unit_concept_id": "0",
        "observation_source_value": "", "unit_source_value": "", "qualifier_source_value": "",
        "value_source_value": "", "observation_event_id": ""}),
    "procedure_occurrence": ("procedure", "procedure_concept_id", {
        "procedure_concept_id": "2061300607", "modifier_concept_id": "0", "quantity": "1",
        "procedure_source_value": "", "modifier_source_value": ""}),
    "note": ("note", "note_class_concept_id", {
        "note_class_concept_id": "0", "note_title": "", "note_text": "", "note_source_value": ""}),
}  # fmt: skip


def _omop_rows(plants: Plants, patients: int) -> dict[str, list[Row]]:
    tables: dict[str, list[Row]] = {"person": [], "visit_occurrence": [], "location": []}
    tables |= {name: [] for name in OMOP_EVENTS}
    for number in range(patients):
        person = plants.plant("record_number")
        tables["location"].append({
            "location_id": str(number), "address_1": plants.plant("address"), "address_2": "",
            "city": plants.word(), "state": "NY", "zip": plants.plant("zip_plus_4"), "county": "",
            "location_source_value": plants.plant("account"),
        })  # fmt: skip
        tables["person"].append({
            "person_id": person, "gender_concept_id": "8532", "year_of_birth": "1971",
            "month_of_birth": "3", "day_of_birth": "9", "birth_datetime": plants.plant("date"),
            "race_concept_id": "0", "ethnicity_concept_id": "0", "location_id": str(number),
            "provider_id": plants.plant("name"), "care_site_id": "",
            "person_source_value": plants.plant("social_security"),
            "gender_source_value": "F", "race_source_value": "", "ethnicity_source_value": "",
        })  # fmt: skip
        visit = plants.plant("account")
        day = f"2024-0{1 + number % 6}-05" if number else LAST_DAY
        tables["visit_occurrence"].append({
            "visit_occurrence_id": visit, "person_id": person, "visit_concept_id": "9202",
            "visit_start_date": day, "visit_start_datetime": f"{day} 09:00:00",
            "visit_end_date": day, "visit_end_datetime": f"{day} 11:00:00",
            "visit_type_concept_id": "32817", "provider_id": plants.plant("name"),
            "care_site_id": plants.plant("address"), "visit_source_value": "",
            "admitted_from_source_value": "", "discharged_to_source_value": "",
        })  # fmt: skip
        for name, (date, _, columns) in OMOP_EVENTS.items():
            tables[name].append({
                f"{name}_id": plants.plant("account"), "person_id": person, f"{date}_date": day,
                f"{date}_datetime": f"{day} 09:30:00", "visit_occurrence_id": visit,
                "provider_id": plants.plant("name"), **columns,
            })  # fmt: skip
    return tables


def _planted(
    rows: list[Row],
    plants: Plants,
    columns: Iterable[str],
    codes: tuple[str, ...],
    key: str | None = None,
) -> list[Row]:
    """Return rows that hold, in each column, an identifier of each kind; in `codes` as a code too.

    They are copies of rows but the first, under a new `key`, so that nothing else is wrong.
    """
    found = []
    for number, column in enumerate(columns):
        for place, kind in enumerate(KINDS):
            row = rows[1 + (number * len(KINDS) + place) % (len(rows) - 1)]
            texts = [plants.plant(kind)] + ([plants.as_code(kind)] if column in codes else [])
            for text in texts:
                own = {key: plants.plant("record_number")} if key else {}
                found.append(row | own | {column: text})
    return found


def _with_text(row: Row, plants: Plants) -> Row:
    return row | {column: plants.plant(kind) for column, kind in zip(EXTRA, KINDS, strict=False)}


def _write(path: Path, rows: list[Row]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    columns = dict.fromkeys(name for row in rows for name in row)
    frame = pl.DataFrame(
        [[row.get(name, "") for name in columns] for row in rows],
        schema=dict.fromkeys(columns, pl.String),
        orient="row",
    )
    frame.write_csv(path)
