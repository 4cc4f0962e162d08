"""The plan of releases: how far each row stands on each ladder, for all that one build can show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import numpy as np
import polars as pl

from pipelines.disclosure.ladder import NOBODY, Flags, Ints, Level, Members, climb
from pipelines.estimates.basis import GROUPS, Basis, status_column

Row = tuple[object, ...]
DEPTHS = ((), ("category",), ("category", "subtype"))
DUE = ("responded", "not_responded", "not_assessed")
WIDTH_MONTHS = {"half_year": 6, "quarter": 3, "month": 1}


@dataclass(frozen=True)
class Ladder:
    """How far each row climbs: `rungs` by name, coarse to fine; `standing` counts those reached."""

    rungs: tuple[str, ...]
    standing: Mapping[Row, int]

    def holds(self, row: Row, rung: str) -> bool:
        """Return whether a row stands on a rung, or above it."""
        return rung in self.rungs and self.standing.get(row, 0) > self.rungs.index(rung)


@dataclass(frozen=True)
class Plan:
    """What of a build may be shown to whom small counts are not.

    Rows are (), (category,) and (category, subtype). `ladders` has those of release_ladder.csv, and for
    values one by the name of each column of GROUPS. `apart` gives for each column and value the rung
    from which it is told apart from the others.
    """

    ladders: Mapping[str, Ladder]
    apart: Mapping[tuple[str, object], str]
    told_before: Mapping[str, date]

    def holds(self, ladder: str, row: Row, rung: str) -> bool:
        """Return whether a row stands on a rung of a ladder, or above it."""
        return self.ladders[ladder].holds(row, rung)

    def holds_value(self, column: str, row: Row, value: object) -> bool:
        """Return whether the courses of a row that have a value are told apart from the others."""
        rung = self.apart.get((column, value))
        return rung is not None and self.holds(column, row, rung)

    def finest_period(self, row: Row) -> str | None:
        """Return the narrowest width of time by which a row may be shown, None for none."""
        ladder = self.ladders["time"]
        reached = ladder.standing.get(row, 0)
        return ladder.rungs[reached - 1] if reached else None


@lru_cache(maxsize=16)
def plan(basis: Basis, smallest: int) -> Plan:
    """Return what may be shown of a build where counts below `smallest`, but 0, are not."""
    climbing = _Climbing(basis, smallest)
    steps = basis.definitions["release_ladder"].sort("sort_order")
    apart: dict[tuple[str, object], str] = {}
    before = {width: _told_before(basis, climbing.due, width) for width in WIDTH_MONTHS}
    for (name,), ladder in steps.group_by("ladder", maintain_order=True):
        after, within = (str(ladder[key][0] or "").split() for key in ("stands_on", "within"))
        if name == "values":
            for column in GROUPS:
                parts, rungs = climbing.values(column)
                climbing.go_on(column, (after, within), parts, list(dict.fromkeys(rungs.values())))
                apart |= {(column, value): rung for value, rung in rungs.items()}
        else:
            parts = [climbing.told(step, before) for step in ladder.to_dicts()]
            climbing.go_on(str(name), (after, within), parts, ladder["rung"].to_list())
    return Plan(climbing.ladders, apart, before)


class _Climbing:
    """The courses of a build on their way up: what has been split, and who stands where."""

    def __init__(self, basis: Basis, smallest: int) -> None:
        self.basis = basis
        levels, self.labels = _levels(basis.frame, _headline(basis))
        self.members = Members(_codes(basis.frame["patient_key"]), levels, smallest)
        status = basis.frame[status_column("response", basis.window)]
        self.due = status.is_in(list(DUE)).to_numpy()
        self.ladders: dict[str, Ladder] = {}
        self.blocks: dict[str, Ints] = {}
        self.stands: dict[str, list[Flags]] = {}

    def go_on(
        self,
        name: str,
        ground: tuple[Sequence[str], Sequence[str]],
        parts: Sequence[Ints],
        names: Sequence[str],
    ) -> None:
        """Climb one ladder: `ground` is on which rungs rows must stand, and whose blocks are split."""
        after, within = ground
        block = np.zeros(self.basis.frame.height, np.int64)
        for rung in within or after:
            block = _split(block, self.blocks[rung])
        ready = [
            np.logical_and.reduce(flags)
            for flags in zip(*(self.stands[rung] for rung in after), strict=True)
        ]
        rungs = []
        for part in parts:
            block = _split(block, part)
            rungs.append(block)
        standing = climb(self.members, rungs, ready or None)
        rows = [row for level in self.labels for row in level]
        climbed = dict(zip(rows, np.concatenate(standing).tolist(), strict=True))
        self.ladders[name] = Ladder(tuple(names), climbed)
        for place, rung in enumerate(names):
            self.blocks[rung] = rungs[place]
            self.stands[rung] = [np.asarray(level > place, np.bool_) for level in standing]

    def told(self, step: Mapping[str, object], before: Mapping[str, date]) -> Ints:
        """Return what a rung tells of each course; one thing of all where the build has no such status."""
        splits = str(step["splits"])
        if splits in WIDTH_MONTHS:
            period = _period(self.basis.frame["start_month"], WIDTH_MONTHS[splits], before[splits])
            return np.asarray(np.where(self.due, period + 1, 0), np.int64)
        column = status_column(str(step["measure"]), str(step["window"] or self.basis.window))
        if column not in self.basis.frame.columns:
            return np.zeros(self.basis.frame.height, np.int64)
        return _codes(self.basis.frame.select(_told(pl.col(column), splits)).to_series())

    def values(self, column: str) -> tuple[list[Ints], dict[object, str]]:
        """Return the parts of a ladder of values, and from which rung each value is told apart."""
        place, ordered = _by_size(self.basis.frame[column], self.due)
        number = max(len(ordered) - 1, 1)
        parts = [
            np.where(self.due, 1 + np.minimum(place, last), 0) for last in range(1, number + 1)
        ]
        return parts, {value: f"{column} {min(at + 1, number)}" for at, value in enumerate(ordered)}


def _headline(basis: Basis) -> list[str]:
    return basis.definitions["categories"].filter(pl.col("headline"))["category"].to_list()


def _levels(frame: pl.DataFrame, headline: Sequence[str]) -> tuple[list[Level], list[list[Row]]]:
    """Return the levels of DEPTHS, and the rows of each by number.

    All together are the courses of headline conditions; the others have no parent.
    """
    inside = frame["category"].is_in(list(headline)).to_numpy()
    levels = [Level(np.where(inside, 0, NOBODY), np.array([NOBODY]))]
    labels: list[list[Row]] = [[()]]
    for columns in DEPTHS[1:]:
        rows = frame.select(columns).unique().sort(columns, nulls_last=False)
        row = (
            frame.select(columns)
            .join(rows.with_row_index("row"), on=columns, nulls_equal=True, how="left",
                  maintain_order="left")["row"].to_numpy().astype(np.int64)
        )  # fmt: skip
        parent = np.full(rows.height, NOBODY)
        parent[row] = levels[-1].row
        levels.append(Level(row, parent))
        labels.append(rows.rows())
    return levels, labels


def _codes(column: pl.Series) -> Ints:
    """Return a number from 0 for each value of a column, alike for alike, null one of its own."""
    numbers = column.rank("dense").fill_null(0).cast(pl.Int64).to_numpy()
    return np.asarray(numbers, np.int64)


def _split(block: Ints, part: Ints) -> Ints:
    """Return blocks split by parts, numbered from 0."""
    wide = block * (int(part.max(initial=0)) + 1) + part
    return np.asarray(np.unique(wide, return_inverse=True)[1], np.int64)


def _told(status: pl.Expr, splits: str) -> pl.Expr:
    """Return what a rung tells of a status.

    A course of a condition without the measure has no status; such courses are a block of their own,
    because the measure's numbers leave them out.
    """
    due = status.is_in(list(DUE))
    if splits == "started":
        counted = pl.lit("started")
    elif splits == "steps":
        counted = pl.when(due).then(pl.lit("due")).otherwise(status)
    elif splits == "followed":
        assessed = status.is_in(list(DUE[:2]))
        followed = pl.when(assessed).then(pl.lit("assessed")).otherwise(status)
        counted = pl.when(due).then(followed).otherwise(pl.lit("not_counted"))
    elif splits == "due":
        counted = pl.when(due).then(pl.lit("due")).otherwise(pl.lit("not_counted"))
    elif splits == "met":
        met = pl.when(status == "responded").then(status).otherwise(pl.lit("rest_of_due"))
        counted = pl.when(due).then(met).otherwise(pl.lit("not_counted"))
    else:
        counted = pl.when(due).then(status).otherwise(pl.lit("not_counted"))
    return pl.when(status.is_not_null()).then(counted).otherwise(pl.lit("not_asked"))


def _told_before(basis: Basis, due: Flags, period: str) -> date:
    """Return the first month whose period is not told by itself: what is due later is taken with it."""
    months, width = basis.frame["start_month"], WIDTH_MONTHS[period]
    if basis.due_from is None or months.null_count() == len(months):
        return date.max
    number = _number(basis.due_from + timedelta(days=1)) // width  # of the first period not over
    started = _numbers(months).fill_null(0).to_numpy() // width
    if (due & (started >= number)).any():
        number -= 1
    return date(number * width // 12, number * width % 12 + 1, 1)


def _period(month: pl.Series, width: int, before: date) -> Ints:
    """Return the number of the period in which each month lies, those from `before` on as one.

    Without a month a period of its own.
    """
    return _codes((_numbers(month) // width).clip(upper_bound=_number(before) // width))


def _numbers(month: pl.Series) -> pl.Series:
    return 12 * month.dt.year().cast(pl.Int64) + month.dt.month().cast(pl.Int64) - 1


def _number(day: date) -> int:
    return 12 * day.year + day.month - 1


def _by_size(column: pl.Series, due: Flags) -> tuple[Ints, list[object]]:
    """Return the place of each course's value, the one with most courses due first, and the values."""
    sizes = (
        pl.DataFrame({"value": column, "due": pl.Series(due, dtype=pl.Int64)})
        .group_by("value")
        .agg(pl.col("due").sum())
        .sort(["due", "value"], descending=[True, False], nulls_last=True)
    )
    values = sizes["value"].to_list()
    place = pl.DataFrame({"value": sizes["value"], "place": range(len(values))})
    joined = pl.DataFrame({"value": column}).join(
        place, on="value", how="left", nulls_equal=True, maintain_order="left"
    )
    return joined["place"].to_numpy().astype(np.int64), values
