"""What was known before: diagnoses and earlier treatments."""

import numpy as np
import polars as pl

from pipelines.intake import contract
from pipelines.intake.simulation.arrays import THROUGH, Flags, Ints, calendar, framed, named
from pipelines.intake.simulation.courses import Courses
from pipelines.intake.simulation.people import TREATED, People
from pipelines.intake.simulation.world import World

PROBLEM_LIST = contract.ROLES.index("problem_list")
ENCOUNTER = contract.ROLES.index("encounter")
INDIFFERENT = ("I10", "E119", "E785", "K219", "G4733", "Z87891")  # lead to no indication
# Shares that tried each of contract.TREATMENTS: mental health patients, the others.
MENTAL = np.array([0.85, 0.35, 0.03, 0.02, 0.65, 0.12, 0.05, 0.08, 0.02])
PHYSICAL = np.array([0.35, 0.85, 0.60, 0.45, 0.15, 0.03, 0.00, 0.01, 0.28])
CODED, ALSO_INDIFFERENT, COMORBID = 0.8, 0.35, 0.15


def diagnoses_frame(
    rng: np.random.Generator, world: World, people: People, courses: Courses
) -> pl.DataFrame:
    """Return the canonical table diagnoses.

    Where infusions carry no order, one code of each course leads to its condition. The unassignable
    have only codes that lead nowhere.
    """
    rows = pl.concat(
        [
            _of_courses(rng, world, people, courses),
            _of_untreated(rng, world, people),
            _comorbid(rng, world, people, courses),
            _indifferent(rng, people),
        ]
    )
    rows = rows.filter(pl.col("day") <= THROUGH).unique().sort("patient", "day", "code", "role")
    columns = {
        "patient_key": people.key.gather(rows["patient"]),
        "icd10cm": rows["code"],
        "recorded_on": rows["day"],
        "role": named(contract.ROLES, rows["role"].to_numpy()),
    }
    return framed(contract.DIAGNOSES, columns)


def _codes(rng: np.random.Generator, world: World, condition: Ints) -> pl.Series:
    """Return a code of each condition, the first of its list most often."""
    lists = [codes.split() for codes in world.conditions["codes"].to_list()]
    place = np.array([len(codes) for codes in lists])[condition] * rng.random(len(condition)) ** 1.6
    start = np.cumsum([0] + [len(codes) for codes in lists[:-1]])
    return named(
        [code for codes in lists for code in codes], start[condition] + place.astype(np.int64)
    )


def _rows(patient: Ints, code: pl.Series, day: Ints, role: Ints, kept: Flags) -> pl.DataFrame:
    rows = pl.DataFrame({"patient": patient, "code": code, "day": day, "role": role})
    return rows.filter(pl.Series(kept, dtype=pl.Boolean))


def _of_courses(
    rng: np.random.Generator, world: World, people: People, courses: Courses
) -> pl.DataFrame:
    n = len(courses.patient)
    role = courses.role
    earlier = courses.start - rng.integers(20, 1500, n)
    day = np.where(role == PROBLEM_LIST, earlier, courses.start)
    coded = ~courses.ordered | (rng.random(n) < CODED)
    kept = people.assignable[courses.patient] & coded
    return _rows(courses.patient, _codes(rng, world, courses.condition), day, role, kept)


def _of_untreated(rng: np.random.Generator, world: World, people: People) -> pl.DataFrame:
    n = len(people.key)
    role = np.full(n, ENCOUNTER)
    kept = people.assignable & (people.way != TREATED)
    return _rows(
        np.arange(n), _codes(rng, world, people.condition), calendar(people.start), role, kept
    )


def _comorbid(
    rng: np.random.Generator, world: World, people: People, courses: Courses
) -> pl.DataFrame:
    """Return other conditions on the problem list, of patients whose indication is elsewhere."""
    n = len(people.key)
    told = np.zeros(n, dtype=np.bool_)
    told[courses.patient[~courses.ordered & (courses.role == PROBLEM_LIST)]] = True
    condition = rng.integers(0, world.conditions.height, n)
    condition = np.where(world.condition("female")[condition] == 1, 0, condition)
    day = calendar(people.start) - rng.integers(30, 2000, n)
    kept = people.assignable & ~told & (rng.random(n) < COMORBID)
    return _rows(np.arange(n), _codes(rng, world, condition), day, np.full(n, PROBLEM_LIST), kept)


def _indifferent(rng: np.random.Generator, people: People) -> pl.DataFrame:
    n = len(people.key)
    code = named(INDIFFERENT, rng.integers(0, len(INDIFFERENT), n))
    day = calendar(people.start) - rng.integers(30, 2000, n)
    kept = rng.random(n) < ALSO_INDIFFERENT
    return _rows(np.arange(n), code, day, np.full(n, PROBLEM_LIST), kept)


def prior_treatments_frame(
    rng: np.random.Generator, world: World, people: People, courses: Courses
) -> pl.DataFrame:
    """Return the canonical table prior_treatments.

    Two antidepressants or more mean treatment-resistant depression, so plain major depression has
    fewer, or an unknown number.
    """
    n = len(people.key)
    treatments = len(contract.TREATMENTS)
    category = world.conditions["category"]
    mental = category.is_in(["depression", "severe_anxiety"]).to_numpy()[people.condition]
    likely = np.where(mental[:, None], MENTAL, PHYSICAL)
    tried = rng.random((n, treatments)) < likely
    count = 1 + rng.poisson(0.9, (n, treatments)).astype(np.float64)
    count[rng.random((n, treatments)) < 0.15] = np.nan
    plain = _ever(world, people, courses, "mdd")
    resistant = _ever(world, people, courses, "treatment_resistant")
    count[:, 0] = np.where(plain & (count[:, 0] > 1), 1, count[:, 0])
    count[:, 0] = np.where(resistant, 2 + rng.poisson(1.1, n), count[:, 0])
    tried[:, 0] |= resistant
    patient, treatment = np.nonzero(tried)
    return framed(
        contract.PRIOR_TREATMENTS,
        {
            "patient_key": people.key.gather(patient),
            "treatment": named(contract.TREATMENTS, treatment),
            "trials": count[patient, treatment],
        },
    )


def _ever(world: World, people: People, courses: Courses, subtype: str) -> Flags:
    number = world.condition_number(subtype)
    ever = people.condition == number
    ever[courses.patient[courses.condition == number]] = True
    return np.asarray(ever, dtype=np.bool_)
