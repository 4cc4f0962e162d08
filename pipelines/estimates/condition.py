"""All that is asked of one condition: response, how soon, how long, how far, and when to stop."""

from dataclasses import dataclass, field

import polars as pl

from pipelines.definitions import Definitions
from pipelines.estimates.distribution import distribution
from pipelines.estimates.durability import Durability
from pipelines.estimates.futility import Futility
from pipelines.estimates.response_by_infusion import InfusionNumbers
from pipelines.estimates.result import Result
from pipelines.estimates.thirds import thirds
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
) -> Condition:
    """Return the estimates of one category together, with the distribution and thirds of its courses."""
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
    )
