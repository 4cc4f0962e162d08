"""The ladders of courses: what each rung of release_ladder.csv tells of a course."""

from collections.abc import Mapping
from datetime import date, timedelta

import polars as pl

from pipelines.disclosure.climbing import Climbing, rows_of
from pipelines.disclosure.units import (
    DUE,
    LATER,
    NO_PART,
    OTHERS,
    UNKNOWN,
    WIDTH_MONTHS,
    Key,
    part_of,
    told,
)
from pipelines.estimates.basis import GROUPS, Basis, status_column

DEPTHS = (("category",), ("category", "subtype"))


def climbed_courses(basis: Basis, smallest: int) -> tuple[Climbing, dict[tuple[str, str], str]]:
    """Return the courses of a build up all their ladders, and from which rung each value of a column
    of groups is told apart.
    """
    inside = basis.frame["category"].is_in(basis.definitions.headline)
    climbing = Climbing(
        basis.frame["patient_key"], rows_of(basis.frame, DEPTHS, inside, ()), smallest
    )
    courses = _Courses(basis)
    steps = basis.definitions["release_ladder"].sort("sort_order")
    apart: dict[tuple[str, str], str] = {}
    for (name,), ladder in steps.group_by("ladder", maintain_order=True):
        ground = str(ladder["stands_on"][0] or "").split()
        if name == "values":
            for column in GROUPS:
                parts, rungs = courses.values(column)
                names = [f"{column} {place}" for place in range(1, len(parts) + 1)]
                climbing.go_on(ground, names, parts, parted=True)
                apart |= {(column, value): rung for value, rung in rungs.items()}
        else:
            told = [courses.told(step) for step in ladder.to_dicts()]
            parted = ladder["splits"].is_in(list(WIDTH_MONTHS)).all()
            climbing.go_on(ground, ladder["rung"].to_list(), told, parted=parted)
    return climbing, apart


def lags(basis: Basis) -> dict[str, dict[str | None, int | None]]:
    """Return by rung and category how many days before the last of the data the courses that the rung
    counts had begun; None where courses are judged by instruments of which it is not the same.
    """
    definitions = basis.definitions
    families = dict(definitions["instruments"].select("instrument", "family").rows())
    usual = definitions["headlines"].group_by("category").agg("instrument").rows()
    found: dict[str, dict[str | None, int | None]] = {}
    for step in definitions["release_ladder"].iter_rows(named=True):
        if step["splits"] in ("started", "steps"):
            continue
        window = str(step["window"] or basis.window)
        asked = definitions["windows"].filter(pl.col("window") == window)
        last_days = dict(asked.select("family", "last_day").rows())
        by: dict[str | None, int | None] = {}
        for category, named in usual:
            instruments = basis.begun.instruments.get((category, window), named)
            days = {last_days.get(families[name]) for name in instruments} - {None}
            last = days.pop() if len(days) == 1 else None
            by[category] = (
                None if last is None else int(definitions.setting("induction_last_day")) + last
            )
        found[str(step["rung"])] = by
    return found


def listed(frame: pl.DataFrame) -> frozenset[Key]:
    """Return the rows and values that every page of a build lists, whatever it tells of them."""
    rows = [row for columns in DEPTHS for row in frame.select(columns).unique().rows()]
    values = [(column, value) for column in GROUPS for value in frame[column].unique()]
    return frozenset(
        [
            *((row, "") for row in rows),
            *(((), told(name, part_of(value))) for name, value in values),
        ]
    )


def opened(frame: pl.DataFrame) -> dict[Key, date]:
    """Return the month in which each value of a column is known to have begun: that of its first course.

    Values with courses of which nobody knows the month are left out.
    """
    found: dict[Key, date] = {}
    month = pl.col("start_month")
    for column in GROUPS:
        known = frame.group_by(column).agg(month.min(), month.is_null().any().alias("unknown"))
        for value, first, unknown in known.rows():
            if not unknown:
                found[(), told(column, part_of(value))] = first
    return found


class _Courses:
    """What rungs tell of the courses of a build."""

    def __init__(self, basis: Basis) -> None:
        self.basis = basis
        self.due = (
            basis.frame[status_column("response", basis.window)]
            .is_in(list(DUE))
            .fill_null(value=False)
        )

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
        value = self.basis.frame[column].map_elements(part_of, pl.String, skip_nulls=False)
        ordered = (
            pl.DataFrame({"value": value, "due": self.due.cast(pl.Int64)})
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
            if (self.due & (began >= first_open).fill_null(value=False)).any():
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
        return pl.select(
            pl.when(self.due).then(part).otherwise(pl.lit(NO_PART)).alias("part")
        ).to_series()


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
    elif splits == "due":
        counted = pl.when(due).then(pl.lit("due")).otherwise(pl.lit("not_counted"))
    elif splits == "met":
        met = pl.when(status == "responded").then(status).otherwise(pl.lit("rest_of_due"))
        counted = pl.when(due).then(met).otherwise(pl.lit("not_counted"))
    else:
        counted = pl.when(due).then(status).otherwise(pl.lit("not_counted"))
    return pl.when(status.is_not_null()).then(counted).otherwise(pl.lit("not_asked"))
