"""Times of day for a practice whose records know days and minutes: when each thing happened."""

import polars as pl

from tests.formats.truth import Truth

ARRIVAL = pl.duration(hours=9, minutes=5)
PREPARATION = 25
BEFORE, AFTER = pl.duration(minutes=20), pl.duration(minutes=10)
EVENING = pl.duration(hours=19, minutes=30)


def visit_times(truth: Truth) -> pl.DataFrame:
    """Return the visits with arrived, left, started and ended, local times.

    left is null without chair minutes, started and ended without an infusion. Where the chair
    minutes are known, the infusion and the recovery fill their end.
    """
    minutes = truth["infusions"].select("visit_key", "infusion_minutes", "recovery_minutes")
    visits = truth["visits"].join(minutes, on="visit_key", how="left")
    arrived = pl.col("visit_date").cast(pl.Datetime) + ARRIVAL
    preparation = pl.col("chair_minutes") - pl.col("infusion_minutes") - pl.col("recovery_minutes")
    started = arrived + pl.duration(minutes=preparation.fill_null(PREPARATION))
    infusion = pl.duration(minutes="infusion_minutes")
    infused = pl.col("infusion_minutes").is_not_null()
    return visits.with_columns(
        arrived=arrived,
        left=arrived + pl.duration(minutes="chair_minutes"),
        started=pl.when(infused).then(started),
        ended=pl.when(infused).then(started + infusion),
    )


def score_times(truth: Truth) -> pl.DataFrame:
    """Return the scores with taken; null where only the day is known.

    On a day without an infusion it is evening, when in UTC the next day has begun.
    """
    infused = visit_times(truth).filter(pl.col("started").is_not_null())
    days = infused.select("patient_key", assessed_on="visit_date", started="started", ended="ended")
    halfway = pl.col("started") + (pl.col("ended") - pl.col("started")) / 2
    timed = truth["scores"].join(
        days, on=["patient_key", "assessed_on"], how="left", maintain_order="left"
    )
    return timed.with_columns(
        taken=pl.when(timing="before_infusion")
        .then(pl.col("started") - BEFORE)
        .when(timing="during_infusion")
        .then(halfway)
        .when(timing="after_infusion")
        .then(pl.col("ended") + AFTER)
        .when(pl.col("started").is_null())
        .then(pl.col("assessed_on").cast(pl.Datetime) + EVENING)
    )
