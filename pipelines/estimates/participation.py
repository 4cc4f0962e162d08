"""Who of those due was assessed: the chance of each course, by what was known of it before."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipelines.definitions import Definitions
from pipelines.estimates.intervals import Floats

TINY = 1e-6  # a chance as small is none: somebody would speak for a million
TERMS = ("category", "sex", "age_band", "clinic_key", "later_course")


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

    `due` has one row per due course with status, severity, patient_key, course_number and the
    columns of TERMS. A level is a term of its own where enough courses of it are assessed and
    enough missing (setting weighted_level_min), else it counts with the commonest level.
    """
    from statsmodels.genmod.families import Binomial
    from statsmodels.genmod.generalized_linear_model import GLM
    from statsmodels.tools.sm_exceptions import PerfectSeparationWarning

    assessed = (due["status"] != "not_assessed").to_numpy().astype(np.float64)
    least = definitions.setting("weighted_level_min")
    if assessed.sum() < least or (1 - assessed).sum() < least:
        return "too_few_for_weights"
    design = _design(due, least)
    try:
        fitted = GLM(assessed, design, family=Binomial()).fit()
    except (PerfectSeparationWarning, np.linalg.LinAlgError):
        return "separated"
    chances = np.asarray(fitted.fittedvalues, dtype=np.float64)
    if not fitted.converged or not chances.min() > TINY or np.allclose(chances, assessed):
        return "separated"
    spread = np.asarray(fitted.normalized_cov_params, dtype=np.float64)
    patients = due["patient_key"].rank("dense").to_numpy().astype(np.int64) - 1
    return Participation(assessed, patients, chances, design, spread)


def _design(due: pl.DataFrame, least: int) -> Floats:
    """Return a constant, the severity less its mean, and one column for each level of its own."""
    severity = due["severity"].to_numpy().astype(np.float64)
    columns = [np.ones(due.height), *_levels(due, least)]
    if np.ptp(severity) > 0:
        columns.append(severity - severity.mean())
    return _independent(np.column_stack(columns))


def _levels(due: pl.DataFrame, least: int) -> Iterator[Floats]:
    told = due.with_columns(
        missing=pl.col("status") == "not_assessed", later_course=~pl.col("is_first_course")
    )
    for term in TERMS:
        counted = told.group_by(term).agg(
            n=pl.len(), missing=pl.col("missing").sum(), assessed=(~pl.col("missing")).sum()
        )
        ordered = counted.sort(pl.col("n"), term, descending=[True, False])
        own = ordered[1:].filter((pl.col("missing") >= least) & (pl.col("assessed") >= least))
        for level in own[term].to_list():
            yield told[term].eq_missing(pl.Series([level])).to_numpy().astype(np.float64)


def _independent(design: Floats) -> Floats:
    """Return the columns that do not follow from those before them."""
    kept: list[int] = []
    for number in range(design.shape[1]):
        tried = design[:, [*kept, number]]
        if np.linalg.matrix_rank(tried.T @ tried) > len(kept):
            kept.append(number)
    return design[:, kept]
