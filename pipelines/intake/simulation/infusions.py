"""Infusions: day by day what was given, how long it took, and whether it was stopped."""

from datetime import date

import numpy as np
import polars as pl

from pipelines.intake import contract
from pipelines.intake.simulation.arrays import (
    THROUGH,
    Flags,
    Floats,
    Ints,
    calendar,
    epoch_day,
    framed,
    named,
)
from pipelines.intake.simulation.courses import Courses
from pipelines.intake.simulation.people import ESKETAMINE, People
from pipelines.intake.simulation.world import World

DOSE_CHANGED_ON, DOSE_CHANGED_FOR, DOSE_AFTER = date(2025, 3, 1), "neuropathic_pain", 0.75
SPRAYS, SPRAY_MG = 8, 84
STOPPED = 0.012
STOP_REASONS = ("adverse_event", "blood_pressure", "patient_request", "iv_access", None)
STOP_SHARES = np.array([[0.45, 0.2, 0.25, 0.1]])
UNKNOWN_DOSE = 0.01


def infusions(
    rng: np.random.Generator, world: World, people: People, courses: Courses
) -> pl.DataFrame:
    """Return one row per infusion or spray: patient, condition, clinic, day, and what was given.

    course: its number, -1 for esketamine. place: 0 for the first of a course.
    """
    rows = pl.concat([_of_courses(courses), _of_esketamine(rng, people)])
    rows = rows.filter(pl.col("day") <= THROUGH).sort("patient", "day")
    return rows.with_columns(**_given(rng, world, people, rows))


def _of_courses(courses: Courses) -> pl.DataFrame:
    days = np.concatenate([courses.induction, courses.maintenance], axis=1)
    course, place = np.nonzero(days >= 0)
    return pl.DataFrame(
        {
            "patient": courses.patient[course],
            "condition": courses.condition[course],
            "clinic": courses.clinic[course],
            "course": course,
            "place": place,
            "day": days[course, place],
            "planned": courses.planned[course],
            "ordered": courses.ordered[course],
        }
    )


def _of_esketamine(rng: np.random.Generator, people: People) -> pl.DataFrame:
    """Return four to eight sprays, two a week; they make no course."""
    treated = np.flatnonzero(people.way == ESKETAMINE)
    patient = np.repeat(treated, SPRAYS)
    place = np.tile(np.arange(SPRAYS), len(treated))
    given = np.repeat(rng.integers(4, SPRAYS + 1, len(treated)), SPRAYS)
    rows = pl.DataFrame(
        {
            "patient": patient,
            "condition": people.condition[patient],
            "clinic": people.clinic[patient],
            "course": np.full(len(patient), -1),
            "place": place,
            "day": calendar(people.start[patient] + place * 5 // 2),
            "planned": np.full(len(patient), SPRAYS),
            "ordered": np.ones(len(patient), dtype=np.bool_),
        }
    )
    return rows.filter(pl.Series(place < given, dtype=pl.Boolean))


def _given(
    rng: np.random.Generator, world: World, people: People, rows: pl.DataFrame
) -> dict[str, Floats | Ints | Flags]:
    n = rows.height
    condition, clinic = rows["condition"].to_numpy(), rows["clinic"].to_numpy()
    spray = (rows["course"] < 0).to_numpy()
    stopped = rng.random(n) < STOPPED
    part = np.where(stopped, rng.uniform(0.2, 0.8, n), 1)
    weight = people.weight_kg[rows["patient"].to_numpy()]
    ordered = _dose_per_kg(world, rows) * (1 + 0.04 * rng.standard_normal(n))
    dose = np.where(spray, SPRAY_MG, np.round(ordered * weight * part))
    planned = world.condition("infusion_minutes")[condition]
    minutes = np.where(spray, 15, np.round((planned + rng.integers(-1, 3, n) * 5) * part))
    recovery = world.clinic("recovery_minutes")[clinic] + 13 * rng.standard_normal(n)
    recovery = np.where(spray, 105 + 10 * rng.standard_normal(n), recovery)
    return {
        "spray": spray,
        "per_kg": np.round(dose / weight, 2),
        "dose": np.where(rng.random(n) < UNKNOWN_DOSE, np.nan, dose),
        "minutes": np.maximum(minutes, 5),
        "recovery": np.maximum(np.round(recovery / 5) * 5, 15),
        "stopped": stopped,
        "reason": np.where(
            stopped, (rng.random((n, 1)) > np.cumsum(STOP_SHARES)[:-1]).sum(axis=1), 4
        ),
    }


def _dose_per_kg(world: World, rows: pl.DataFrame) -> Floats:
    condition = rows["condition"].to_numpy()
    changed = (world.conditions["category"] == DOSE_CHANGED_FOR).to_numpy()[condition]
    changed = changed & (rows["day"].to_numpy() >= epoch_day(DOSE_CHANGED_ON))
    return np.where(changed, DOSE_AFTER, world.condition("dose_mg_per_kg")[condition])


def infusions_frame(world: World, visit_key: pl.Series, rows: pl.DataFrame) -> pl.DataFrame:
    """Return the canonical table infusions, in the order of the rows."""
    condition = rows["condition"].to_numpy()
    spray = rows["spray"].to_numpy().astype(np.int64)
    ordered = rows["ordered"]
    category = named(world.conditions["category"].to_list(), condition)
    subtype = named(world.conditions["subtype"].to_list(), condition)
    columns = {
        "visit_key": visit_key,
        "agent": named(("ketamine", "esketamine"), spray),
        "route": named(("iv", "intranasal"), spray),
        "category": pl.select(pl.when(ordered).then(category)).to_series(),
        "subtype": pl.select(pl.when(ordered).then(subtype)).to_series(),
        "planned_sessions": rows["planned"],
        "dose_mg": rows["dose"].fill_nan(None),
        "dose_mg_per_kg": pl.select(
            pl.when(rows["dose"].is_not_nan() & ~rows["spray"]).then(rows["per_kg"])
        ).to_series(),
        "infusion_minutes": rows["minutes"],
        "recovery_minutes": rows["recovery"],
        "stopped_early": rows["stopped"],
        "stop_reason": named(STOP_REASONS, rows["reason"].to_numpy()),
    }
    return framed(contract.INFUSIONS, columns)
