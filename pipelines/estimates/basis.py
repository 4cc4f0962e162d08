"""The basis of rates: every first course with what became of it, whatever a question asks."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path

import polars as pl

from pipelines.definitions import Definitions
from pipelines.estimates.tallies import Tally

GROUPS = ("clinic_key", "sex", "age_band", "region")
KEYS = ("course_key", "patient_key", "category", "subtype", *GROUPS, "start_month")


@dataclass(frozen=True)
class Begun:
    """The days on which courses began, in any order; and by category and window the instruments by which
    courses are judged. None of either where nobody knows.
    """

    days: Sequence[date] = ()
    instruments: Mapping[tuple[str, str], frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Basis:
    """First courses, unfiltered: what rates of all questions are counted from; and tallies beside them.

    All are loaded when first asked for. `window` is the headline one. Courses that began on `due_from`
    or before are due for it on any instrument; None without a calendar. Equal only to itself, so that
    what is worked out from it is kept by it.
    """

    load: Callable[[], pl.DataFrame] = field(repr=False)
    load_tallies: Callable[[], tuple[Tally, ...]] = field(repr=False)
    window: str
    due_from: date | None
    definitions: Definitions = field(repr=False)
    folder: Path | None = None
    load_begun: Callable[[], Begun] = field(default=Begun, repr=False)

    @cached_property
    def frame(self) -> pl.DataFrame:
        """Return one row per first course with KEYS and a status for each measure and window.

        The columns of statuses are named by `status_column`; null where a condition lacks the measure.
        """
        return self.load()

    @cached_property
    def tallies(self) -> tuple[Tally, ...]:
        """Return what is counted beside courses."""
        return self.load_tallies()

    @cached_property
    def begun(self) -> Begun:
        """Return when courses began, and by what they are judged."""
        return self.load_begun()


def basis(
    windows: Callable[[], Iterable[tuple[str, pl.DataFrame]]],
    window: str,
    through: date | None,
    definitions: Definitions,
    beside: Callable[[], tuple[Tally, ...]] = tuple,
    folder: Path | None = None,
    begun: Callable[[], Begun] = Begun,
) -> Basis:
    """Return the basis from the courses of each window: one row per course and measure.

    The first of `windows` tells which courses there are; every window has the same. `through` is the
    last day of the data, `beside` gives the tallies, `begun` when courses began and by what they
    are judged, `folder` is that of the practice.
    """
    return Basis(
        lambda: _wide(windows(), window),
        beside,
        window,
        _due_from(window, through, definitions),
        definitions,
        folder,
        begun,
    )


def _wide(windows: Iterable[tuple[str, pl.DataFrame]], window: str) -> pl.DataFrame:
    frame: pl.DataFrame | None = None
    for name, courses in windows:
        first = courses.filter("is_first_course")
        wide = first.pivot("measure", index="course_key", values="status")
        wide = wide.rename(
            {
                column: status_column(column, name)
                for column in wide.columns
                if column != "course_key"
            }
        )
        if frame is None:
            frame = first.select(KEYS).unique("course_key", maintain_order=True)
        frame = frame.join(wide, on="course_key", how="left", maintain_order="left")
    assert frame is not None, "a practice has a window"
    headline = status_column("response", window)
    if headline not in frame.columns:  # no course is asked for the measure
        frame = frame.with_columns(pl.lit(None, pl.String).alias(headline))
    return frame


def _due_from(window: str, through: date | None, definitions: Definitions) -> date | None:
    last = definitions["windows"].filter(pl.col("window") == window)["last_day"].max()
    if through is None or not isinstance(last, int):
        return None
    return through - timedelta(days=definitions.setting("induction_last_day") + last)


def status_column(measure: str, window: str) -> str:
    """Return the column that holds what became of a course for a measure in a window."""
    return f"{measure} in {window}"
