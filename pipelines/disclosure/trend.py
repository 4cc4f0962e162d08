"""What may be shown of a rate over time: all inside the practice, the periods that are told elsewhere."""

from dataclasses import dataclass, field

import polars as pl

from pipelines.definitions import Definitions
from pipelines.disclosure.asked import asked_of
from pipelines.disclosure.control import ShownChart, shown_chart
from pipelines.disclosure.disclose import unreleased
from pipelines.disclosure.policies import policy_row, rounding, smallest_shown
from pipelines.disclosure.release import Release
from pipelines.disclosure.withheld import ONE_CUT, ROUNDED_TREND, TOO_FEW_TREND
from pipelines.estimates.periods import counted_periods
from pipelines.estimates.result import Provenance, Question
from pipelines.estimates.trend import Trend, trend_of


@dataclass(frozen=True)
class TrendFinding:
    """A measure and its follow-up over time as a policy lets them be shown; see `estimates.trend`.

    `as_of` is the last day of the data of an earlier release whose numbers are shown, None where they
    are of now. Only `disclose_trend` makes one.
    """

    policy: str
    question: Question
    rate: ShownChart
    follow_up: ShownChart = field(repr=False)
    rebases: pl.DataFrame
    rebased: bool
    definitions: Definitions = field(repr=False)
    provenance: Provenance
    protects: bool = False
    as_of: str | None = None

    @property
    def width(self) -> str:
        """Return how wide the periods are."""
        return self.rate.width


def disclose_trend(found: Trend, policy: str, release: Release | None = None) -> TrendFinding | str:
    """Return a rate over time, or the reason why a protecting policy shows none.

    Under a protecting policy the chart is drawn from the newest periods told of its courses, the narrowest;
    `release` as for `disclose`. Raises InputError for an unknown policy.
    """
    row = policy_row(found.definitions, policy)
    if not row["protects"]:
        return _shown(found, policy)
    assert found.basis is not None, "a Trend without its basis is for the practice only"
    if rounding(row) > 1:
        return ROUNDED_TREND
    asked = asked_of(found.question, found.basis.window, found.definitions)
    if isinstance(asked, str):
        return f"Not shown to others: {asked}."
    if asked.column is not None or asked.rung is not None:
        return ONE_CUT
    let_out = release or unreleased(found.basis, found.provenance, smallest_shown(row))
    told = let_out.periods(() if asked.category is None else (asked.category,))
    if told is None:
        return TOO_FEW_TREND
    width, kept, counted = told
    again = trend_of(
        counted_periods(counted, width, found.definitions), found.question, found.noted,
        found.definitions, found.provenance, found.rules, rebased=found.rebased,
    )  # fmt: skip
    old = kept.through if kept.build != let_out.build else None
    return _shown(again, policy, protects=True, as_of=old)


def _shown(
    found: Trend, policy: str, *, protects: bool = False, as_of: str | None = None
) -> TrendFinding:
    definitions, width = found.definitions, found.periods.width
    return TrendFinding(
        policy=policy,
        question=found.question,
        rate=shown_chart(found.rate, definitions, found.better, width),
        follow_up=shown_chart(found.follow_up, definitions, 1, width),
        rebases=found.rebases,
        rebased=found.rebased,
        definitions=definitions,
        provenance=found.provenance,
        protects=protects,
        as_of=as_of,
    )
