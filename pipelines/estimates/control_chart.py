"""A control chart: points in time, the lines they are held against, and what chance does not explain."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from math import prod

import numpy as np
import polars as pl

from pipelines.estimates.control_limits import Flags, Floats, Kind
from pipelines.estimates.judging_points import LANEY, Judged, Rules, judged, wider
from pipelines.estimates.operating_characteristics import (
    Operating,
    chance_of_as_much,
    operating,
)
from pipelines.estimates.point_rules import RULES

POINTS = pl.Schema({
    "place": pl.Int64, "first_month": pl.Date, "numerator": pl.Float64, "denominator": pl.Float64,
    "value": pl.Float64, "why_out": pl.String, "phase": pl.Int64, "centre": pl.Float64,
    "lower": pl.Float64, "upper": pl.Float64, "rule": pl.String, "way": pl.Int64,
})  # fmt: skip
PHASES = pl.Schema({
    "phase": pl.Int64, "first_month": pl.Date, "last_month": pl.Date, "points": pl.Int64, "kind": pl.String,
    "trial": pl.Boolean, "useful": pl.Int64, "longest": pl.Int64, "longest_allowed": pl.Int64,
    "crossings": pl.Int64, "fewest_crossings": pl.Int64, "run_signal": pl.Boolean, "way": pl.Int64,
    "chance": pl.Float64, "wider": pl.Float64,
})  # fmt: skip
SIGNALS = pl.Schema({
    "sign": pl.String, "way": pl.Int64, "phase": pl.Int64, "first_month": pl.Date, "last_month": pl.Date,
})  # fmt: skip
LONG_RUN, FEW_CROSSINGS = "long_run", "few_crossings"


@dataclass(frozen=True)
class ControlChart:
    """Points with their lines, stretches with their runs, signals, and chances of the whole chart.

    `points`: one row per period; value is what is drawn, why_out the reason for which a point is kept
    out of rules and lines (null: it counts), lines and rule are null where it is; rule is one of
    RULES, way 1 up, -1 down, 0 none. `phases`: one row per stretch between rebases that has points;
    trial: fewer points than limits can be trusted from; columns of runs are null under other rules;
    chance: that a stable stretch shows as much, null where nothing signals or none can be drawn;
    wider: by how much Laney's limits are wider than those of chance alone, null on other charts.
    `signals`: one row per rule and way with the periods it spans. `operating` is None where no point
    counts or the chart is a t chart or one of counts.
    """

    rules: Rules
    points: pl.DataFrame = field(repr=False)
    phases: pl.DataFrame = field(repr=False)
    signals: pl.DataFrame
    operating: Operating | None

    @property
    def chance(self) -> float | None:
        """Return the chance, 0 to 1, that a stable chart shows as much as this one's rarest stretch.

        Multiplied by the number of stretches. None where nothing signals, or no chart can be drawn.
        """
        rarest = self.phases["chance"].drop_nulls().to_list()
        return min(1.0, min(rarest) * self.phases.height) if rarest else None

    @property
    def stands_out(self) -> bool:
        """Return whether it signals more strongly than stable charts do but rarely."""
        return not self.signals.is_empty() and (
            self.chance is None or self.chance <= self.rules.rare
        )

    @property
    def latest_way(self) -> int:
        """Return the way of the latest signal that still holds at the last point: 1, -1 or 0.

        A signal of runs holds where the last point off the centre lies to the side to which the later
        points of its stretch went.
        """
        counted = self.points.filter(pl.col("why_out").is_null())
        if counted.is_empty():
            return 0
        last, phase = counted.row(-1, named=True), self.phases.row(-1, named=True)
        if last["way"] or not phase["run_signal"]:
            return int(last["way"])
        stretch = counted.filter(pl.col("phase") == last["phase"])
        sides = (stretch["value"] - stretch["centre"]).sign()
        side = sides.filter(sides != 0)[-1:].to_list()
        return int(phase["way"]) if side == [phase["way"]] else 0


def control_chart(
    points: pl.DataFrame,
    kind: Kind,
    rules: Rules,
    rebased: Sequence[date] = (),
    frozen: Sequence[date] = (),
) -> ControlChart:
    """Return a chart of periods in order.

    `points` has place, first_month, numerator, denominator, why_out. Lines are computed anew from
    each month of `rebased`; in a stretch that holds a month of `frozen`, from points up to that month
    only. Points without a denominator are kept out whatever why_out says.
    """
    value = pl.when(pl.col("denominator") > 0).then(pl.col("numerator") / pl.col("denominator"))
    drawn = points.with_columns(
        pl.col("place").cast(pl.Int64),
        pl.col("numerator", "denominator").cast(pl.Float64),
        value=pl.col("numerator").cast(pl.Float64) if kind in ("i", "c", "g", "t") else value,
        phase=pl.sum_horizontal(
            pl.lit(0, pl.Int64), *[(pl.col("first_month") >= month).cast(pl.Int64) for month in sorted(set(rebased))]
        ),
    )  # fmt: skip
    counted = drawn.filter(pl.col("why_out").is_null() & (pl.col("denominator") > 0))
    found = [
        (group, judged(kind, *_numbers(group), rules, _used(group, frozen)))
        for _, group in counted.group_by("phase", maintain_order=True)
    ]
    chances = [
        _chance(kind, group, rules, _used(group, frozen)) if seen.signals else None
        for group, seen in found
    ]
    lined = [_lined(group, seen) for group, seen in found]
    columns = ["place", "centre", "lower", "upper", "rule", "way"]
    lines = pl.concat([pl.DataFrame(schema={name: POINTS[name] for name in columns}), *lined])
    return ControlChart(
        rules,
        drawn.join(lines, on="place", how="left", maintain_order="left").select(
            pl.col(name).cast(dtype) for name, dtype in POINTS.items()
        ),
        pl.DataFrame(
            [
                _phase(group, seen, rules)
                | {"chance": chance, "wider": _wider(kind, group, seen, rules, frozen)}
                for (group, seen), chance in zip(found, chances, strict=True)
            ],
            schema=PHASES,
        ),
        pl.DataFrame([row for group, seen in found for row in _signals(group, seen)], schema=SIGNALS),
        _operating(kind, [group for group, _ in found], rules),
    )  # fmt: skip


def _numbers(group: pl.DataFrame) -> tuple[Floats, Floats]:
    return group["numerator"].to_numpy(), group["denominator"].to_numpy()


def _used(group: pl.DataFrame, frozen: Sequence[date]) -> Flags | None:
    months = group["first_month"]
    inside = [month for month in frozen if months.min() <= month <= months.max()]  # type: ignore[operator]
    return (months <= min(inside)).to_numpy() if inside else None


def _lined(group: pl.DataFrame, seen: Judged) -> pl.DataFrame:
    lines = seen.lines
    return group.select(
        "place",
        centre=pl.Series(lines.centre),
        lower=pl.Series(lines.lower).fill_nan(None),
        upper=pl.Series(lines.upper).fill_nan(None),
        rule=pl.Series([RULES[code] for code in seen.rule], dtype=pl.String),
        way=pl.Series(seen.way),
    )


def _phase(group: pl.DataFrame, seen: Judged, rules: Rules) -> dict[str, object]:
    row: dict[str, object] = {
        "phase": group["phase"][0], "first_month": group["first_month"][0],
        "last_month": group["first_month"][-1], "points": group.height, "kind": seen.kind,
        "trial": group.height < rules.limits_from, "way": _drift(seen.points),
    }  # fmt: skip
    if seen.runs is not None:
        names = ("useful", "longest", "longest_allowed", "crossings", "fewest_crossings")
        row |= {name: int(getattr(seen.runs, name)) for name in names}
        row["run_signal"] = bool(seen.runs.signal)
    return row


def _wider(
    kind: Kind, group: pl.DataFrame, seen: Judged, rules: Rules, frozen: Sequence[date]
) -> float | None:
    if seen.kind not in LANEY.values():
        return None
    return float(wider(kind, *_numbers(group), rules, _used(group, frozen)))


def _drift(points: Floats) -> int:
    """Return the way from the earlier half of points to the later one."""
    half = len(points) // 2
    return int(np.sign(points[-half:].mean() - points[:half].mean())) if half else 0


def _signals(group: pl.DataFrame, seen: Judged) -> list[dict[str, object]]:
    phase, months = group["phase"][0], group["first_month"].to_list()
    found = []
    for code, name in enumerate(RULES):
        for way in (1, -1):
            places = np.flatnonzero((seen.rule == code) & (seen.way == way))
            if code and len(places):
                found.append(
                    {"sign": name, "way": way, "phase": phase, "first_month": months[places[0]],
                     "last_month": months[places[-1]]}
                )  # fmt: skip
    if seen.runs is not None and seen.runs.signal:
        whole = {"way": _drift(seen.points), "phase": phase, "first_month": months[0],
                 "last_month": months[-1]}  # fmt: skip
        if seen.runs.longest > seen.runs.longest_allowed:
            found.append({"sign": LONG_RUN, **whole})
        if seen.runs.crossings < seen.runs.fewest_crossings:
            found.append({"sign": FEW_CROSSINGS, **whole})
    return found


def _operating(kind: Kind, stretches: Sequence[pl.DataFrame], rules: Rules) -> Operating | None:
    """Return the chance that any stretch signals if nothing changes, and the power of the last one."""
    found = [one for part in stretches if (one := _of_stretch(kind, part, rules)) is not None]
    if not found:
        return None
    quiet = prod(1 - one.false_alarm for one in found)
    return Operating(1 - quiet, found[-1].power)


def _of_stretch(kind: Kind, counted: pl.DataFrame, rules: Rules) -> Operating | None:
    if kind not in ("p", "u", "g", "i"):
        return None
    top, bottom = _numbers(counted)
    if kind == "i":
        return operating(kind, (1,) * counted.height, 0.0, rules)
    centre = float(top.sum() / bottom.sum())
    spread = float(wider(kind, top, bottom, rules)) if kind == "u" else 1.0
    return operating(kind, tuple(bottom.astype(int).tolist()), centre, rules, spread)


def _chance(kind: Kind, group: pl.DataFrame, rules: Rules, used: Flags | None) -> float | None:
    if kind not in ("p", "u", "g", "i"):
        return None
    top, bottom = _numbers(group)
    flags = None if used is None else tuple(used.tolist())
    return chance_of_as_much(
        kind, tuple(top.tolist()), tuple(bottom.astype(int).tolist()), rules, flags
    )
