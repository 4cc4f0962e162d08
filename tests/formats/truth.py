"""One practice as it truly was, before any export: true days, the clinic's own numbers as keys."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from pipelines.intake import contract
from pipelines.intake.simulation.writing import simulate_practice
from tests.formats.handmade import birth_dates, handmade

PATIENTS, SEED = 300, 11
FIRST_NUMBERS = {"patient_key": 4_100_001, "visit_key": 70_000_001, "clinic_key": 31}
# What an infusion was ordered for, as a code on the order. Treatment resistance has none: it is
# told from the antidepressants tried before.
ORDERED = {
    ("neuropathic_pain", "crps"): "G90511",
    ("neuropathic_pain", "postherpetic"): "B0229",
    ("neuropathic_pain", "diabetic"): "E1142",
    ("neuropathic_pain", "trigeminal"): "G500",
    ("neuropathic_pain", "phantom_limb"): "G546",
    ("neuropathic_pain", "central"): "G890",
    ("neuropathic_pain", "other"): "G629",
    ("tmj", None): "M26629",
    ("headache", "migraine"): "G43709",
    ("headache", "tension_type"): "G44229",
    ("headache", "new_daily_persistent"): "G4452",
    ("headache", "other"): "R519",
    ("musculoskeletal_pain", "back_neck"): "M5450",
    ("musculoskeletal_pain", "joint_other"): "M1711",
    ("musculoskeletal_pain", "fibromyalgia"): "M797",
    ("depression", "mdd"): "F331",
    ("depression", "treatment_resistant"): "F332",
    ("depression", "postpartum"): "F530",
    ("depression", "bipolar"): "F314",
    ("severe_anxiety", None): "F411",
    ("other", "anxiety_not_severe"): "F419",
    ("other", "ptsd"): "F4310",
    ("other", "ocd"): "F422",
    ("other", "unspecified_pain"): "R52",
}
FIRST_NAMES = ("Orlaith", "Cosmo", "Yevgenia", "Thaddeus", "Marisol", "Ignatius", "Zbigniew")
LAST_NAMES = ("Quillfeather", "Brzezinski", "Okonkwo", "Vandersteen", "Featherstonehaugh")


@dataclass(frozen=True)
class Truth:
    """A practice: its canonical tables, and who its patients are.

    `people`: patient_key, birth_date (null where not known), first, last, mrn, phone.
    """

    tables: Mapping[str, pl.DataFrame]
    people: pl.DataFrame

    def __getitem__(self, name: str) -> pl.DataFrame:
        """Return a canonical table."""
        return self.tables[name]


def true_practice(folder: Path) -> Truth:
    """Simulate a practice into a new folder; return it with the hand-made patients."""
    simulate_practice(folder, PATIENTS, SEED, missing="informative")
    (records,) = (folder / "records").glob("[0-9]*")
    own = handmade()
    tables = {
        name: pl.concat([pl.read_parquet(records / f"{name}-0000.parquet"), own[name]])
        for name in contract.BY_NAME
    }
    tables["patients"] = tables["patients"].with_columns(region=pl.lit(None, pl.String))
    tables["visits"] = _with_clinicians(tables["visits"])
    tables["diagnoses"] = _with_orders(tables)
    born = _birth_dates(tables["patients"], tables["visits"])
    numbers = {name: _numbers(tables, name, first) for name, first in FIRST_NUMBERS.items()}
    return Truth(
        {name: _numbered(frame, numbers) for name, frame in tables.items()},
        _people(_numbered(born, numbers)),
    )


def _with_clinicians(visits: pl.DataFrame) -> pl.DataFrame:
    """Return visits with who saw the patient; nobody where nobody came."""
    seen = pl.when(visit_status="completed").then("clinic_key")
    return visits.with_columns(clinician_key=pl.format("dr.{}", seen))


def _with_orders(tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Return the diagnoses with one on the order of each infusion that says what it is for."""
    codes = pl.DataFrame(
        [(*indication, code) for indication, code in ORDERED.items()],
        schema=["category", "subtype", "icd10cm"], orient="row",
    )  # fmt: skip
    infusions = tables["infusions"].join(tables["visits"], on="visit_key")
    orders = infusions.join(codes, on=["category", "subtype"], nulls_equal=True).select(
        "patient_key",
        "icd10cm",
        pl.col("visit_date").alias("recorded_on"),
        pl.lit("infusion_order").alias("role"),
    )
    assert orders.height == infusions["category"].count()
    return pl.concat([tables["diagnoses"], orders]).unique(maintain_order=True)


def _birth_dates(patients: pl.DataFrame, visits: pl.DataFrame) -> pl.DataFrame:
    """Return a birth date for each patient by which the true age band is that of the first visit."""
    given = dict(birth_dates().iter_rows())
    first = dict(visits.group_by("patient_key").agg(pl.col("visit_date").min()).iter_rows())
    rows = [
        (key, given[key] if key in given else _born(band, first[key], number))
        for number, (key, band) in enumerate(patients.select("patient_key", "age_band").iter_rows())
    ]
    schema = {"patient_key": pl.String, "birth_date": pl.Date}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _born(band: str, first_visit: date, number: int) -> date | None:
    """Return a birth date in the youngest year of a band: the birthday, or up to 11 months after."""
    if band == "unknown":
        return None
    year = first_visit.year - contract.YOUNGEST[band]
    month, day = 1 + number % 12, 1 + number % 28
    born_late = (month, day) > (first_visit.month, first_visit.day)
    return date(year - 1 if born_late else year, month, day)


def _numbers(tables: Mapping[str, pl.DataFrame], key: str, first: int) -> pl.DataFrame:
    """Return each key of one kind with the clinic's own number for it."""
    table = "patients" if key == "patient_key" else "visits"
    keys = tables[table].select(pl.col(key).unique().sort())
    return keys.with_columns(number=(first + pl.int_range(pl.len())).cast(pl.String))


def _numbered(frame: pl.DataFrame, numbers: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    for key, known in numbers.items():
        if key in frame.columns:
            new = pl.col(key).replace_strict(known[key], known["number"])
            frame = frame.with_columns(new)
    return frame


def _people(born: pl.DataFrame) -> pl.DataFrame:
    place = pl.int_range(pl.len())
    return born.with_columns(
        first=(place % len(FIRST_NAMES)).replace_strict(dict(enumerate(FIRST_NAMES))),
        last=(place % len(LAST_NAMES)).replace_strict(dict(enumerate(LAST_NAMES))),
        mrn=pl.format("MRN-{}", place + 880_001),
        phone=pl.format("303-555-{}", (place + 1000) % 10_000),
    )
