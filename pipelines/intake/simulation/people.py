"""Patients of the practice: who they are, where they come, and for what."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.intake import contract
from pipelines.intake.simulation.arrays import (
    FIRST_WORKDAY,
    LAST_WORKDAY,
    Flags,
    Floats,
    Ints,
    chosen,
    framed,
    named,
)  # fmt: skip
from pipelines.intake.simulation.world import World

TREATED, CONSULTED, ESKETAMINE = 0, 1, 2
WAYS = np.array([[0.905, 0.07, 0.025]])
UNASSIGNABLE = 0.016
GROWTH = 0.4  # by how much more patients start a day at the end than at the beginning
AGES = np.array([18, 25, 35, 45, 55, 65, 75, 85, 90])
ADULT_BANDS = contract.AGE_BANDS[1:10]
OTHER_SEX, UNKNOWN_SEX, UNKNOWN_AGE, UNKNOWN_REGION = 0.006, 0.004, 0.003, 0.03


@dataclass(frozen=True)
class People:
    """One entry per patient, in the order of their keys, which is no order in time.

    way: TREATED with ketamine infusions, CONSULTED only, or ESKETAMINE. assignable: whether orders
    or codes tell the indication. start: working day of the first treatment or consultation.
    effect: the patient's own part in response, standard normal.
    """

    key: pl.Series
    clinic: Ints
    condition: Ints
    way: Ints
    assignable: Flags
    sex: Ints
    age: Ints
    start: Ints
    weight_kg: Floats
    effect: Floats


def people(rng: np.random.Generator, world: World, key: pl.Series) -> People:
    """Return one patient per key."""
    n = len(key)
    clinic = chosen(rng, np.tile(world.clinic("share"), (n, 1)))
    condition = chosen(rng, world.shares[clinic])
    way = chosen(rng, np.repeat(WAYS, n, axis=0))
    condition[way == ESKETAMINE] = world.condition_number("treatment_resistant")
    sex = _sex(rng, world, condition)
    return People(
        key=key,
        clinic=clinic,
        condition=condition,
        way=way,
        assignable=rng.random(n) >= UNASSIGNABLE,
        sex=sex,
        age=_age(rng, world, condition),
        start=_start(rng, n),
        weight_kg=np.clip(rng.normal(np.where(sex == 1, 88, 76), 15), 45, 150),
        effect=rng.standard_normal(n),
    )


def patients_frame(rng: np.random.Generator, world: World, people: People) -> pl.DataFrame:
    """Return the canonical table patients."""
    n = len(people.key)
    band = np.searchsorted(AGES, people.age, side="right") - 1
    band = np.where(rng.random(n) < UNKNOWN_AGE, len(ADULT_BANDS), band)
    region = named(world.clinics["region"].to_list(), people.clinic)
    known = pl.Series(rng.random(n) >= UNKNOWN_REGION)
    columns = {
        "patient_key": people.key,
        "sex": named(contract.SEXES, people.sex),
        "age_band": named((*ADULT_BANDS, "unknown"), band),
        "region": pl.select(pl.when(known).then(region)).to_series(),
    }
    return framed(contract.PATIENTS, columns)


def _sex(rng: np.random.Generator, world: World, condition: Ints) -> Ints:
    """Return numbers in contract.SEXES; a condition of women only has no other sex."""
    share = world.condition("female")[condition]
    sex = np.where(rng.random(len(condition)) < share, 0, 1)
    rare = rng.random(len(condition))
    sex = np.where((share < 1) & (rare < OTHER_SEX), 2, sex)
    return np.where((share < 1) & (rare > 1 - UNKNOWN_SEX), 3, sex)


def _age(rng: np.random.Generator, world: World, condition: Ints) -> Ints:
    age = rng.normal(world.condition("age")[condition], world.condition("age_sd")[condition])
    low, high = world.condition("age_low")[condition], world.condition("age_high")[condition]
    return np.asarray(np.clip(np.round(age), low, high), dtype=np.int64)


def _start(rng: np.random.Generator, n: int) -> Ints:
    """Return working days; the number of starts a day grows in a straight line."""
    low = 1 - GROWTH / 2
    at = (np.sqrt(low**2 + 2 * GROWTH * rng.random(n)) - low) / GROWTH
    return FIRST_WORKDAY + np.floor(at * (LAST_WORKDAY - FIRST_WORKDAY + 1)).astype(np.int64)
