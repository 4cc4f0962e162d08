"""Response among those for whom an earlier treatment had failed."""

import polars as pl

from pipelines.definitions import Definitions
from pipelines.estimates.levels import counts
from pipelines.estimates.result import Question
from pipelines.estimates.shares import with_shares
from pipelines.estimates.weighting import DUE

NONE_RECORDED = "none_recorded"


def earlier(
    courses: pl.DataFrame, treatments: pl.DataFrame, question: Question, definitions: Definitions
) -> pl.DataFrame:
    """Return one row per earlier treatment: counts and shares of `response` of those due.

    `courses` has one row per course of one measure and window, `treatments` one per patient_key and
    treatment with trials. Had is any record but one of 0 trials; of unknown number counts. A course
    counts for every treatment that the patient had, so that rows overlap; those of patients without
    any record are none_recorded, which says nothing of what they had.
    """
    due = courses.filter(pl.col("status").is_in(DUE))
    had = treatments.filter(pl.col("trials").is_null() | (pl.col("trials") > 0))
    treated = due.join(had.select("patient_key", "treatment"), on="patient_key")
    others = due.join(treatments, on="patient_key", how="anti").with_columns(
        treatment=pl.lit(NONE_RECORDED)
    )
    rows = pl.concat([treated, others.select(treated.columns)])
    counted = counts(rows, ["treatment"], "status", DUE).with_columns(
        due=pl.sum_horizontal(DUE), assessed=pl.col("responded") + pl.col("not_responded")
    )
    shared = with_shares(counted, rows, ["treatment"], question, definitions)
    labels = definitions["labels"].filter(pl.col("list") == "treatment").sort("sort_order")
    order = pl.DataFrame({"treatment": [*labels["code"].to_list(), NONE_RECORDED]})
    return order.join(shared, on="treatment", maintain_order="left")
