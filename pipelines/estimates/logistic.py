"""Logistic regression over courses: which terms it has, and what it finds."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from pipelines.estimates.intervals import Floats

TINY = 1e-6  # a chance as small, or as near to 1, is none: the terms part the courses
Term = tuple[str, str | None]
CONSTANT: Term = ("constant", None)
SEVERITY: Term = ("severity", None)
NO_LEVEL = "none"


@dataclass(frozen=True)
class Logistic:
    """A fitted model: one coefficient per term, one chance per course.

    A term is a column and the level of it that the coefficient belongs to, or no level where the
    column is a number. `spread` is the covariance of the coefficients.
    """

    terms: tuple[Term, ...]
    coefficients: Floats = field(repr=False)
    spread: Floats = field(repr=False)
    design: Floats = field(repr=False)
    chances: Floats = field(repr=False)


def logistic(courses: pl.DataFrame, outcome: Floats, terms: Sequence[Term]) -> Logistic | None:
    """Return the model of an outcome (1 or 0 per course); None where terms tell it exactly."""
    from statsmodels.genmod.families import Binomial
    from statsmodels.genmod.generalized_linear_model import GLM
    from statsmodels.tools.sm_exceptions import PerfectSeparationWarning

    told = independent(courses, terms)
    design = matrix(courses, told)
    try:
        with warnings.catch_warnings(), np.errstate(over="ignore"):
            warnings.simplefilter("error", PerfectSeparationWarning)
            fitted = GLM(outcome, design, family=Binomial()).fit()
    except (PerfectSeparationWarning, np.linalg.LinAlgError):
        return None
    chances = np.asarray(fitted.fittedvalues, dtype=np.float64)
    apart = min(chances.min(), 1 - chances.max()) <= TINY or np.allclose(chances, outcome)
    if not fitted.converged or apart:
        return None
    spread = np.asarray(fitted.normalized_cov_params, dtype=np.float64)
    return Logistic(tuple(told), np.asarray(fitted.params), spread, design, chances)


def own_terms(
    courses: pl.DataFrame, outcome: Floats, columns: Sequence[str], least: int
) -> list[Term]:
    """Return the constant, severity, and each level of the columns that has enough courses.

    Enough is `least` with the outcome and as many without; other levels count with the commonest,
    which has no term. A missing value is the level `none`.
    """
    told = as_levels(courses, columns).with_columns(met=pl.Series(outcome))
    found = [CONSTANT, SEVERITY]
    for column in columns:
        counted = told.group_by(column).agg(
            n=pl.len(), met=pl.col("met").sum(), unmet=(1 - pl.col("met")).sum()
        )
        ordered = counted.sort(pl.col("n"), column, descending=[True, False])
        own = ordered[1:].filter((pl.col("met") >= least) & (pl.col("unmet") >= least))
        found += [(column, str(level)) for level in own[column].to_list()]
    return found


def as_levels(courses: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    """Return the courses with the columns as text, a missing value as `none`."""
    return courses.with_columns(pl.col(columns).cast(pl.String).fill_null(NO_LEVEL))


def matrix(courses: pl.DataFrame, terms: Sequence[Term]) -> Floats:
    """Return one row per course and one column per term."""
    told = as_levels(courses, sorted({column for column, level in terms if level is not None}))
    return np.column_stack([_column(told, term) for term in terms])


def independent(courses: pl.DataFrame, terms: Sequence[Term]) -> list[Term]:
    """Return the terms that do not follow from those before them."""
    basis: list[Floats] = []
    kept: list[Term] = []
    for term, column in zip(terms, matrix(courses, terms).T, strict=True):
        rest = column - sum((axis * (axis @ column) for axis in basis), np.zeros(len(column)))
        if np.linalg.norm(rest) > TINY * np.linalg.norm(column):
            basis.append(rest / np.linalg.norm(rest))
            kept.append(term)
    return kept


def _column(courses: pl.DataFrame, term: Term) -> Floats:
    column, level = term
    if term == CONSTANT:
        return np.ones(courses.height)
    if level is None:
        return courses[column].to_numpy().astype(np.float64)
    return (courses[column] == level).to_numpy().astype(np.float64)
