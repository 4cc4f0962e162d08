"""All that is asked of one condition: response, how soon, how long, how far, and when to stop."""

from dataclasses import dataclass, field, replace

import polars as pl

from pipelines.definitions import Definitions
from pipelines.estimates.beside import beside
from pipelines.estimates.distribution import distribution
from pipelines.estimates.durability import Durability, durability
from pipelines.estimates.earlier import earlier
from pipelines.estimates.followed import Followed
from pipelines.estimates.futility import Futility, futility
from pipelines.estimates.recovery import recovery
from pipelines.estimates.response_by_infusion import InfusionNumbers, response_by_infusion
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
    beside: pl.DataFrame = field(repr=False)
    recovery: pl.DataFrame = field(repr=False)
    instrument: str | None
    trajectory: pl.DataFrame = field(repr=False)

    @property
    def definitions(self) -> Definitions:
        """Return the definitions that all are made with."""
        return self.response.definitions


def condition(
    category: str,
    response: Result,
    followed: Followed,
    treatments: pl.DataFrame,
    recoveries: pl.DataFrame,
) -> Condition:
    """Return the estimates of one category together, from its response and what was followed.

    `followed` are the courses of the same question over time, `treatments` staging.prior_treatments,
    `recoveries` the rows of marts.recovery_courses of the same question. What is followed over time is
    response, whatever the measure.
    """
    asked, definitions = response.question, response.definitions
    over_time = (followed, replace(asked, measure="response"), definitions, response.provenance)
    courses = response.courses.filter(pl.col("measure") == asked.measure)
    instrument, weekly = trajectory(followed, definitions)
    return Condition(
        category=category,
        response=response,
        durability=durability(*over_time),
        by_infusion=response_by_infusion(*over_time),
        futility=futility(*over_time),
        distribution=distribution(courses),
        thirds=thirds(courses, asked, definitions),
        years=years(courses, asked, definitions),
        earlier=earlier(courses, treatments, asked, definitions),
        beside=beside(response.courses, category, asked, definitions),
        recovery=recovery(recoveries, asked, definitions),
        instrument=instrument,
        trajectory=weekly,
    )
