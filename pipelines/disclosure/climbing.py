"""How a build's courses climb the ladders of release_ladder.csv, and how far each row gets."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import numpy as np
import polars as pl

from pipelines.disclosure.ladder import NOBODY, Flags, Ints, Level, Members, climb
from pipelines.disclosure.units import LATER, NO_PART, OTHERS, UNKNOWN, Row, Rung, Unit
from pipelines.estimates.basis import GROUPS, Basis, status_column

DEPTHS = ((), ("category",), ("category", "subtype"))
DUE = ("responded", "not_responded", "not_assessed")
WIDTH_MONTHS = {"half_year": 6, "quarter": 3, "month": 1}
Told = tuple[str, str]  # a rung and what it tells
Plans = tuple[
    tuple[Rung, ...],
    Mapping[tuple[str, Row], Unit],
    Mapping[Row, tuple[Row, ...]],
    Mapping[tuple[str, str], str],
]


def climbed(basis: Basis, smallest: int) -> Plans:
    """Return the rungs, the units of the rows that stand on them, each row's children, and from which
    rung each value of a column of groups is told apart.
    """
    courses = _Courses(basis, smallest)
    steps = basis.definitions["release_ladder"].sort("sort_order")
    apart: dict[tuple[str, str], str] = {}
    for (name,), ladder in steps.group_by("ladder", maintain_order=True):
        ground = [str(ladder[key][0] or "").split() for key in ("stands_on", "within")]
        if name == "values":
            for column in GROUPS:
                parts, rungs = courses.values(column)
                names = [f"{column} {place}" for place in range(1, len(parts) + 1)]
                courses.go_on(ground, names, parts, parted=True)
                apart |= {(column, value): rung for value, rung in rungs.items()}
        else:
            told = [courses.told(step) for step in ladder.to_dicts()]
            parted = ladder["splits"].is_in(list(WIDTH_MONTHS)).all()
            courses.go_on(ground, ladder["rung"].to_list(), told, parted=parted)
    return tuple(courses.rungs), courses.units, courses.children(), apart


class _Courses:
    """The courses of a build on their way up: into which blocks they are split, who stands where."""

    def __init__(self, basis: Basis, smallest: int) -> None:
        self.basis = basis
        levels, self.rows = _levels(basis.frame, _headline(basis))
        self.members = Members(_numbered(basis.frame["patient_key"])[0], levels, smallest)
        status = basis.frame[status_column("response", basis.window)]
        self.due = status.is_in(list(DUE)).to_numpy()
        self.rungs: list[Rung] = []
        self.units: dict[tuple[str, Row], Unit] = {}
        self._blocks: dict[str, tuple[Ints, list[tuple[Told, ...]]]] = {}
        self._stands: dict[str, list[Flags]] = {}

    def go_on(
        self,
        ground: Sequence[Sequence[str]],
        names: Sequence[str],
        told: Sequence[pl.Series],
        *,
        parted: bool,
    ) -> None:
        """Climb one ladder of rungs, each with what it tells of each course.

        `ground`: on which rungs rows must stand, and whose blocks are split (empty: the same).
        """
        after, within = ground
        block: Ints = np.zeros(self.basis.frame.height, np.int64)
        labels: list[tuple[Told, ...]] = [()]
        for rung in within or after:
            block, labels = _split((block, labels), self._blocks[rung])
        ready = [
            np.logical_and.reduce(flags)
            for flags in zip(*(self._stands[rung] for rung in after), strict=True)
        ]
        for place, (name, series) in enumerate(zip(names, told, strict=True)):
            part, values = _numbered(series)
            shown = () if parted and place else None  # each part of a rung refines the one before
            base = (block, [label[:-1] for label in labels]) if shown == () else (block, labels)
            block, labels = _split(base, (part, [((name, value),) for value in values]))
            self._blocks[name] = block, labels
            below = [*after, *within] if not place else [names[place - 1]]
            self.rungs.append(Rung(name, tuple(dict.fromkeys(below))))
        standing = climb(self.members, [self._blocks[name][0] for name in names], ready or None)
        for place, (name, series) in enumerate(zip(names, told, strict=True)):
            self._stands[name] = [np.asarray(level > place, np.bool_) for level in standing]
            parts = [part for part in series.unique().sort() if part != NO_PART] if parted else []
            self._count(name, tuple(parts))

    def _count(self, rung: str, parts: tuple[str, ...]) -> None:
        """Keep the blocks of the rows that stand on a rung."""
        block, labels = self._blocks[rung]
        written = ["|".join(f"{name}={value}" for name, value in label) for label in labels]
        for level, rows, stands in zip(
            self.members.levels, self.rows, self._stands[rung], strict=True
        ):
            inside = level.row != NOBODY
            cell = level.row[inside] * len(labels) + block[inside]
            counts = np.bincount(cell, minlength=len(rows) * len(labels)).reshape(
                len(rows), len(labels)
            )
            for place in np.flatnonzero(stands).tolist():
                held = {
                    written[at]: int(counts[place, at])
                    for at in np.flatnonzero(counts[place]).tolist()
                }
                self.units[rung, rows[place]] = Unit(held, parts)

    def children(self) -> dict[Row, tuple[Row, ...]]:
        """Return the rows beneath each row that has any."""
        found: dict[Row, tuple[Row, ...]] = {}
        for above, level, rows in zip(
            self.rows, self.members.levels[1:], self.rows[1:], strict=False
        ):
            for place, parent in enumerate(level.parent.tolist()):
                if parent != NOBODY:
                    found[above[parent]] = (*found.get(above[parent], ()), rows[place])
        return found

    def told(self, step: Mapping[str, object]) -> pl.Series:
        """Return what a rung tells of each course; the same of all where the build has no such status."""
        splits, frame = str(step["splits"]), self.basis.frame
        if splits in WIDTH_MONTHS:
            return self._periods(WIDTH_MONTHS[splits])
        column = status_column(str(step["measure"]), str(step["window"] or self.basis.window))
        if column not in frame.columns:
            return pl.repeat("not_asked", frame.height, dtype=pl.String, eager=True)
        return frame.select(_told(pl.col(column), splits)).to_series()

    def values(self, column: str) -> tuple[list[pl.Series], dict[str, str]]:
        """Return the parts of a ladder of values, and from which rung each value is told apart.

        The value with most courses due comes first.
        """
        value = self.basis.frame[column].fill_null(UNKNOWN)
        ordered = (
            pl.DataFrame({"value": value, "due": pl.Series(self.due, dtype=pl.Int64)})
            .group_by("value")
            .agg(pl.col("due").sum())
            .sort(["due", "value"], descending=[True, False])["value"]
            .to_list()
        )
        number = max(len(ordered) - 1, 1)
        parts = []
        for apart in range(1, number + 1):
            kept = ordered if apart == number else ordered[:apart]
            parts.append(
                self._of_due(pl.when(value.is_in(kept)).then(value).otherwise(pl.lit(OTHERS)))
            )
        rungs = {name: f"{column} {min(at + 1, number)}" for at, name in enumerate(ordered)}
        return parts, rungs

    def _periods(self, width: int) -> pl.Series:
        """Return the period in which each course began, by its first month; those not all due as one.

        What is due in a period that is not all due yet is taken together with the last one that is.
        """
        months = self.basis.frame["start_month"]
        began = months.dt.truncate(f"{width}mo")
        if self.basis.due_from is not None:
            first_open = _start(self.basis.due_from + timedelta(days=1), width)
            if (self.due & (began >= first_open).fill_null(value=False).to_numpy()).any():
                first_open = _start(first_open - timedelta(days=1), width)
            late = began >= first_open
            text = (
                pl.when(late)
                .then(pl.lit(f"{LATER}{first_open:%Y-%m}"))
                .otherwise(began.dt.strftime("%Y-%m"))
            )
        else:
            text = pl.lit(began.dt.strftime("%Y-%m"))
        return self._of_due(text.fill_null(UNKNOWN))

    def _of_due(self, part: pl.Expr) -> pl.Series:
        due = pl.Series(self.due)
        return pl.select(
            pl.when(due).then(part).otherwise(pl.lit(NO_PART)).alias("part")
        ).to_series()


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


def _numbered(column: pl.Series) -> tuple[Ints, list[str]]:
    """Return a number from 0 for each value of a column, and the values in that order."""
    values = column.unique().sort()
    numbers = column.rank("dense").cast(pl.Int64).to_numpy() - 1
    return np.asarray(numbers, np.int64), values.to_list()


def _split(
    block: tuple[Ints, list[tuple[Told, ...]]], part: tuple[Ints, list[tuple[Told, ...]]]
) -> tuple[Ints, list[tuple[Told, ...]]]:
    """Return blocks split by parts, numbered from 0, each named by what both tell."""
    (coarse, names), (cut, told) = block, part
    wide, number = np.unique(coarse * len(told) + cut, return_inverse=True)
    labels = [
        tuple(dict.fromkeys((*names[place // len(told)], *told[place % len(told)])))
        for place in wide.tolist()
    ]
    return np.asarray(number, np.int64), labels


def _start(day: date, width: int) -> date:
    """Return the first day of the period of so many months in which a day lies."""
    return date(day.year, (day.month - 1) // width * width + 1, 1)


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
