"""How fast an import is, against what DuckDB alone needs to read the same columns to Parquet.

    .venv/bin/python -m tests.benchmarks.import_speed csv fhir --gigabytes 1 --rounds 3

Prints, for each format and round: size, seconds of the bare read, seconds of the import, their
ratio, and the highest memory of the import. Times mean little on a busy machine: each round reads
and imports one after the other, and the median of the ratios is what counts.
"""

import argparse
import json
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import TextIO

import duckdb

from pipelines.intake.fhir.shapes import COLUMNS
from pipelines.intake.scratch import MEMORY_LIMIT

PROFILE = """
name = "bench"

[files.patients]
path = "patients.csv"
names = ["first_name", "last_name"]

[files.visits]
path = "visits.csv"

[files.scores]
path = "scores.csv"

[tables.patients]
from = "patients"
columns = { patient_key = "mrn", sex = { column = "sex", values = { F = "female", M = "male" } }, age_band = { column = "born", birth_date = true } }

[tables.visits]
from = "visits"
columns = { visit_key = "visit", patient_key = "mrn", clinic_key = "clinic", visit_date = "day", visit_kind = "kind", visit_status = "status" }

[tables.infusions]
from = "visits"
keep = { column = "kind", values = ["infusion"] }
columns = { visit_key = "visit", agent = { constant = "ketamine" }, route = { constant = "iv" }, dose_mg = "dose" }

[tables.scores]
from = "scores"
columns = { patient_key = "mrn", instrument = { column = "tool", values = { PHQ9 = "phq_9", GAD7 = "gad_7" } }, assessed_on = "taken_at", timing = { column = "moment", values = { pre = "before_infusion", none = "unspecified" } }, score = "total" }
"""
SCORES_PER_PATIENT = 60


def main() -> None:
    """Measure the formats that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("formats", nargs="+", choices=["csv", "fhir"])
    parser.add_argument("--gigabytes", type=float, default=1.0)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    for name in asked.formats:
        with tempfile.TemporaryDirectory(prefix="abate-bench-") as place:
            measure(name, asked.gigabytes, asked.rounds, Path(place))


def measure(name: str, gigabytes: float, rounds: int, place: Path) -> None:
    """Write an export; read it bare, import it, and print what that took, round by round."""
    export = place / "export"
    export.mkdir()
    {"csv": write_csv, "fhir": write_fhir}[name](export, gigabytes * 1e9)
    profile = place / "profile.toml"
    profile.write_text(PROFILE)
    size = sum(file.stat().st_size for file in export.iterdir()) / 1e9
    timed_bare(name, export, place)  # so that the export lies in memory for all that follow
    ratios = []
    for _ in range(rounds):
        bare = timed_bare(name, export, place)
        seconds, peak = timed_import("fhir" if name == "fhir" else str(profile), export, place)
        ratios.append(seconds / bare)
        print(
            f"{name}: {size:.2f} GB, bare {bare:.1f} s, import {seconds:.1f} s,"
            f" ratio {ratios[-1]:.2f}, peak memory {peak / 1e6:.2f} GB",
            flush=True,
        )
    print(f"{name}: {size:.2f} GB, median ratio {statistics.median(ratios):.2f}", flush=True)


CSV_COLUMNS = {
    "patients": ["mrn", "born", "sex"],
    "visits": ["visit", "mrn", "clinic", "day", "kind", "status", "dose"],
    "scores": ["mrn", "tool", "taken_at", "moment", "total"],
}


def timed_bare(name: str, export: Path, place: Path) -> float:
    """Return the seconds that DuckDB alone needs from the export's files to Parquet."""
    start = time.monotonic()
    with duckdb.connect(config={"memory_limit": MEMORY_LIMIT, "threads": 2}) as connection:
        for file in sorted(export.iterdir()):
            if name == "csv":
                read = connection.read_csv(str(file), header=True, all_varchar=True)
                read = read.select(*CSV_COLUMNS[file.stem])
            else:
                read = connection.read_json(
                    str(file), format="newline_delimited", columns=COLUMNS[file.stem]
                )
            read.write_parquet(str(place / f"{file.stem}.parquet"))
    return time.monotonic() - start


