"""What may be shown of a rate over time: all inside the practice, the reason elsewhere."""

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

import polars as pl

from pipelines.definitions import Definitions
from pipelines.disclosure.policies import policy_row
from pipelines.disclosure.withheld import WITHHELD_TREND
from pipelines.estimates.control_chart import ControlChart
from pipelines.estimates.result import Provenance, Question
from pipelines.estimates.trend import Event, Trend

Variation = Literal["improvement", "concern", "earlier", "common", "too_few"]
Assurance = Literal["reaches", "misses", "unsure"]


@dataclass(frozen=True)
class TrendFinding:
    """A measure and its follow-up over time as a policy lets them be shown; see `estimates.trend`.

    `points` and `follow_up_points` have for each period what the charts hold, target (a share, null
    where none holds) and colour {improvement, concern, common, out}. Only `disclose_trend` makes one.
    """

    policy: str
    question: Question
    width: str
    rate: ControlChart = field(repr=False)
    follow_up: ControlChart = field(repr=False)
    points: pl.DataFrame
    follow_up_points: pl.DataFrame = field(repr=False)
    better: int
    rebases: pl.DataFrame
    rebased: bool
    events: tuple[Event, ...]
    definitions: Definitions = field(repr=False)
    provenance: Provenance

    @property
    def variation(self) -> Variation:
        """Return what the latest points of the rate say: better or worse than chance explains, or not.

        earlier: not the latest points, but some before them.
        """
        return _variation(self.rate, self.better, self.definitions)

    @property
    def follow_up_variation(self) -> Variation:
        """Return the same of follow-up."""
        return _variation(self.follow_up, 1, self.definitions)

    @property
    def assurance(self) -> Assurance | None:
        """Return whether the process reaches its target, by the limits of the last point that counts.

        None without a target or limits.
        """
        held = self.points.drop_nulls(["target", "lower", "upper"])
        if held.is_empty():
            return None
        last = held.row(-1, named=True)
        if last["lower"] <= last["target"] <= last["upper"]:
            return "unsure"
        above = last["lower"] > last["target"]
        return "reaches" if above == (self.better > 0) else "misses"


def disclose_trend(found: Trend, policy: str) -> TrendFinding | str:
    """Return a rate over time, or the reason why a protecting policy shows none.

    Raises InputError for an unknown policy.
    """
    if policy_row(found.definitions, policy)["protects"]:
        return WITHHELD_TREND
    return TrendFinding(
        policy=policy,
        question=found.question,
        width=found.periods.width,
        rate=found.rate,
        follow_up=found.follow_up,
        points=_shown(found.rate, found.targets, found.better),
        follow_up_points=_shown(found.follow_up, found.follow_up_targets, 1),
        better=found.better,
        rebases=found.rebases,
        rebased=found.rebased,
        events=found.events,
        definitions=found.definitions,
        provenance=found.provenance,
    )


def _variation(chart: ControlChart, better: int, definitions: Definitions) -> Variation:
    if chart.points["rule"].count() < definitions.setting("trend_fewest_points"):
        return "too_few"
    way = chart.latest_way * better
    if not way:
        return "common" if chart.signals.is_empty() else "earlier"
    return "improvement" if way > 0 else "concern"


def _shown(chart: ControlChart, targets: pl.DataFrame, better: int) -> pl.DataFrame:
    rows = targets.sort("from_month").select("from_month", "target_percent").rows()
    target = [_target(month, rows) for month in chart.points["first_month"].to_list()]
    way = pl.col("way") * better
    return chart.points.with_columns(
        target=pl.Series(target, dtype=pl.Float64),
        colour=pl.when(pl.col("rule").is_null())
        .then(pl.lit("out"))
        .when(way > 0)
        .then(pl.lit("improvement"))
        .when(way < 0)
        .then(pl.lit("concern"))
        .otherwise(pl.lit("common")),
    )


def _target(month: date, targets: list[tuple[date, int]]) -> float | None:
    held = [percent for first, percent in targets if first <= month]
    return held[-1] / 100 if held else None
