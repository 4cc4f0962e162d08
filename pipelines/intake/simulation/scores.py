"""The canonical table scores: baselines, scores on the way, end scores."""

import numpy as np
import polars as pl

from pipelines.intake import contract
from pipelines.intake.simulation.arrays import FROM, THROUGH, Flags, Ints, framed, named
from pipelines.intake.simulation.courses import Courses
from pipelines.intake.simulation.outcomes import Outcomes
from pipelines.intake.simulation.people import People
from pipelines.intake.simulation.world import DAY_SCALE, EARLY, POST, WINDOWS, World

BEFORE, AFTER, UNSPECIFIED = 0, 2, 3  # numbers in contract.TIMINGS
SAME_DAY = 0.62  # of baselines; the others were taken up to two weeks earlier
ON_THE_WAY = ((2, 0.45), (4, 0.8))  # infusion, and how much of the change it shows
RATED_ON_THE_WAY = 0.6
RATED_TOO_LATE = 0.25  # of missing baselines: rated after the first infusion, which is no baseline
MANIC = 0.012


def scores_frame(
    rng: np.random.Generator,
    world: World,
    people: People,
    courses: Courses,
    outcomes: Outcomes,
    captured: Flags,
) -> pl.DataFrame:
    """Return the canonical table scores, by patient, day and instrument."""
    rows = [
        *_baselines(rng, world, courses, outcomes),
        *_on_the_way(rng, world, courses, outcomes),
        *_mania(rng, world, courses),
        *_ends(world, courses, outcomes, captured),
    ]
    rows.append(_too_late(rng, courses, outcomes))
    every = pl.concat(rows).filter(pl.col("day").is_between(FROM, THROUGH))
    every = every.unique(["patient", "scale", "day"], keep="first", maintain_order=True)
    every = every.sort("patient", "day", "scale")
    return framed(
        contract.SCORES,
        {
            "patient_key": people.key.gather(every["patient"]),
            "instrument": named(world.scales["instrument"].to_list(), every["scale"].to_numpy()),
            "assessed_on": every["day"],
            "timing": named(contract.TIMINGS, every["timing"].to_numpy()),
            "score": every["score"],
        },
    )


def _rows(
    kept: Flags, patient: Ints, scale: Ints | int, day: Ints, timing: Ints | int, score: Ints
) -> pl.DataFrame:
    """Return one row per kept course, as numbers."""
    n = len(kept)
    columns = {
        "patient": patient, "scale": np.broadcast_to(scale, n), "day": day,
        "timing": np.broadcast_to(timing, n), "score": score,
    }  # fmt: skip
    return pl.DataFrame({name: values[kept].astype(np.int64) for name, values in columns.items()})


def _baselines(
    rng: np.random.Generator, world: World, courses: Courses, outcomes: Outcomes
) -> list[pl.DataFrame]:
    n = len(courses.patient)
    lead = np.where(rng.random(n) < SAME_DAY, 0, rng.integers(1, 15, n))
    lead = np.minimum(lead, courses.start - FROM)
    timing = np.where(lead == 0, BEFORE, UNSPECIFIED)
    day = courses.start - lead
    rated = outcomes.recorded & outcomes.day_scale
    return [
        _rows(outcomes.recorded, courses.patient, outcomes.scale, day, timing, outcomes.baseline),
        _rows(rated, courses.patient, world.scale_number(DAY_SCALE), courses.start, BEFORE,
              outcomes.day_baseline),
    ]  # fmt: skip


def _too_late(rng: np.random.Generator, courses: Courses, outcomes: Outcomes) -> pl.DataFrame:
    late = ~outcomes.recorded & (rng.random(len(courses.patient)) < RATED_TOO_LATE)
    return _rows(late, courses.patient, outcomes.scale, courses.start, AFTER, outcomes.baseline)


def _on_the_way(
    rng: np.random.Generator, world: World, courses: Courses, outcomes: Outcomes
) -> list[pl.DataFrame]:
    """Return scores before later infusions of the induction, which no window holds."""
    n = len(courses.patient)
    weekly = ~np.isnan(world.days[outcomes.scale, POST, 0])
    weekly &= world.days[outcomes.scale, POST, 0] < 28  # instruments that look back four weeks wait
    spread = world.scale("baseline_sd")[outcomes.scale] / 5
    found = []
    for infusion, shown in ON_THE_WAY:
        change = shown * (outcomes.end[:, POST] - outcomes.baseline)
        near = np.round(outcomes.baseline + change + spread * rng.standard_normal(n))
        score = np.clip(near.astype(np.int64), 0, world.maximum[outcomes.scale])
        rated = outcomes.recorded & weekly & (courses.given > infusion)
        rated &= rng.random(n) < RATED_ON_THE_WAY
        day = courses.induction[:, infusion]
        found.append(_rows(rated, courses.patient, outcomes.scale, day, BEFORE, score))
    return found


def _mania(rng: np.random.Generator, world: World, courses: Courses) -> list[pl.DataFrame]:
    """Return YMRS scores before the first, third and fifth infusion in bipolar depression."""
    n, scale = len(courses.patient), world.scale_number("ymrs")
    bipolar = courses.condition == world.condition_number("bipolar")
    found = []
    for infusion in (0, 2, 4):
        manic = (rng.random(n) < MANIC) & (infusion > 0)
        score = np.where(manic, rng.integers(13, 28, n), rng.poisson(2.5, n))
        rated = bipolar & (courses.given > infusion)
        found.append(
            _rows(rated, courses.patient, scale, courses.induction[:, infusion], BEFORE, score)
        )
    return found


def _ends(
    world: World, courses: Courses, outcomes: Outcomes, captured: Flags
) -> list[pl.DataFrame]:
    """Return end scores; one on a day of maintenance was taken before the infusion."""
    found = []
    for window in range(len(WINDOWS)):
        scale = world.scale_number(DAY_SCALE) if window == EARLY else outcomes.scale
        day = outcomes.end_day[:, window]
        treated = (courses.maintenance == day[:, None]).any(axis=1)
        kept = captured[:, window] & (outcomes.day_scale | (window != EARLY))
        timing = np.where(treated, BEFORE, UNSPECIFIED)
        found.append(_rows(kept, courses.patient, scale, day, timing, outcomes.end[:, window]))
    return found