def timed_import(profile: str, export: Path, place: Path) -> tuple[float, float]:
    """Return the seconds of the whole command and its highest memory in kB."""
    for folder in ("practice", "walk"):
        shutil.rmtree(place / folder, ignore_errors=True)
    command = [
        sys.executable, "-c", "from pipelines.cli import main; main()", "import", str(export),
        "--profile", profile, "--into", str(place / "practice"), "--crosswalk", str(place / "walk"),
    ]  # fmt: skip
    start = time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    seconds = time.monotonic() - start
    return seconds, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss


def write_csv(export: Path, size: float) -> None:
    """Write patients, visits and a file of scores of about so many bytes."""
    chance = random.Random(1)
    scores = export / "scores.csv"
    with (
        scores.open("w") as out,
        (export / "patients.csv").open("w") as people,
        (export / "visits.csv").open("w") as visits,
    ):
        out.write("id,mrn,first_name,last_name,tool,taken_at,moment,total,note\n")
        people.write("mrn,first_name,last_name,born,sex,phone\n")
        visits.write("visit,mrn,clinic,day,kind,status,dose\n")
        number = 0
        while out.tell() < size:
            who = f"MRN{number:08d}"
            people.write(f"{who},Anna{number},Example{number},1960-05-17,F,555-0100\n")
            start = date(2022, 1, 1) + timedelta(chance.randrange(1000))
            for visit in range(6):
                visits.write(
                    f"{who}-{visit},{who},north,{start + timedelta(4 * visit)},infusion,completed,40\n"
                )
            for score in range(SCORES_PER_PATIENT):
                day = start + timedelta(7 * score - 7)
                out.write(
                    f"{number}{score:03d},{who},Anna{number},Example{number},"
                    f"{'PHQ9' if score % 2 else 'GAD7'},{day}T10:{score:02d}:00,none,"
                    f'{chance.randrange(21)},"seen by Dr. Example, felt better"\n'
                )
            number += 1


def write_fhir(export: Path, size: float) -> None:
    """Write NDJSON of patients, encounters, infusions and about so many bytes of Observations."""
    chance = random.Random(1)
    names = ("Patient", "Encounter", "MedicationAdministration", "Observation")
    files = {name: (export / f"{name}.ndjson").open("w") for name in names}
    number = 0
    while files["Observation"].tell() < size:
        _write_patient(files, number, chance)
        number += 1
    for file in files.values():
        file.close()


def _write_patient(files: Mapping[str, TextIO], number: int, chance: random.Random) -> None:
    who, start = f"pat-{number:08d}", date(2022, 1, 1) + timedelta(chance.randrange(1000))
    subject = {"reference": f"Patient/{who}"}

    def write(kind: str, identifier: str, **content: object) -> None:
        line = json.dumps({"resourceType": kind, "id": identifier, **content})
        files[kind].write(line + "\n")

    write("Patient", who, gender="female", birthDate="1960-05-17",
          name=[{"family": f"Example{number}", "given": ["Anna"]}])  # fmt: skip
    for visit in range(4):
        day = start + timedelta(4 * visit)
        period = {"start": f"{day}T09:00:00-05:00", "end": f"{day}T11:30:00-05:00"}
        encounter = f"enc-{number:08d}-{visit}"
        write("Encounter", encounter, status="finished", subject=subject, period=period,
              serviceProvider={"reference": "Organization/north"})  # fmt: skip
        write(
            "MedicationAdministration", f"ma-{number:08d}-{visit}", status="completed",
            medicationCodeableConcept={"coding": [{"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "6130"}]},
            subject=subject, context={"reference": f"Encounter/{encounter}"}, effectivePeriod=period,
            dosage={"dose": {"value": 40, "unit": "mg"}},
        )  # fmt: skip
    for score in range(SCORES_PER_PATIENT):
        day = start + timedelta(7 * score - 7)
        code, text = [("44261-6", "PHQ-9"), ("70274-6", "GAD-7"), ("8302-2", "Body height")][
            score % 3
        ]
        write(
            "Observation", f"obs-{number:08d}-{score:03d}", status="final",
            category=[{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "survey"}]}],
            code={"coding": [{"system": "http://loinc.org", "code": code, "display": text}], "text": text},
            subject=subject, encounter={"reference": f"Encounter/enc-{number:08d}-{score % 4}"},
            effectiveDateTime=f"{day}T10:{score:02d}:00-05:00",
            issued=f"{day}T10:{score:02d}:30-05:00",
            valueQuantity={"value": chance.randrange(21), "unit": "{score}", "system": "http://unitsofmeasure.org", "code": "{score}"},
        )  # fmt: skip


if __name__ == "__main__":
    main()
