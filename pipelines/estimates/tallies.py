"""Tallies: what is counted beside courses, as events and visits, ready to be let out or held back."""

from dataclasses import dataclass

import polars as pl

ALL = "all"
NEITHER = "-"


@dataclass(frozen=True)
class Tally:
    """Things that are counted, one row each: patient_key, row (what it is listed under), and a column of
    text for each rung, coarse to fine; nothing is null.
    """

    name: str
    frame: pl.DataFrame
    rungs: tuple[str, ...]


def tallies(
    events: pl.DataFrame, infusions: pl.DataFrame, visits: pl.DataFrame
) -> tuple[Tally, ...]:
    """Return adverse events by term, and visits by kind.

    Of visits: held or cancelled in time; what became of them; of completed infusions whether they are
    part of a course, and of these whether they were stopped early. The frames are the marts
    infusion_events, infusion_safety and visit_flow.
    """
    return (
        Tally("adverse_events", _each_event(events, infusions), ("events",)),
        Tally("visits", _each_visit(visits, infusions), ("held", "kept", "course", "stopped")),
    )


def _each_event(events: pl.DataFrame, infusions: pl.DataFrame) -> pl.DataFrame:
    """Return one row per event, those that were recorded alike each on its own."""
    known = events.join(infusions.select("visit_key", "patient_key"), on="visit_key")
    repeated = known.select(
        pl.col("patient_key").repeat_by("events"), pl.col("term").repeat_by("events").alias("row")
    )
    return repeated.explode("patient_key", "row").with_columns(events=pl.lit(ALL))


def _each_visit(visits: pl.DataFrame, infusions: pl.DataFrame) -> pl.DataFrame:
    given = infusions.select(
        "visit_key", in_course=pl.lit(value=True), stopped_early="stopped_early"
    )
    cancelled = pl.col("visit_status") == "cancelled"
    infused = (pl.col("visit_kind") == "infusion") & (pl.col("visit_status") == "completed")
    in_course = pl.col("in_course").fill_null(value=False)
    stopped = (
        pl.when("stopped_early")
        .then(pl.lit("yes"))
        .when(~pl.col("stopped_early"))
        .then(pl.lit("no"))
    )
    return visits.join(given, on="visit_key", how="left").select(
        "patient_key",
        row="visit_kind",
        held=pl.when(cancelled).then(pl.lit("no")).otherwise(pl.lit("yes")),
        kept="visit_status",
        course=pl.when(infused & in_course)
        .then(pl.lit("yes"))
        .when(infused)
        .then(pl.lit("no"))
        .otherwise(pl.lit(NEITHER)),
        stopped=pl.when(infused & in_course)
        .then(stopped.otherwise(pl.lit("unknown")))
        .otherwise(pl.lit(NEITHER)),
    )
