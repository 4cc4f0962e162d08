"""Intervals of a share, for independent and for clustered courses."""

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import ndtri, stdtrit

Floats = NDArray[np.float64]


def wilson(successes: Floats, trials: Floats, alpha: float = 0.05) -> tuple[Floats, Floats]:
    """Return lower and upper Wilson score limits of successes / trials; NaN where trials is 0.

    Numbers need not be whole: an effective sample size is allowed. Source: Wilson 1927 (JASA
    22:209), method 3 of Newcombe 1998 (Stat Med 17:857).
    """
    z = ndtri(1 - alpha / 2)
    n = np.where(trials > 0, trials, np.nan)
    share = np.minimum(successes / n, 1.0)
    middle = share + z**2 / (2 * n)
    reach = z * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    whole = 1 + z**2 / n
    return np.clip((middle - reach) / whole, 0.0, 1.0), np.clip((middle + reach) / whole, 0.0, 1.0)


def design_effects(assessed: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    """Return `by`, design_effect, at least 1, of a share with several courses per patient, and divisor.

    `assessed` has one row per assessed course: the `by` columns, patient_key, responded (Boolean).
    The effect is the variance of the ratio of patient totals over the binomial variance (Cochran
    1977, Sampling Techniques, section 6.5), with k/(k-1) for k patients. Where nobody or everybody
    responded, it is the one of courses that agree fully within a patient; with one patient,
    the number of courses. divisor is what makes numbers of courses effective ones: the design
    effect times the squared ratio of the t quantile with k - 1 degrees of freedom to the normal
    one, because the variance is told from k patients only (Korn and Graubard 1998, Survey
    Methodology 24:193).
    """
    patients = assessed.group_by([*by, "patient_key"]).agg(
        n=pl.len().cast(pl.Float64), y=pl.col("responded").sum().cast(pl.Float64)
    )
    share = pl.col("y").sum() / pl.col("n").sum()
    spread = ((pl.col("y") - pl.col("n") * share) ** 2).sum()
    keys = pl.len().cast(pl.Float64)
    binomial = share * (1 - share) * pl.col("n").sum()
    agreeing = (pl.col("n") ** 2).sum() / pl.col("n").sum()
    effect = (
        pl.when((keys < 2) | (binomial <= 0))
        .then(agreeing)
        .otherwise(keys / (keys - 1) * spread / binomial)
    )
    summed = patients.group_by(by) if by else patients.group_by(pl.lit(0).alias("all"))
    found = summed.agg(design_effect=pl.max_horizontal(effect, pl.lit(1.0)), patients=pl.len())
    wider = wider_for_few(found["patients"].to_numpy())
    told = found.drop("patients").with_columns(divisor=pl.col("design_effect") * pl.Series(wider))
    return told if by else told.drop("all")


def wider_for_few(patients: NDArray[np.uint32], alpha: float = 0.05) -> Floats:
    """Return the squared ratio of t to normal quantiles; 1 with one patient, who has no spread."""
    freedom = np.maximum(patients.astype(np.float64) - 1, 1)
    ratio = stdtrit(freedom, 1 - alpha / 2) / ndtri(1 - alpha / 2)
    wider: Floats = np.where(patients > 1, ratio**2, 1.0)
    return wider
