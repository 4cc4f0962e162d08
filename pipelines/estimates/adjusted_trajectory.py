"""Mean scores week by week, adjusted for who is still scored: a linear mixed model."""

import warnings
from dataclasses import dataclass, field

import numpy as np
import polars as pl
from scipy.special import stdtrit

from pipelines.definitions import Definitions
from pipelines.estimates.intervals import Floats
from pipelines.estimates.result import Provenance, Question

SCHEMA = pl.Schema(
    {
        "week": pl.Int64(), "courses": pl.Int64(), "seen": pl.Float64(),
        "mean": pl.Float64(), "low": pl.Float64(), "high": pl.Float64(),
    }
)  # fmt: skip
SINGULAR = 1e-8  # a variance as small a part of the residual one is none


@dataclass(frozen=True)
class MixedModel:
    """Adjusted means by week in points, their standard errors, and the variance of what differs.

    `between`: covariance of the patients' own intercepts, or of their intercepts and weekly slopes;
    `within`: variance of single scores around them.
    """

    weeks: tuple[int, ...]
    means: Floats = field(repr=False)
    errors: Floats = field(repr=False)
    between: Floats = field(repr=False)
    within: float
    patients: int

    def limits(self) -> tuple[Floats, Floats]:
        """Return 95 % limits of the means, by t with one degree of freedom less than patients."""
        wide = stdtrit(self.patients - 1, 0.975) * self.errors
        return self.means - wide, self.means + wide


@dataclass(frozen=True)
class AdjustedTrajectory:
    """Mean scores by week as they are and adjusted, as counted: not for display.

    `frame` has week, courses scored, seen (their mean) and the adjusted mean with its 95 % limits,
    in points of `instrument`. `slopes`: whether patients have slopes of their own. Without numbers
    `refused`, a code of estimate_refusals, says why and `frame` is empty.
    """

    question: Question
    instrument: str | None
    frame: pl.DataFrame = field(repr=False)
    slopes: bool
    refused: str | None
    definitions: Definitions = field(repr=False)
    provenance: Provenance


def adjusted_trajectory(
    instrument: str | None,
    scores: pl.DataFrame,
    question: Question,
    definitions: Definitions,
    provenance: Provenance,
) -> AdjustedTrajectory:
    """Return the mean score by week as if nobody had stopped being scored.

    `scores` are those of `weekly_scores`. Every week with at least adjusted_week_min scores has a
    mean of its own, the baseline (week 0) too; patients differ from these means by a straight line, or where
    that can't be told in intercept only; restricted maximum likelihood (Laird and Ware 1982,
    Biometrics 38:963). Right if who is missing depends on nothing but the scores that were seen and
    the differences between patients are normal. Several courses of a patient share what is theirs.
    """
    least = definitions.setting("adjusted_week_min")
    counted = scores.group_by("week").agg(courses=pl.len().cast(pl.Int64), seen=pl.mean("score"))
    enough = counted.filter(pl.col("courses") >= least).sort("week")
    told = scores.filter(pl.col("week").is_in(enough["week"].implode()))
    reason = _reason(told)
    model = None if reason else mixed_means(told)
    if reason or model is None:
        return AdjustedTrajectory(
            question, instrument, pl.DataFrame(schema=SCHEMA), False, reason or "no_fit",
            definitions, provenance,
        )  # fmt: skip
    low, high = model.limits()
    frame = enough.with_columns(
        mean=pl.Series(model.means),
        low=pl.Series(low),
        high=pl.Series(high),
    ).select(SCHEMA.names())
    slopes = len(model.between) > 1
    return AdjustedTrajectory(question, instrument, frame, slopes, None, definitions, provenance)


def mixed_means(scores: pl.DataFrame) -> MixedModel | None:
    """Return the model of scores with patient_key, week, score; None where none can be fitted.

    Patients have an intercept and a weekly slope of their own, or only the intercept where slopes
    can't be told.
    """
    ordered = scores.sort("patient_key", "week")
    weeks = ordered["week"].unique().sort().to_list()
    design = np.column_stack([(ordered["week"] == week).to_numpy() for week in weeks])
    patients = ordered["patient_key"].rank("dense").to_numpy()
    number = ordered["week"].to_numpy().astype(np.float64)
    for own in (np.column_stack([np.ones(len(number)), number]), np.ones((len(number), 1))):
        found = _fitted(ordered["score"].to_numpy(), design.astype(np.float64), patients, own)
        if found is not None:
            means, errors, between, within = found
            number_of = ordered["patient_key"].n_unique()
            return MixedModel(tuple(weeks), means, errors, between, within, number_of)
    return None


def _reason(told: pl.DataFrame) -> str | None:
    if told["week"].n_unique() < 2:
        return "too_few_weeks"
    if told["patient_key"].n_unique() < 2:
        return "one_patient"
    return None if told["score"].n_unique() > 1 else "scores_alike"


def _fitted(
    scores: Floats, design: Floats, patients: Floats, own: Floats
) -> tuple[Floats, Floats, Floats, float] | None:
    """Return means, standard errors, variances between and within; None where it does not converge."""
    from statsmodels.regression.mixed_linear_model import MixedLM

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            result = MixedLM(scores, design, patients, exog_re=own).fit(reml=True, method=["lbfgs"])
        except (Warning, np.linalg.LinAlgError, ValueError):
            return None
    between = np.asarray(result.cov_re, dtype=np.float64)
    errors = np.asarray(result.bse_fe, dtype=np.float64)
    within = float(result.scale)
    if not result.converged or not np.isfinite(errors).all() or not within > 0:
        return None
    if np.linalg.eigvalsh(between).min() <= SINGULAR * within:
        return None
    return np.asarray(result.fe_params, dtype=np.float64), errors, between, within
