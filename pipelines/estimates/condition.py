"""All that is asked of one condition: response, how soon, how long, how far, and when to stop."""

from dataclasses import dataclass, field

import polars as pl

from pipelines.definitions import Definitions
from pipelines.estimates.distribution import distribution
from pipelines.estimates.durability import Durability
from pipelines.estimates.earlier import earlier
from pipelines.estimates.followed import Followed
from pipelines.estimates.futility import Futility
from pipelines.estimates.response_by_infusion import InfusionNumbers
from pipelines.estimates.result import Result
from pipelines.estimates.thirds import thirds
from pipelines.estimates.trajectory import trajectory
from pipelines.estimates.years import Years, years


@dataclass(frozen=True)
class Condition:
    """The estimates of one category, as counted: not for display; see the functions they are named for."""

    category: str
    response: Result
    durability: Durability
    by_infusion: InfusionNumbers
    futility: Futility
    distribution: pl.DataFrame = field(repr=False)
    thirds: pl.DataFrame = field(repr=False)
    years: Years | None
    earlier: pl.DataFrame = field(repr=False)
    instrument: str | None
    trajectory: pl.DataFrame = field(repr=False)

    @property
    def definitions(self) -> Definitions:
        """Return the definitions that all are made with."""
        return self.response.definitions


def condition(
    category: str,
    response: Result,
    durability: Durability,
    by_infusion: InfusionNumbers,
    futility: Futility,
    followed: Followed,
    treatments: pl.DataFrame,
) -> Condition:
    """Return the estimates of one category together, with those of its courses and their scores.

    `followed` are the courses of the question over time, `treatments` staging.prior_treatments.
    """
    instrument, weekly = trajectory(followed, response.definitions)
    courses = response.courses.filter(pl.col("measure") == response.question.measure)
    return Condition(
        category,
        response,
        durability,
        by_infusion,
        futility,
        distribution(courses),
        thirds(courses, response.question, response.definitions),
        years(courses, response.question, response.definitions),
        earlier(courses, treatments, response.question, response.definitions),
        instrument,
        weekly,
    )
