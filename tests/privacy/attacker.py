"""An attacker who sees a whole practice folder, and knows the rules and the days of the exports.

A patient's slid days are the true ones, moved by one unknown slide. Everything that the attacker
can learn is a bound of it: a day that lies within an export was not before its first day nor after
its last; a patient or row that an export did not show, though the rules would have shown it, was
not yet in it. What is left are the candidates. Nothing leaks where they are the whole month,
quarter or year of the first infusion.
"""

from dataclasses import dataclass
from datetime import date

import polars as pl

from pipelines.intake.batches import Slide
from tests.privacy.exports import Chain

LENGTH = {"month": "1mo", "quarter": "1q", "year": "1y"}
LOWEST, HIGHEST = -400, 400


@dataclass(frozen=True)
class Known:
    """What the attacker knows of one full export: its true first and last day."""

    first: date
    last: date


def slid_rows(chain: Chain, batch: int) -> pl.DataFrame:
    """Return patient_key, row, day of all visits and scores that a batch shows."""
    visits = chain.records(batch, "visits").select(
        "patient_key", pl.col("visit_key").alias("row"), pl.col("visit_date").alias("day")
    )
    scores = chain.records(batch, "scores").select(
        "patient_key",
        pl.concat_str("instrument", "assessed_on", "timing", "score", separator="/").alias("row"),
        pl.col("assessed_on").alias("day"),
    )
    return pl.concat([visits, scores]).unique()


def first_infusions(chain: Chain, batch: int) -> pl.DataFrame:
    """Return patient_key, anchor: the slid day of the first completed ketamine infusion by iv."""
    given = chain.records(batch, "infusions").filter(agent="ketamine", route="iv")
    visits = chain.records(batch, "visits").filter(visit_status="completed")
    found = visits.join(given, on="visit_key", how="semi")
    return found.group_by("patient_key").agg(pl.col("visit_date").min().alias("anchor"))


def candidates(chain: Chain, known: list[Known], slide: Slide) -> pl.DataFrame:
    """Return patient_key, possible, all: days left for each patient's first infusion, and all days.

    `known` has an entry for each batch; all batches are full exports.
    """
    last = len(known) - 1
    anchors = first_infusions(chain, last)
    bounds = [_within(chain, batch, span) for batch, span in enumerate(known)]
    for earlier in range(last):
        bounds += _compared(chain, earlier, last, known[earlier], anchors)
    found = pl.concat(bounds).group_by("patient_key").agg(pl.col("low").max(), pl.col("high").min())
    first_day = pl.col("anchor").dt.truncate(LENGTH[slide])
    last_day = first_day.dt.offset_by(LENGTH[slide]) - pl.duration(days=1)
    lowest = (pl.col("anchor") - last_day).dt.total_days()
    highest = (pl.col("anchor") - first_day).dt.total_days()
    left = pl.min_horizontal(highest, "high") - pl.max_horizontal(lowest, "low") + 1
    both = anchors.join(found, on="patient_key", how="left")
    return both.select("patient_key", possible=left, all=highest - lowest + 1)


def _within(chain: Chain, batch: int, span: Known) -> pl.DataFrame:
    """All that a batch shows happened within its export; whoever it names had come by its last day."""
    rows = slid_rows(chain, batch)
    return rows.group_by("patient_key").agg(
        low=(pl.col("day").max() - span.last).dt.total_days(),
        high=(pl.col("day").min() - span.first).dt.total_days(),
    )


def _compared(
    chain: Chain, earlier: int, later: int, span: Known, anchors: pl.DataFrame
) -> list[pl.DataFrame]:
    """What a later batch shows and an earlier one did not had not happened by its last day."""
    shown, rows = slid_rows(chain, earlier), slid_rows(chain, later)
    visible = _visible_through(chain, earlier)
    since_start = date.fromisoformat(str(chain.manifests[earlier].data_from))
    named = pl.concat(
        [
            chain.records(earlier, name).select("patient_key")
            for name in ("patients", "diagnoses", "visits", "scores")
        ]
    ).unique()
    starts = rows.group_by("patient_key").agg(pl.col("day").min().alias("first"))
    whole = starts.join(anchors, on="patient_key", how="inner")
    present = whole.join(named, on="patient_key", how="semi").select(
        "patient_key",
        low=(pl.col("first") - span.last).dt.total_days(),
        high=pl.lit(HIGHEST, pl.Int64),
    )
    # An infused patient is seen as soon as the slid first infusion may be: else none was there yet.
    expected = whole.filter(pl.col("anchor") <= visible)
    absent = expected.join(shown, on="patient_key", how="anti").select(
        "patient_key",
        low=pl.lit(LOWEST, pl.Int64),
        high=(pl.col("anchor") - span.last).dt.total_days() - 1,
    )
    looked_at = rows.filter(pl.col("day").is_between(since_start, visible))
    missing = looked_at.join(shown, on="patient_key", how="semi").join(
        shown, on=["patient_key", "row"], how="anti"
    )
    gone = missing.select(
        "patient_key",
        low=pl.lit(LOWEST, pl.Int64),
        high=(pl.col("day") - span.last).dt.total_days() - 1,
    )
    return [present, absent, gone]


def _visible_through(chain: Chain, batch: int) -> date:
    return date.fromisoformat(str(chain.manifests[batch].data_through))
