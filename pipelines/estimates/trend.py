"""Is it getting better: a rate by the month in which courses began, with follow-up beneath it."""

from dataclasses import dataclass, field

import polars as pl

from pipelines.definitions import Definitions
from pipelines.estimates.basis import Basis
from pipelines.estimates.judging_points import RuleSet, rules_of
from pipelines.estimates.noted import Charted, charted, holding
from pipelines.estimates.periods import Periods, periods
from pipelines.estimates.result import Provenance, Question
from pipelines.intake.annotations import FOLLOW_UP, Annotations


@dataclass(frozen=True)
class Trend:
    """A measure and its follow-up over time, as counted: not for display.

    `better` is 1 where a higher rate is better, -1 where it is worse. `rebases` are the decisions on
    the lines of the rate; `rebased` says whether decisions were carried out, on both charts. `basis` is
    that of `Result`.
    """

    question: Question
    periods: Periods
    rate: Charted
    follow_up: Charted
    better: int
    rebases: pl.DataFrame
    rebased: bool
    noted: Annotations = field(repr=False)
    rules: RuleSet
    definitions: Definitions = field(repr=False)
    provenance: Provenance
    basis: Basis | None = field(default=None, repr=False)


def trend(
    courses: pl.DataFrame,
    question: Question,
    noted: Annotations,
    definitions: Definitions,
    provenance: Provenance,
    rules: RuleSet = "anhoej",
    basis: Basis | None = None,
    *,
    rebased: bool = True,
) -> Trend:
    """Return one measure over time: the share that met it among those assessed, and follow-up.

    `courses` has one row per course of the question's measure and window. Months that are not due in
    full, or with too little follow-up, are kept out of the rules of the rate; of follow-up only those
    that are not due.
    """
    found = periods(courses.filter(pl.col("measure") == question.measure), definitions)
    return trend_of(found, question, noted, definitions, provenance, rules, basis, rebased=rebased)


def trend_of(
    found: Periods,
    question: Question,
    noted: Annotations,
    definitions: Definitions,
    provenance: Provenance,
    rules: RuleSet = "anhoej",
    basis: Basis | None = None,
    *,
    rebased: bool = True,
) -> Trend:
    """Return the trend of periods that are counted already; see `trend`."""
    judged_by = rules_of(rules, definitions)
    both = (question.measure, FOLLOW_UP)
    rate, follow_up = (
        charted(
            _points(found.frame, name), "p", judged_by, name, question, noted, found.width,
            _points(found.months, name), beside=both, rebased=rebased, unnamed=name != FOLLOW_UP,
        )
        for name in both
    )  # fmt: skip
    return Trend(
        question, found, rate, follow_up, _better(question.measure, definitions),
        holding(noted.rebases, question.measure, question), rebased, noted, rules, definitions,
        provenance, basis,
    )  # fmt: skip


def _points(counted: pl.DataFrame, name: str) -> pl.DataFrame:
    """Return courses by period as the points of a measure, or of follow-up."""
    rate, follow_up = ("responded", "assessed"), ("assessed", "due")
    numerator, denominator = follow_up if name == FOLLOW_UP else rate
    why_out = pl.col("why_out")
    if name == FOLLOW_UP:
        why_out = pl.when(why_out != "follow_up").then(why_out)
    return counted.select(
        "place",
        "first_month",
        numerator=numerator,
        denominator=denominator,
        why_out=why_out,
    )


def _better(measure: str, definitions: Definitions) -> int:
    rules = definitions["measures"].filter(pl.col("measure") == measure)["rule"]
    return -1 if rules.len() and (rules == "rise_points").all() else 1
