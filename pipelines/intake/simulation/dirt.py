"""Rows that break the contract, added to the true ones, which stay as they are."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta

import numpy as np
import polars as pl

from pipelines.intake import contract
from pipelines.intake.simulation.arrays import DATA_FROM, named
from pipelines.intake.simulation.keys import DIRT, Keys

SHARE = 0.0007  # of a table's rows, over its kinds of dirt
FUTURE = date(2031, 1, 1)


def dirtied(
    rng: np.random.Generator,
    tables: Mapping[str, pl.DataFrame],
    patients: Keys,
    visits: Keys,
    first: int,
) -> dict[str, pl.DataFrame]:
    """Return the tables with dirty rows at their ends, one of each kind at least.

    `first` is a number of this chunk; unknown keys are made from it, so that chunks share none.
    """
    unused = np.int64(DIRT - 100_000) - np.arange(first, first + 100)
    strangers = patients.written(patients.scattered(unused))
    nowhere = visits.written(visits.scattered(unused))
    kinds: dict[str, list[Callable[[int], pl.DataFrame]]] = {
        "scores": [
            lambda n: _scores(rng, tables, n, "phq_9", 32, None),
            lambda n: _scores(rng, tables, n, "nrs_average_7d", 11, None),
            lambda n: _scores(rng, tables, n, "phq_9", 12, FUTURE),
        ],
        "visits": [
            lambda n: _some(rng, tables["visits"], n),
            lambda n: _of_strangers(rng, tables["visits"], strangers, nowhere, n),
        ],
        "infusions": [lambda n: _without_visit(rng, tables["infusions"], nowhere, n)],
        "vital_signs": [lambda n: _impossible_pressure(rng, tables["infusions"], n)],
        "diagnoses": [lambda n: _dotted(rng, tables["patients"], n)],
    }
    return {
        name: pl.concat([frame, *(kind(_number(frame, len(kinds[name]))) for kind in kinds[name])])
        if name in kinds
        else frame
        for name, frame in tables.items()
    }


def _number(frame: pl.DataFrame, kinds: int) -> int:
    return max(1, round(SHARE * frame.height / kinds))


def _some(rng: np.random.Generator, frame: pl.DataFrame, n: int) -> pl.DataFrame:
    n = min(n, frame.height)
    place = np.sort(rng.choice(frame.height, n, replace=False))
    return frame.select(pl.all().gather(pl.Series(place)))


def _scores(
    rng: np.random.Generator,
    tables: Mapping[str, pl.DataFrame],
    n: int,
    instrument: str,
    score: int,
    day: date | None,
) -> pl.DataFrame:
    patient = _some(rng, tables["patients"], n)["patient_key"]
    days = [day or DATA_FROM + timedelta(int(at)) for at in rng.integers(0, 1000, len(patient))]
    rows = {"patient_key": patient, "assessed_on": pl.Series(days, dtype=pl.Date)}
    return _shaped(
        contract.SCORES.name,
        pl.DataFrame(rows).with_columns(
            instrument=pl.lit(instrument), timing=pl.lit("unspecified"), score=pl.lit(score)
        ),
    )


def _of_strangers(
    rng: np.random.Generator, visits: pl.DataFrame, strangers: pl.Series, keys: pl.Series, n: int
) -> pl.DataFrame:
    rows = _some(rng, visits, min(n, len(keys)))
    place = np.arange(rows.height)
    return rows.with_columns(visit_key=keys.gather(place), patient_key=strangers.gather(place))


def _without_visit(
    rng: np.random.Generator, infusions: pl.DataFrame, keys: pl.Series, n: int
) -> pl.DataFrame:
    rows = _some(rng, infusions, min(n, len(keys)))
    return rows.with_columns(visit_key=keys.gather(len(keys) - 1 - np.arange(rows.height)))


def _impossible_pressure(rng: np.random.Generator, infusions: pl.DataFrame, n: int) -> pl.DataFrame:
    """Return a systolic pressure of 412 at a minute that has no true reading."""
    rows = _some(rng, infusions, n).select("visit_key")
    wrong = rows.with_columns(minute=pl.lit(55), sign=pl.lit("systolic"), value=pl.lit(412))
    return _shaped(contract.VITAL_SIGNS.name, wrong)


def _dotted(rng: np.random.Generator, patients: pl.DataFrame, n: int) -> pl.DataFrame:
    rows = _some(rng, patients, n).select("patient_key")
    dotted = named(("F33.2", "G90.511", "M79.7"), rng.integers(0, 3, rows.height))
    wrong = rows.with_columns(
        icd10cm=dotted, recorded_on=pl.lit(DATA_FROM), role=pl.lit("problem_list")
    )
    return _shaped(contract.DIAGNOSES.name, wrong)


def _shaped(name: str, rows: pl.DataFrame) -> pl.DataFrame:
    return rows.select(
        pl.col(column.name).cast(column.dtype) for column in contract.BY_NAME[name].columns
    )
