"""Courses of ketamine infusions: for what, when, how many, and whether they help in truth."""

from dataclasses import dataclass, fields, replace

import numpy as np

from pipelines.intake.simulation.arrays import (
    FROM,
    THROUGH,
    Flags,
    Floats,
    Ints,
    calendar,
    chosen,
    next_workday,
)  # fmt: skip
from pipelines.intake.simulation.people import TREATED, People
from pipelines.intake.simulation.schedule import induction_days, maintenance_days
from pipelines.intake.simulation.world import POST, World

WINDOW_SHARE, PATIENT_SHARE = (
    0.8,
    0.5,
)  # of the latent variance: common to windows; of that, to courses
DROPOUT = (0.13, 0.06)  # without response, with response
MAINTAINED = (0.04, 0.38)
REPEATED, ELSEWHERE = 0.18, 0.15
AFTER_INDUCTION, AFTER_LAST = 140, 60  # days; the windows and baselines of two courses keep apart
WAIT = 110
ROLES = np.array([[0.35, 0.40, 0.25]])  # infusion order, encounter, problem list
STARTED_BEFORE_DATA_DAYS = 56


@dataclass(frozen=True)
class Courses:
    """One entry per course; days are days since 1970-01-01.

    planned, given: induction infusions. dropped: stopped after one to three. responded: course x
    window. induction, maintenance: course x place, the day or -1. ordered: the infusions carry the
    indication; else codes with the role (number in contract.ROLES) tell it. first: the patient's
    first course in this category.
    """

    patient: Ints
    condition: Ints
    clinic: Ints
    start: Ints
    planned: Ints
    given: Ints
    dropped: Flags
    responded: Flags
    induction: Ints
    maintenance: Ints
    ordered: Flags
    role: Ints
    first: Flags

    @property
    def last_induction(self) -> Ints:
        """Return the day of the last infusion of the induction, planned ones after the data too."""
        return np.asarray(self.induction.max(axis=1), dtype=np.int64)

    @property
    def counted(self) -> Flags:
        """Return whether the truth counts the course, a known baseline apart."""
        return self.first & (self.start - FROM > STARTED_BEFORE_DATA_DAYS)


def courses(rng: np.random.Generator, world: World, people: People) -> Courses:
    """Return first and repeated courses of the treated patients.

    Whether a course is repeated, and when, does not depend on whether it helped.
    """
    patient = np.flatnonzero(people.way == TREATED)
    ordered = (
        rng.random(len(people.key)) < world.clinic("ordered")[people.clinic]
    ) & people.assignable
    first = _drawn(
        rng, world, people, patient, people.condition[patient], people.start[patient], ordered
    )
    free = np.maximum(
        first.last_induction + AFTER_INDUCTION, first.maintenance.max(axis=1) + AFTER_LAST
    )
    start = next_workday(free + rng.exponential(WAIT, len(free)).astype(np.int64))
    again = (rng.random(len(free)) < REPEATED) & (calendar(start) <= THROUGH)
    condition = _next_condition(rng, world, first)
    second = _drawn(rng, world, people, patient[again], condition[again], start[again], ordered)
    category = _category(world)
    elsewhere = category[condition] != category[first.condition]
    role = np.where(second.role == 2, 0, second.role)  # an old problem list may tell of the first
    return _joined(first, replace(second, first=elsewhere[again], role=role))


def _category(world: World) -> Ints:
    """Return a number per condition, the same for those of one category."""
    names = np.array(world.conditions["category"].to_list())
    return np.unique(names, return_inverse=True)[1].astype(np.int64)


def _next_condition(rng: np.random.Generator, world: World, first: Courses) -> Ints:
    """Return the condition of a second course: the same, or at times one of another category."""
    category = _category(world)
    drawn = chosen(rng, world.shares[first.clinic])
    fits = category[drawn] != category[first.condition]
    fits &= world.condition("female")[drawn] < 1  # nobody gets a condition of women only unasked
    fits &= rng.random(len(drawn)) < ELSEWHERE
    return np.where(fits, drawn, first.condition)


def _drawn(
    rng: np.random.Generator,
    world: World,
    people: People,
    patient: Ints,
    condition: Ints,
    start: Ints,
    ordered: Flags,
) -> Courses:
    n = len(patient)
    responded = _responded(rng, world, condition, people.effect[patient])
    low, high = (world.condition(f"infusions_{end}")[condition] for end in ("low", "high"))
    planned = (low + np.floor(rng.random(n) * (high - low + 1))).astype(np.int64)
    chance = np.where(responded[:, POST], DROPOUT[1], DROPOUT[0])
    dropped = (rng.random(n) < chance) & (planned > 1)
    early = 1 + np.floor(rng.random(n) * np.minimum(3, planned - 1)).astype(np.int64)
    given = np.where(dropped, early, planned)
    induction = induction_days(rng, start, given)
    kept = ~dropped & (rng.random(n) < np.where(responded[:, POST], MAINTAINED[1], MAINTAINED[0]))
    return Courses(
        patient=patient,
        condition=condition,
        clinic=people.clinic[patient],
        start=calendar(start),
        planned=planned,
        given=given,
        dropped=dropped,
        responded=responded,
        induction=induction,
        maintenance=maintenance_days(rng, induction.max(axis=1), kept),
        ordered=ordered[patient],
        role=chosen(rng, np.repeat(ROLES, n, axis=0)),
        first=np.ones(n, dtype=np.bool_),
    )


def _responded(rng: np.random.Generator, world: World, condition: Ints, effect: Floats) -> Flags:
    """Return course x window: a latent normal lies under the cut with exactly the true chance."""
    n = len(condition)
    own = np.sqrt(PATIENT_SHARE) * effect + np.sqrt(1 - PATIENT_SHARE) * rng.standard_normal(n)
    noise = rng.standard_normal((n, world.cut.shape[1]))
    latent = np.sqrt(WINDOW_SHARE) * own[:, None] + np.sqrt(1 - WINDOW_SHARE) * noise
    return np.asarray(latent < world.cut[condition], dtype=np.bool_)


def _joined(one: Courses, other: Courses) -> Courses:
    both = {
        f.name: np.concatenate([getattr(one, f.name), getattr(other, f.name)]) for f in fields(one)
    }
    return Courses(**both)
