"""Who of those due was assessed: the chance of each course, by what was known of it before."""

from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipelines.definitions import Definitions
from pipelines.estimates.intervals import Floats
from pipelines.estimates.logistic import logistic, own_terms

COLUMNS = ("category", "sex", "age_band", "clinic_key", "later_course")


@dataclass(frozen=True)
class Participation:
    """A logistic regression of being assessed, one element or row per due course.

    assessed: 1 or 0. patients: numbers of the patients from 0. weights: 1 / chance of those
    assessed, else 0. design: the terms. spread: the inverse of the information.
    """

    assessed: Floats = field(repr=False)
    patients: NDArray[np.int64] = field(repr=False)
    chances: Floats = field(repr=False)
    design: Floats = field(repr=False)
    spread: Floats = field(repr=False)

    @property
    def weights(self) -> Floats:
        """Return the weight of each course."""
        return self.assessed / self.chances

    def carried(self, places: NDArray[np.uint32], own: Floats) -> Floats:
        """Return what each course adds to a group's sum `own` of weighted deviations by the model.

        The weights are estimated; that they fit the courses at hand makes the share more certain.
        """
        slope = -(own * (1 - self.chances[places])) @ self.design[places]
        scores = (self.assessed - self.chances)[:, None] * self.design
        carried: Floats = scores @ (self.spread @ slope)
        return carried


def participation(due: pl.DataFrame, definitions: Definitions) -> Participation | str:
    """Return the model of who was assessed, or the reason (of estimate_refusals) why there is none.

    `due` has one row per due course with status, severity, patient_key, is_first_course and the
    other columns that are terms. A level is a term of its own where enough courses of it are
    assessed and enough missing (setting weighted_level_min), else it counts with the commonest.
    """
    assessed = (due["status"] != "not_assessed").to_numpy().astype(np.float64)
    least = definitions.setting("weighted_level_min")
    if assessed.sum() < least or (1 - assessed).sum() < least:
        return "too_few_for_weights"
    courses = due.with_columns(later_course=~pl.col("is_first_course"))
    model = logistic(courses, assessed, own_terms(courses, assessed, COLUMNS, least))
    if model is None:
        return "separated"
    patients = due["patient_key"].rank("dense").to_numpy().astype(np.int64) - 1
    return Participation(assessed, patients, model.chances, model.design, model.spread)
