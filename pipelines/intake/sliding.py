"""The slid calendar: how far each patient's days move, and which rows wait behind the door.

A patient's calendar is slid so that the first infusion (without one, the first day of any kind)
falls on one fixed day of its month, quarter or year; intervals stay exact and the day is gone.
Rows whose slid day lies too near the end of the data wait on the crosswalk side, because a day
near the end would give the slide away.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from pipelines.definitions import Definitions
from pipelines.intake.batches import Slide
from pipelines.intake.scratch import Scratch

SQL = Path(__file__).parent / "sql"
EARLIEST = date(4, 1, 1)
MARGINS: dict[Slide, int] = {"month": 15, "quarter": 46, "year": 183}


@dataclass(frozen=True)
class Edges:
    """Which slid days may be seen: all through `last`, but for those from `unsure` until before `first`.

    Days before `unsure` lie before the data begin, however they were slid. Both are None where the
    beginning needs no protection.
    """

    last: date
    unsure: date | None = None
    first: date | None = None


def slide_patients(
    scratch: Scratch, slide: Slide, seen: Edges, definitions: Definitions, all_rows: bool
) -> None:
    """Make `door.slides`: patient, slide_days; null for a patient who must wait altogether.

    Known patients keep their slide. A new one waits until the slid day of the first infusion may be
    seen: whoever is seen earlier than others of the same month would be known to have begun before
    the data ended. Without an infusion it is the first day of any kind, and so many days more
    (setting uninfused_wait_days), so that the first infusion, when it comes, can decide.
    `door.patients` must hold patient and the known slide_days.
    """
    scratch.run(SQL / "anchors.sql")
    asked = {
        "slide": [slide],
        "all_rows": [all_rows],
        "uninfused_wait": [definitions.setting("uninfused_wait_days")],
        "last_seen": [seen.last],
        "unsure": [seen.unsure],
        "first_seen": [seen.first],
    }
    types = {
        "uninfused_wait": pl.Int32(),
        "last_seen": pl.Date(),
        "unsure": pl.Date(),
        "first_seen": pl.Date(),
    }
    scratch.store("door.asked", pl.DataFrame(asked, schema_overrides=types))
    scratch.run(SQL / "slides.sql")


def at_start(scratch: Scratch) -> int:
    """Return how many patients wait, after `slide_patients`, because they begin where the data do."""
    found = scratch.connection.sql(
        "select count(*) from door.slides as slides cross join door.asked as asked"
        " where slides.slide_days is null"
        " and slides.first_seen between asked.unsure and asked.first_seen - 1"
    ).fetchall()
    return int(found[0][0])


def edges(slide: Slide, first_day: date, last_day: date, crowded: bool) -> Edges:
    """Return which slid days may be seen of data from `first_day` through `last_day`.

    The beginning is protected only where it is `crowded`: where few patients begin there, the
    records do not show where the data begin. By `year` whole years are seen, so that not even the
    ends of the data say more.
    """
    margin = timedelta(days=MARGINS[slide])
    # A day that somebody mistyped may lie at the very beginning of all calendars.
    first_day, last_day = max(first_day, EARLIEST), max(last_day, EARLIEST)
    last, unsure, first = last_day - margin, first_day - margin, first_day + margin
    if slide == "year":
        last = date((last + timedelta(days=1)).year - 1, 12, 31)
        unsure = date(unsure.year, 1, 1)
        first = date((first - timedelta(days=1)).year + 1, 1, 1)
    return Edges(last, unsure, first) if crowded else Edges(last)
