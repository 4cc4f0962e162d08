"""A control chart as it is shown: each point with its words, its target and its colour."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

import polars as pl

from pipelines.definitions import Definitions
from pipelines.estimates.control_chart import ControlChart
from pipelines.estimates.noted import Charted, Event

Variation = Literal["improvement", "concern", "earlier", "weak", "common", "too_few"]
Assurance = Literal["reaches", "misses", "unsure"]
Scale = Literal["share", "per_100", "number", "dose"]


@dataclass(frozen=True)
class ShownChart:
    """A control chart that a policy lets be shown; made by the disclose functions of its pages.

    `points` holds for each period what the chart holds, period (its name), target (null where none
    holds) and colour {improvement, concern, neutral, common, out}. `better` is 1 where higher is better,
    -1 where it is worse, 0 where it is neither. `scale`: what a value is told as.
    """

    chart: ControlChart = field(repr=False)
    points: pl.DataFrame
    width: str
    better: int
    scale: Scale
    enough: bool
    events: tuple[Event, ...] = ()

    @property
    def variation(self) -> Variation:
        """Return what the latest points say: better or worse than chance explains, or not.

        earlier: not the latest points, but some before them. weak: it signals, but so do stable charts
        more often than rarely.
        """
        if not self.enough:
            return "too_few"
        if not self.chart.signals.is_empty() and not self.chart.stands_out:
            return "weak"
        way = self.chart.latest_way * self.better
        if not way:
            return "common" if self.chart.signals.is_empty() else "earlier"
        return "improvement" if way > 0 else "concern"

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

    @property
    def counted(self) -> pl.DataFrame:
        """Return the points that are not kept out."""
        return self.points.filter(pl.col("rule").is_not_null())


def shown_chart(
    found: Charted | ControlChart,
    definitions: Definitions,
    better: int,
    width: str = "month",
    scale: Scale = "share",
) -> ShownChart:
    """Return a chart, with or without notes, with what is drawn of it."""
    noted = found if isinstance(found, Charted) else None
    chart = found.chart if isinstance(found, Charted) else found
    targets = noted.targets.select("from_month", "target_percent").rows() if noted else []
    months = chart.points["first_month"].to_list()
    way = pl.col("way") * better
    points = chart.points.with_columns(
        period=pl.Series([period(month, width) for month in months], dtype=pl.String),
        target=pl.Series([_target(month, sorted(targets)) for month in months], dtype=pl.Float64),
        colour=pl.when(pl.col("rule").is_null())
        .then(pl.lit("out"))
        .when((pl.col("way") != 0) & (better == 0))
        .then(pl.lit("neutral"))
        .when(way > 0)
        .then(pl.lit("improvement"))
        .when(way < 0)
        .then(pl.lit("concern"))
        .otherwise(pl.lit("common")),
    )
    enough = chart.points["rule"].count() >= definitions.setting("trend_fewest_points")
    return ShownChart(chart, points, width, better, scale, enough, noted.events if noted else ())


def period(first: date, width: str) -> str:
    """Return a period by its first month, as `Mar 2025`, `2025 Q1` or `2025 H1`."""
    if width == "quarter":
        return f"{first.year} Q{(first.month + 2) // 3}"
    if width == "half_year":
        return f"{first.year} H{1 if first.month < 7 else 2}"
    return f"{first:%b %Y}"


def _target(month: date, targets: Sequence[tuple[date, int]]) -> float | None:
    held = [percent for first, percent in targets if first <= month]
    return held[-1] / 100 if held else None
