"""Which end scores were taken: by clinic and window, and by outcome where that is wanted."""

from datetime import date
from typing import Literal

import numpy as np

from pipelines.intake.simulation.arrays import Flags, epoch_day, logistic, logit
from pipelines.intake.simulation.courses import Courses
from pipelines.intake.simulation.world import POST, WINDOWS, World

Missing = Literal["informative", "at-random", "none"]
REMINDED_CLINIC, REMINDED_FROM, REMINDED_CAPTURE = "lake", date(2025, 1, 15), 0.80
NO_RESPONSE, DROPPED, RAISED = -0.7, -1.3, 0.45  # log odds; RAISED keeps the mean where it was
SPREAD = 0.5  # of patients around their clinic, log odds


def captured(rng: np.random.Generator, world: World, courses: Courses, missing: Missing) -> Flags:
    """Return course x window: whether the end score was taken.

    `at-random` looks at clinic, window and day of start only. The numbers drawn are the same for
    every kind of missing.
    """
    n = len(courses.patient)
    own, luck = rng.standard_normal(n), rng.random((n, len(WINDOWS)))
    share = np.stack([world.clinic(window)[courses.clinic] for window in WINDOWS], axis=1)
    clinic = world.clinics["clinic_key"].to_list().index(REMINDED_CLINIC)
    reminded = (courses.clinic == clinic) & (courses.start >= epoch_day(REMINDED_FROM))
    share[reminded, POST] = REMINDED_CAPTURE
    odds = logit(share) + SPREAD * own[:, None]
    if missing == "informative":
        odds += RAISED + NO_RESPONSE * ~courses.responded + DROPPED * courses.dropped[:, None]
    return np.asarray((luck < logistic(odds)) | (missing == "none"), dtype=np.bool_)
