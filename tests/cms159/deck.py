"""The official test cases, read where they lie; nothing of them is kept."""

import csv
import json
from functools import cache
from pathlib import Path

from tests.cms159.drawing import Json

POPULATIONS = ("initial_population", "denominator", "denominator_exclusion", "numerator")
Expected = dict[str, tuple[int, ...]]


def expected(deck: Path) -> Expected:
    """Return the populations by case that the authors of the measure expect."""
    with (deck / "expected.csv").open() as file:
        return {
            row["case"]: tuple(int(row[name]) for name in POPULATIONS)
            for row in csv.DictReader(file)
        }


@cache
def cases(deck: Path) -> dict[str, list[Json]]:
    """Return the resources of each case."""
    return {
        folder.name: [json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))]
        for folder in sorted((deck / "cases").iterdir())
    }


def as_one(deck: Path, folder: Path) -> Path:
    """Write all cases as one export, an NDJSON file per type, ids prefixed by the case.

    Ids repeat across cases, and three service requests name a patient of another server: each
    subject becomes the case's patient, which is what an engine that is given one case makes of it.
    """
    folder.mkdir()
    for number, found in enumerate(cases(deck).values(), start=1):
        for one in found:
            prefixed = one | {"id": f"c{number}-{one['id']}"[:64]}
            if "subject" in one:
                patient = next(p["id"] for p in found if p["resourceType"] == "Patient")
                prefixed["subject"] = {"reference": f"Patient/c{number}-{patient}"}
            with (folder / f"{one['resourceType']}.ndjson").open("a") as file:
                file.write(json.dumps(prefixed) + "\n")
    return folder
