"""Events per 100 infusions, with limits that allow for several events of one patient."""

from collections.abc import Sequence

import polars as pl

from pipelines.estimates.exact import poisson_limits
from pipelines.estimates.intervals import wider_for_few

PER = 100  # infusions


def with_rates(counted: pl.DataFrame, infusions: pl.Expr) -> pl.DataFrame:
    """Return counts with per_100, low and high in place of divisor: events per 100 infusions.

    Limits are the exact ones of a Poisson count for the effective numbers, which are events and
    infusions over divisor, as `event_divisors` tells it; where it is null or 1, those of
    independent events. All three are null where there are no infusions.
    """
    over = counted["divisor"].fill_null(1.0).to_numpy()
    low, high = poisson_limits(counted["events"].to_numpy() / over)
    told = counted.with_columns(
        _low=pl.Series(low * over), _high=pl.Series(high * over), _n=infusions
    )
    rates = [
        pl.when(pl.col("_n") > 0).then(PER * pl.col(name) / pl.col("_n")).alias(rate)
        for name, rate in (("events", "per_100"), ("_low", "low"), ("_high", "high"))
    ]
    return told.with_columns(rates).drop("_low", "_high", "_n", "divisor")


def event_divisors(rows: pl.DataFrame, by: Sequence[str] = ()) -> pl.DataFrame:
    """Return `by` and divisor: what makes numbers of events and infusions effective ones.

    `rows` are infusions, or sums of them, of patients with and without events: the `by` columns,
    patient_key, events, infusions. The divisor is the variance of the ratio of patient totals
    (Cochran 1977, Sampling Techniques, section 6.5), with k/(k-1) for k patients, over that of a
    Poisson count, times the squared ratio of the t quantile with k - 1 degrees of freedom to the
    normal one (Korn and Graubard 1998, Survey Methodology 24:193); so it allows for patients who
    differ in how often they have events, whatever the reason (Glynn and Buring 1996, BMJ 312:364).
    It is at least 1, so that limits are never narrower than those of independent events, and at
    most the number of events, since all of them are one effective event at the least. It is 1 where
    there is no event, or one patient, who has no spread.
    """
    own = pl.col("events", "infusions").sum().cast(pl.Float64)
    patients = rows.group_by([*by, "patient_key"]).agg(own)
    events, keys = pl.col("events").sum(), pl.len().cast(pl.Float64)
    rate = events / pl.col("infusions").sum()
    spread = ((pl.col("events") - rate * pl.col("infusions")) ** 2).sum()
    sums = {"all": events, "patients": pl.len(), "effect": keys / (keys - 1) * spread / events}
    found = patients.group_by(by).agg(**sums) if by else patients.select(**sums)
    wide = pl.col("effect") * pl.Series(wider_for_few(found["patients"].to_numpy()))
    held = pl.min_horizontal(
        pl.max_horizontal(wide, pl.lit(1.0)), pl.max_horizontal("all", pl.lit(1.0))
    )
    some = (pl.col("all") > 0) & (pl.col("patients") > 1)
    return found.select(*by, divisor=pl.when(some).then(held).otherwise(1.0))


def of_each_term(infusions: pl.DataFrame, events: pl.DataFrame) -> pl.DataFrame:
    """Return term, patient_key, events and infusions of each patient, whether they had the term or not.

    `infusions` has a row per infusion, `events` one per event recorded alike with its `events`.
    """
    given = infusions.group_by("patient_key").agg(infusions=pl.len().cast(pl.Int64))
    had = events.group_by("term", "patient_key").agg(pl.col("events").sum())
    every = events.select(pl.col("term").unique()).join(given, how="cross")
    joined = every.join(had, on=["term", "patient_key"], how="left")
    return joined.with_columns(pl.col("events").fill_null(0))
