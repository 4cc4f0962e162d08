"""Groups beside each other: given whom they treat, beyond chance, pooled, and what changed."""

from dataclasses import dataclass

import polars as pl

from pipelines.definitions import Definitions
from pipelines.estimates.case_mix import CaseMix, case_mix
from pipelines.estimates.funnel import Funnel, funnel
from pipelines.estimates.mix import Mix, mix
from pipelines.estimates.pooling import Pooled, pooled
from pipelines.estimates.response import response
from pipelines.estimates.result import Provenance, Question


@dataclass(frozen=True)
class Comparison:
    """The estimates of groups, as counted: not for display; see the functions they are named for."""

    case_mix: CaseMix
    rate_funnel: Funnel
    ratio_funnel: Funnel
    pooled: Pooled
    mix: Mix


def comparison(
    courses: pl.DataFrame,
    treatments: pl.DataFrame,
    question: Question,
    definitions: Definitions,
    provenance: Provenance,
    terms: pl.DataFrame | None = None,
) -> Comparison:
    """Return the estimates of the groups `question.by`, of headline conditions together.

    `courses` has one row per course and measure of the question's window, already filtered;
    `treatments` are staging.prior_treatments; `terms` a model of expected response, see `case_mix`.
    """
    counted = courses.filter(
        (pl.col("measure") == question.measure) & pl.col("category").is_in(definitions.headline)
    )
    asked = (question, definitions, provenance)
    expected = case_mix(counted, treatments, *asked, terms)
    return Comparison(
        expected,
        funnel(expected.frame, question, "rate", definitions),
        funnel(expected.frame, question, "ratio", definitions),
        pooled(response(counted, *asked)),
        mix(counted, *asked),
    )
