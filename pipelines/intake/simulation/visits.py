"""Visits: consultations, infusions, follow-up, and the appointments that were not kept."""

from collections.abc import Mapping

import numpy as np
import polars as pl

from pipelines.intake import contract
from pipelines.intake.simulation.arrays import (
    FROM,
    THROUGH,
    Flags,
    Floats,
    Ints,
    calendar,
    framed,
    named,
)
from pipelines.intake.simulation.courses import Courses
from pipelines.intake.simulation.outcomes import Outcomes
from pipelines.intake.simulation.people import CONSULTED, People
from pipelines.intake.simulation.world import EARLY, WINDOWS, World

CONSULTATION, INFUSION, FOLLOW_UP = 0, 1, 2  # numbers in contract.VISIT_KINDS
COMPLETED, NO_SHOW, LATE_CANCELLED, CANCELLED = 0, 1, 2, 3  # and in contract.VISIT_STATUSES
UNKEPT = (0.4, 0.7)  # of appointments not kept: no-shows up to here, late cancellations up to there
MONDAYS = 1.5  # appointments of a Monday are missed more often
IN_PERSON, INVITED = 0.3, 0.25  # of end scores, and of those not taken
PREPARATION_MINUTES = 25


def other_visits(
    rng: np.random.Generator,
    world: World,
    people: People,
    courses: Courses,
    outcomes: Outcomes,
    captured: Flags,
    infusions: pl.DataFrame,
) -> pl.DataFrame:
    """Return the visits without an infusion: patient, clinic, day, kind, status, chair minutes."""
    rows = [
        _consultations(rng, world, people),
        _missed(rng, world, infusions),
        _follow_up(rng, courses, outcomes, captured),
    ]
    return pl.concat(rows).filter(pl.col("day").is_between(FROM, THROUGH))


def visits_frame(
    people: People, world: World, visit_key: pl.Series, rows: pl.DataFrame
) -> pl.DataFrame:
    """Return the canonical table visits, in the order of the rows."""
    columns = {
        "visit_key": visit_key,
        "patient_key": people.key.gather(rows["patient"]),
        "clinic_key": named(world.clinics["clinic_key"].to_list(), rows["clinic"].to_numpy()),
        "visit_date": rows["day"],
        "visit_kind": named(contract.VISIT_KINDS, rows["kind"].to_numpy()),
        "visit_status": named(contract.VISIT_STATUSES, rows["status"].to_numpy()),
        "chair_minutes": rows["chair"].fill_nan(None),
    }
    return framed(contract.VISITS, columns)


def infusion_visits(rng: np.random.Generator, infusions: pl.DataFrame) -> pl.DataFrame:
    """Return the visit of each infusion, in the order of the rows."""
    before = PREPARATION_MINUTES + 5 * rng.integers(-2, 5, infusions.height)
    return _rows(
        {
            "patient": infusions["patient"].to_numpy(),
            "clinic": infusions["clinic"].to_numpy(),
            "day": infusions["day"].to_numpy(),
            "kind": np.full(infusions.height, INFUSION),
            "status": np.full(infusions.height, COMPLETED),
            "chair": (infusions["minutes"] + infusions["recovery"]).to_numpy() + before,
        }
    )


def _rows(columns: Mapping[str, Ints | Floats], kept: Flags | None = None) -> pl.DataFrame:
    frame = pl.DataFrame({name: pl.Series(values) for name, values in columns.items()})
    whole = pl.col("patient", "clinic", "day", "kind", "status").cast(pl.Int64)
    frame = frame.with_columns(whole, pl.col("chair").cast(pl.Float64))
    return frame if kept is None else frame.filter(pl.Series(kept, dtype=pl.Boolean))


def _unkept(rng: np.random.Generator, n: int) -> Ints:
    luck = rng.random(n)
    return np.where(
        luck < UNKEPT[0], NO_SHOW, np.where(luck < UNKEPT[1], LATE_CANCELLED, CANCELLED)
    )


def _consultations(rng: np.random.Generator, world: World, people: People) -> pl.DataFrame:
    """Return the first consultation of everyone, and one that was not kept before some of them."""
    n = len(people.key)
    lead = np.where(people.way == CONSULTED, 0, 2 + rng.poisson(9, n))
    day = people.start - lead
    missed = rng.random(n) < world.clinic("missed")[people.clinic]
    gone = (people.way == CONSULTED) & (rng.random(n) < 0.25)
    patient = np.arange(n)
    kept = {
        "patient": patient, "clinic": people.clinic, "day": calendar(day),
        "kind": np.full(n, CONSULTATION), "status": np.where(gone, _unkept(rng, n), COMPLETED),
        "chair": np.where(gone, np.nan, 30 + 5.0 * rng.integers(0, 7, n)),
    }  # fmt: skip
    earlier = {
        **kept, "day": calendar(day - rng.integers(3, 9, n)), "status": _unkept(rng, n),
        "chair": np.full(n, np.nan),
    }  # fmt: skip
    return pl.concat([_rows(kept), _rows(earlier, missed)])


def _missed(rng: np.random.Generator, world: World, infusions: pl.DataFrame) -> pl.DataFrame:
    """Return appointments for an infusion that were not kept, the day before some infusions."""
    n = infusions.height
    clinic, day = infusions["clinic"].to_numpy(), infusions["day"].to_numpy() - 1
    monday = (day + 3) % 7 == 0
    chance = world.clinic("missed")[clinic] * np.where(monday, MONDAYS, 1)
    weekday = (day + 3) % 7 < 5
    columns = {
        "patient": infusions["patient"].to_numpy(), "clinic": clinic, "day": day,
        "kind": np.full(n, INFUSION), "status": _unkept(rng, n), "chair": np.full(n, np.nan),
    }  # fmt: skip
    return _rows(columns, weekday & (rng.random(n) < chance))


def _follow_up(
    rng: np.random.Generator, courses: Courses, outcomes: Outcomes, captured: Flags
) -> pl.DataFrame:
    """Return follow-up visits: some end scores are taken there, some are missing with the visit."""
    n = len(courses.patient)
    found = []
    for window in range(EARLY + 1, len(WINDOWS)):
        came = captured[:, window]
        day = outcomes.end_day[:, window]
        columns = {
            "patient": courses.patient, "clinic": courses.clinic, "day": day,
            "kind": np.full(n, FOLLOW_UP), "status": np.where(came, COMPLETED, _unkept(rng, n)),
            "chair": np.where(came, 15 + 5.0 * rng.integers(0, 5, n), np.nan),
        }  # fmt: skip
        weekday = (day + 3) % 7 < 5
        found.append(_rows(columns, weekday & (rng.random(n) < np.where(came, IN_PERSON, INVITED))))
    return pl.concat(found)
