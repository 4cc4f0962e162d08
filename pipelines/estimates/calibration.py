"""Whether expected chances come true: as many respond as expected, among low and high alike."""

from dataclasses import dataclass, field

import numpy as np
import polars as pl
from scipy.special import logit

from pipelines.estimates.exact import clopper_pearson
from pipelines.estimates.expected import Expected, responded
from pipelines.estimates.intervals import Floats
from pipelines.estimates.logistic import CONSTANT, Term, logistic, matrix

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
    of one who responded and one who did not, the first had the higher chance; 0.5 is a coin.
    """

    fifths: pl.DataFrame = field(repr=False)
    slope: float
    concordance: float


def calibration(assessed: pl.DataFrame, model: Expected) -> Calibration | str:
    """Return the calibration of a model, or the reason (of estimate_refusals) why there is none.

    A fitted model is not asked about the courses that it was fitted to: each tenth of the patients
    gets its chances from the other nine. A loaded one is asked as it is. Source: Steyerberg 2019,
    Clinical Prediction Models, chapter 15.
    """
    from scipy.stats import mannwhitneyu  # slow to import

    outcome = responded(assessed)
    if outcome.min() == outcome.max():
        return "no_events_to_tell"
    chances = _unseen(assessed, outcome, model)
    if chances is None:
        return "told_exactly"
    along = assessed.select(log_odds=pl.Series(logit(chances)))
    slope = logistic(along, outcome, [CONSTANT, SLOPE])
    if slope is None or SLOPE not in slope.terms:
        return "same_chance_for_all"
    alike = np.round(chances, DIGITS)
    higher = mannwhitneyu(alike[outcome == 1], alike[outcome == 0]).statistic
    pairs = outcome.sum() * (1 - outcome).sum()
    return Calibration(
        _fifths(chances, outcome), float(slope.coefficients[1]), float(higher / pairs)
    )


def _unseen(assessed: pl.DataFrame, outcome: Floats, model: Expected) -> Floats | None:
    """Return the chance of each course by a model that has not seen its patient."""
    if model.fitted is None:
        return model.chances
    fold = (assessed["patient_key"].rank("dense") % FOLDS).to_numpy()
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
