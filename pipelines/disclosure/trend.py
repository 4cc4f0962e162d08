"""What may be shown of a rate over time: all inside the practice, the reason elsewhere."""

from dataclasses import dataclass, field

import polars as pl

from pipelines.definitions import Definitions
from pipelines.disclosure.control import ShownChart, shown_chart
from pipelines.disclosure.policies import policy_row
from pipelines.disclosure.withheld import WITHHELD_TREND
from pipelines.estimates.result import Provenance, Question
from pipelines.estimates.trend import Trend


@dataclass(frozen=True)
class TrendFinding:
    """A measure and its follow-up over time as a policy lets them be shown; see `estimates.trend`.

    Only `disclose_trend` makes one.
    """

    policy: str
    question: Question
    rate: ShownChart
    follow_up: ShownChart = field(repr=False)
    rebases: pl.DataFrame
    rebased: bool
    definitions: Definitions = field(repr=False)
    provenance: Provenance

    @property
    def width(self) -> str:
        """Return how wide the periods are."""
        return self.rate.width


def disclose_trend(found: Trend, policy: str) -> TrendFinding | str:
    """Return a rate over time, or the reason why a protecting policy shows none.

    Raises InputError for an unknown policy.
    """
    definitions, width = found.definitions, found.periods.width
    if policy_row(definitions, policy)["protects"]:
        return WITHHELD_TREND
    return TrendFinding(
        policy=policy,
        question=found.question,
        rate=shown_chart(found.rate, definitions, found.better, width),
        follow_up=shown_chart(found.follow_up, definitions, 1, width),
        rebases=found.rebases,
        rebased=found.rebased,
        definitions=definitions,
        provenance=found.provenance,
    )
