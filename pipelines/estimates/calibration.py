"""Whether expected chances come true: as many respond as expected, among low and high alike."""

from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import logit

from pipelines.estimates.exact import clopper_pearson
from pipelines.estimates.expected import Expected, responded
from pipelines.estimates.intervals import Floats
from pipelines.estimates.logistic import CONSTANT, Term, logistic, matrix

Ints = NDArray[np.int64]
FIFTHS = 5
FOLDS = 10
DIGITS = 9  # chances that differ by less are the same, whatever their last bits
SLOPE: Term = ("log_odds", None)


@dataclass(frozen=True)
class Calibration:
    """How far chances came true.

    `fifths` has one row per fifth of the courses by their chance, lowest first: fifth, courses,
    expected (mean chance), responded, observed, low, high (exact 95 % limits). `slope`: 1 where
    chances spread as far as outcomes, under 1 where they claim too much. `concordance`: how often,
    of one who responded and one who did not, both given a chance by the same model, the first had the
    higher; 0.5 is a coin.
    """

    fifths: pl.DataFrame = field(repr=False)
    slope: float
    concordance: float


def calibration(assessed: pl.DataFrame, model: Expected) -> Calibration | str:
    """Return the calibration of a model, or the reason (of estimate_refusals) why there is none.

    A fitted model is not asked about the courses that it was fitted to: each tenth of the patients
    gets its chances from the other nine. Tenths hold about as many who responded: else a tenth with
    few of them would get high chances, just because the others hold more. A loaded model is asked as it
    is. Sources: Steyerberg 2019, Clinical Prediction Models, chapter 15; for pairs within a tenth, Airola
    et al. 2011, Comput Stat Data Anal 55:1828.
    """
    outcome = responded(assessed)
    if outcome.min() == outcome.max():
        return "no_events_to_tell"
    fold = _folds(assessed, outcome) if model.fitted else np.zeros(assessed.height, np.int64)
    chances = _unseen(assessed, outcome, model, fold)
    if chances is None:
        return "told_exactly"
    along = assessed.select(log_odds=pl.Series(logit(chances)))
    slope = logistic(along, outcome, [CONSTANT, SLOPE])
    if slope is None or SLOPE not in slope.terms:
        return "same_chance_for_all"
    return Calibration(
        _fifths(chances, outcome),
        float(slope.coefficients[1]),
        _concordance(chances, outcome, fold),
    )


def _folds(assessed: pl.DataFrame, outcome: Floats) -> Ints:
    """Return the tenth of each course's patient; the patients who ever responded are dealt first."""
    courses = assessed.select("patient_key", met=pl.Series(outcome))
    patients = (
        courses.group_by("patient_key")
        .agg(pl.col("met").max())
        .sort("met", "patient_key", descending=[True, False])
        .select("patient_key", fold=pl.int_range(pl.len()) % FOLDS)
    )
    dealt = courses.join(patients, on="patient_key", how="left", maintain_order="left")
    return dealt["fold"].to_numpy().astype(np.int64)


def _concordance(chances: Floats, outcome: Floats, fold: Ints) -> float:
    """Return the share of pairs within folds of which who responded had the higher chance; nan without
    pairs.
    """
    from scipy.stats import mannwhitneyu  # slow to import

    alike, higher, pairs = np.round(chances, DIGITS), 0.0, 0.0
    for number in np.unique(fold):
        met, unmet = (alike[(fold == number) & (outcome == value)] for value in (1, 0))
        if len(met) and len(unmet):
            higher += mannwhitneyu(met, unmet).statistic
            pairs += len(met) * len(unmet)
    return higher / pairs if pairs else np.nan


def _unseen(assessed: pl.DataFrame, outcome: Floats, model: Expected, fold: Ints) -> Floats | None:
    """Return the chance of each course by a model that has not seen the patients of its fold."""
    if model.fitted is None:
        return model.chances
    chances = np.empty(assessed.height)
    for number in np.unique(fold):
        here, there = fold == number, fold != number
        other = logistic(assessed.filter(there), outcome[there], model.fitted.terms)
        if other is None:
            return None
        odds = matrix(assessed.filter(here), other.terms) @ other.coefficients
        chances[here] = 1 / (1 + np.exp(-odds))
    return chances


def _fifths(chances: Floats, outcome: Floats) -> pl.DataFrame:
    rows = pl.DataFrame({"chance": chances, "met": outcome})
    place = (FIFTHS * (pl.col("chance").rank("ordinal").cast(pl.Int64) - 1)) // pl.len()
    counted = (
        rows.group_by(fifth=place + 1)
        .agg(
            courses=pl.len().cast(pl.Int64),
            expected=pl.col("chance").mean(),
            responded=pl.col("met").sum().cast(pl.Int64),
        )
        .sort("fifth")
    )
    met = counted["responded"].to_numpy().astype(np.float64)
    courses = counted["courses"].to_numpy().astype(np.float64)
    low, high = clopper_pearson(met, courses)
    return counted.with_columns(
        observed=pl.col("responded") / pl.col("courses"), low=pl.Series(low), high=pl.Series(high)
    )
