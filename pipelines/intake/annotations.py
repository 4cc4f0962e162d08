"""What a practice writes beside its records: dated changes, targets, and charts begun anew.

Three CSV files of the practice folder, each optional: events.csv, targets.csv, rebases.csv.
"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from pipelines.definitions import InputError
from pipelines.definitions.checked_csv import read_text, typed
from pipelines.definitions.columns import code
from pipelines.definitions.schema import Column, Table

FOLLOW_UP = "follow_up"  # may stand for a measure: the share of due courses that were assessed
ADVERSE_EVENTS = "adverse_events"  # and these: per infusion, and the charts of the Flow page
FLOW = ("no_show", "late_cancelled", "complete", "baseline")
DOSE = "dose"
CHARTS = (FOLLOW_UP, ADVERSE_EVENTS, DOSE, *FLOW)
ON = (
    Column("clinic_key", "text", "Only for this clinic; empty: all.", False),
    code("category", "Only for this category; empty: all.", False),
    code(
        "measure",
        "Only for this measure, follow_up, adverse_events, dose, no_show, late_cancelled, complete "
        "(inductions) or baseline (taken); empty: all measures and the dose.",
        False,
    ),
)
EVENTS = Table(
    "events",
    "One row per dated change at the practice.",
    ("event_date", "title", "clinic_key"),
    (
        Column("event_date", "date", "Day from which it held."),
        Column("title", "text", "What was changed, in a few words."),
        Column("kind", "text", "What sort of change.",
               one_of=("protocol_change", "qi_cycle", "staffing", "other")),
        *ON,
        Column("person", "text", "Who wrote it down.", False),
    ),
)  # fmt: skip
TARGETS = Table(
    "targets",
    "One row per target and the month from which it holds.",
    ("measure", "category", "clinic_key", "from_month"),
    (
        Column("from_month", "date", "First day of the month from which it holds."),
        Column("target_percent", "integer", "The share to reach.", low=0, high=100),
        code("measure", "Measure, or one of the other charts as in events."),
        *ON[:2],
        Column("person", "text", "Who set it."),
        Column("reason", "text", "Why this number."),
    ),
)
REBASES = Table(
    "rebases",
    "One row per decision on the lines of a chart.",
    ("measure", "category", "clinic_key", "month", "kind"),
    (
        Column("month", "date", "rebase: first day of the month from which lines are computed anew; "
               "freeze: of the last month from which they are computed."),
        Column("kind", "text", "What is decided.", one_of=("rebase", "freeze")),
        code("measure", "Measure, or one of the other charts as in events."),
        *ON[:2],
        Column("person", "text", "Who decided it."),
        Column("reason", "text", "Why: what changed for good."),
    ),
)  # fmt: skip
TABLES = (EVENTS, TARGETS, REBASES)


@dataclass(frozen=True)
class Annotations:
    """The three files as typed frames; a file that is not there is a frame of no rows."""

    events: pl.DataFrame
    targets: pl.DataFrame
    rebases: pl.DataFrame

    @property
    def content(self) -> str:
        """Return all cells as one text: the same for the same annotations."""
        return repr([frame.rows() for frame in (self.events, self.targets, self.rebases)])


NOTHING = Annotations(EVENTS.empty(), TARGETS.empty(), REBASES.empty())


def annotations(practice: Path) -> Annotations:
    """Return what a practice folder says of its charts.

    Raises InputError with one message per wrong cell: file, row, what was found, what is allowed.
    """
    problems: list[str] = []
    frames = []
    for table in TABLES:
        path = practice / f"{table.name}.csv"
        if not path.is_file():
            frames.append(table.empty())
            continue
        text, found = read_text(path, table, path.name, whole=False)
        problems += found
        frames.append(table.empty() if found else typed(table, text))
    problems = problems or [
        f"{table.name}.csv, row {row}: {column} is {day}; expected the first day of a month"
        for table, frame in zip(TABLES[1:], frames[1:], strict=True)
        for column in ("from_month" if table is TARGETS else "month",)
        for row, day in enumerate(frame[column].to_list(), start=1)
        if day.day != 1
    ]
    if problems:
        raise InputError(*problems)
    return Annotations(*frames)


def add_event(practice: Path, row: dict[str, str | date | None]) -> None:
    """Append one event to events.csv, which is made where there is none.

    Raises InputError, with the file as it was, where the row or what stands there is wrong.
    """
    path = practice / "events.csv"
    before = path.read_bytes() if path.is_file() else None
    known = annotations(practice).events
    text = {name: None if value is None else str(value) for name, value in row.items()}
    added = pl.DataFrame([text], schema=dict.fromkeys(EVENTS.names, pl.String))
    whole = pl.concat([known.select(pl.all().cast(pl.String)), added])
    draft = path.with_name(".events.csv.draft")
    whole.write_csv(draft)
    try:
        _, problems = read_text(draft, EVENTS, "events.csv")
        if problems:
            raise InputError(*problems)
        now = path.read_bytes() if path.is_file() else None
        if now != before:
            raise InputError("events.csv: it was changed meanwhile; nothing was added")
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
