"""FHIR resources drawn in a line, and what the reader makes of them."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import polars as pl

from pipelines.definitions import load
from pipelines.intake import contract
from pipelines.intake.fhir import read
from pipelines.intake.profile import find
from pipelines.intake.scratch import Scratch, scratch

Resource = dict[str, object]

LOINC, SNOMED = "http://loinc.org", "http://snomed.info/sct"
ICD10CM = "http://hl7.org/fhir/sid/icd-10-cm"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
CPT = "http://www.ama-assn.org/go/cpt"


def concept(system: str, code: str) -> Resource:
    return {"coding": [{"system": system, "code": code, "display": "free text"}]}


def reference(text: str) -> Resource:
    return {"reference": text}


def patient(key: str = "p", /, **fields: object) -> Resource:
    return {"resourceType": "Patient", "id": key, "gender": "female", **fields}


def encounter(key: str = "e", day: str = "2025-03-01", /, **fields: object) -> Resource:
    return {
        "resourceType": "Encounter", "id": key, "status": "finished",
        "subject": reference("Patient/p"), "serviceProvider": reference("Organization/north"),
        "period": {"start": f"{day}T09:00:00-05:00", "end": f"{day}T11:00:00-05:00"}, **fields,
    }  # fmt: skip


def infusion(key: str = "i", day: str = "2025-03-01", /, **fields: object) -> Resource:
    """Ketamine from 9:30 to 10:10."""
    return {
        "resourceType": "MedicationAdministration", "id": key, "status": "completed",
        "subject": reference("Patient/p"), "context": reference("Encounter/e"),
        "medicationCodeableConcept": concept(RXNORM, "6130"),
        "effectivePeriod": {"start": f"{day}T09:30:00-05:00", "end": f"{day}T10:10:00-05:00"},
        "dosage": {"route": concept(SNOMED, "47625008"), "dose": {"value": 35, "unit": "mg"}},
        **fields,
    }  # fmt: skip


def observation(loinc: str = "44261-6", /, value: object = 12, **fields: object) -> Resource:
    """A score of the day of the infusion, at 9:10."""
    return {
        "resourceType": "Observation", "id": f"o-{loinc}", "status": "final",
        "subject": reference("Patient/p"), "code": concept(LOINC, loinc),
        "effectiveDateTime": "2025-03-01T09:10:00-05:00", "valueInteger": value, **fields,
    }  # fmt: skip


def ndjson(*resources: Mapping[str, object]) -> str:
    return "".join(json.dumps(resource) + "\n" for resource in resources)


class Reading:
    """What the reader made of an export; every reading is checked to be exact."""

    def __init__(self, working: Scratch) -> None:
        self._working = working
        totals = self.frame("left_out").group_by("unit", "reason").agg(pl.col("rows").sum())
        self.left_out = {(unit, reason): rows for unit, reason, rows in totals.rows()}
        self.refused = self.rows("refused", "unit", "file", "source_row", "rule")

    def frame(self, table: str) -> pl.DataFrame:
        frame: pl.DataFrame = self._working.connection.table(f"mapped.{table}").pl()
        return frame

    def rows(self, table: str, *columns: str) -> list[tuple[object, ...]]:
        """Return some columns of a mapped table, in the order of the export."""
        order = [name for name in ("unit", "item") if name in self.frame(table).columns]
        frame = self.frame(table).sort(order) if order else self.frame(table)
        return frame.select(columns).rows()

    def accounts(self) -> dict[str, tuple[int, int, int, int]]:
        """Return by unit: rows in, items of mapped rows, refused, left out."""
        found: dict[str, tuple[int, int, int, int]] = {}
        mapped = pl.concat(
            [self.frame(table.name).select("unit", "item") for table in contract.TABLES]
        ).unique()
        units = self.frame("units").group_by("unit").agg(pl.col("rows_in").sum())
        for unit, rows_in in units.rows():
            items = mapped.filter(pl.col("unit") == unit).height
            refused = self.frame("refused").filter(pl.col("unit") == unit).height
            left = int(self.frame("left_out").filter(pl.col("unit") == unit)["rows"].sum())
            found[unit] = (int(rows_in), items, refused, left)
        return found


@contextmanager
def reading(source: Path, **changes: object) -> Iterator[Reading]:
    """Read an export; the account must be exact, or the test fails."""
    place = source.parent / "work"
    with scratch(place, load()) as working:
        read(working, source, find("fhir").model_copy(update=changes))
        made = Reading(working)
        for unit, (rows_in, items, refused, left) in made.accounts().items():
            assert rows_in == items + refused + left, (unit, rows_in, items, refused, left)
        yield made


def written(folder: Path, *resources: Mapping[str, object]) -> Path:
    """Write resources as one file per type, as bulk exports do."""
    export = folder / "export"
    export.mkdir(exist_ok=True)
    for kind in dict.fromkeys(str(resource["resourceType"]) for resource in resources):
        same = [resource for resource in resources if resource["resourceType"] == kind]
        (export / f"{kind}.ndjson").write_text(ndjson(*same))
    return export


@contextmanager
def made(folder: Path, *resources: Mapping[str, object], **changes: object) -> Iterator[Reading]:
    """Write resources as a bulk export and read it."""
    with reading(written(folder, *resources), **changes) as found:
        yield found
