"""Which table of an export stands for patients, visits, infusions and scores."""

from dataclasses import dataclass

import polars as pl

from pipelines.intake.profiling.arms import Arm, arm
from pipelines.intake.profiling.draft import Cell
from pipelines.intake.profiling.facts import MOST, Column
from pipelines.intake.profiling.roles import Role
from pipelines.intake.profiling.rows import date_beside, filter_on
from pipelines.intake.profiling.survey import MOSTLY, Survey, Table, overlap

DEMOGRAPHIC = ("sex", "flag_female", "flag_male", "age", "birth_date")
VISIT_DATES = ("visit_date", "date", "assessed_on", "start_date")
INFUSED = ("dose_mg", "dose_mg_per_kg", "agent", "route", "infusion_minutes")
SAME_SHARE = 0.8
REPEATED = "rows that repeat another in every cell: {0}; they count once"
AGAIN = "rows with the key of another row: {0}; all but the first go to quarantine"


@dataclass(frozen=True)
class Visits:
    """A table with a row for each visit: its key and date, the filter on such rows, the doubt."""

    table: Table
    key: Column
    date: Column
    keep: dict[str, Cell] | None = None
    doubt: str = ""


@dataclass(frozen=True)
class Choices:
    """What each table was taken for; None where no table is.

    `arm` are the arms of a study without visits, `repeats` tables whose scores stand in another
    too. `idle_arm` looks like arms in an export with visits, where nothing is filtered by it.
    """

    survey: Survey
    people: Table | None
    visits: Visits | None
    infusions: Visits | None
    scores: list[Table]
    repeats: list[tuple[str, str]]
    arm: Arm | None
    dates: bool
    idle_arm: Arm | None = None


def choices(found: Survey) -> Choices:
    """Return what each table seems to be."""
    people = _people(found)
    visits = _visits(found, people)
    scores, repeats = _scores(found)
    dates = visits is not None or any(_dated(table) for table in scores)
    infusions = _infusions(found, visits) if visits else None
    candidates = [table for table in (people, *scores) if table is not None]
    chosen = arm(candidates, found.hints)
    idle = chosen if visits and chosen and not chosen.conditions else None
    chosen = None if visits else chosen
    return Choices(found, people, visits, infusions, scores, repeats, chosen, dates, idle)


def _people(found: Survey) -> Table | None:
    """Return the table with a row for each patient, or the one with most about them."""
    named = found.table_of("patients")

    def worth(table: Table) -> tuple[bool, int, int]:
        about = sum(table.find(means) is not None for means in DEMOGRAPHIC)
        distinct = table.patient.distinct if table.patient else 0
        return (table.per_patient, about + 2 * (table in named), distinct)

    fitting = [
        table for table in found.tables if table.patient and any(map(table.find, DEMOGRAPHIC))
    ]
    fitting += [table for table in named if table.patient and table not in fitting]
    return max(fitting, key=worth, default=None)


def _visits(found: Survey, people: Table | None) -> Visits | None:
    made = [visits for table in found.tables if (visits := as_visits(table))]
    made = [visits for visits in made if visits.table is not people or not visits.table.per_patient]
    named = [*found.table_of("visits"), *found.table_of("infusions")]

    def worth(visits: Visits) -> tuple[int, int, int]:
        referred = sum(
            table is not visits.table
            and (key := table.find("visit_key")) is not None
            and overlap(key.column, visits.key) >= MOSTLY
            for table in found.tables
        )
        about = sum(
            visits.table.find(m) is not None for m in ("visit_kind", "visit_status", *INFUSED)
        )
        return (
            2 * (visits.table in named) + (referred > 0),
            about,
            visits.table.sheet.frame.height,
        )

    return max(made, key=worth, default=None)


def as_visits(table: Table) -> Visits | None:
    """Return a table as visits where it has patients, and rows with a date and a key of their own."""
    if table.patient is None:
        return None
    for role in (*table.all("visit_key"), *table.all("weak_key"), *table.all("row_number")):
        column = role.column
        doubt = _key_doubt(table, role)
        own = doubt is not None
        when = date_beside(table, column, "visit_date", "date", "assessed_on") if own else None
        if when is None or column.name == table.patient.name:
            continue
        keep, blank = filter_on(table, column)
        told = "; ".join(why for why in (doubt, blank) if why)
        return Visits(table, column, when.column, keep, told)
    return None


def _key_doubt(table: Table, role: Role) -> str | None:
    """Return what makes a column doubtful as the key of rows, "" where nothing does.

    None where it is no key: blank in some rows or the same in several, where its name does not say
    that it is one, or the same in many. Rows that repeat another in every cell are one row.
    """
    column, named = role.column, role.means == "visit_key"
    repeated = again = 0
    if column.distinct < column.filled:
        keyed = table.sheet.frame.filter(pl.col(column.name).is_not_null())
        repeated = keyed.height - keyed.n_unique()
        again = max(column.filled - repeated - column.distinct, 0)
    blank = column.filled < column.rows
    few = column.distinct < max(2, MOST * (column.distinct + again))
    if few or (not named and (blank or again)):
        return None
    told = [REPEATED.format(repeated)] if repeated else []
    return "; ".join([*told, AGAIN.format(again)] if again else told)


def _infusions(found: Survey, visits: Visits) -> Visits | None:
    """Return the table of infusions: named so, or the visits themselves where doses stand there."""
    for table in found.table_of("infusions"):
        own = as_visits(table)
        if table is visits.table:
            return visits
        key = table.find("visit_key")
        if key and overlap(key.column, visits.key) >= MOSTLY:
            return Visits(table, key.column, visits.date, *filter_on(table, key.column))
        if own:
            return own
    kind = visits.table.find("visit_kind")
    hints = found.hints
    infused = kind is not None and any(
        (hint := hints.cell("visit_kind", code)) and hint.means == "infusion"
        for code in kind.column.codes
    )
    return visits if infused or any(map(visits.table.find, INFUSED)) else None


def _dated(table: Table) -> bool:
    return table.find("assessed_on", "visit_date", "date", "start_date") is not None


def _scores(found: Survey) -> tuple[list[Table], list[tuple[str, str]]]:
    """Return the tables with scores, and those whose scores stand in a chosen one already."""
    fitting = [
        table for table in found.tables if table.patient and (table.scores or is_long(found, table))
    ]
    fitting.sort(key=lambda table: -sum(score.column.filled for score in table.scores))
    chosen: list[Table] = []
    repeats: list[tuple[str, str]] = []
    for table in fitting:
        again = next((other for other in chosen if _repeats(table, other)), None)
        if again:
            repeats.append((table.sheet.path, again.sheet.path))
        else:
            chosen.append(table)
    chosen.sort(key=found.tables.index)
    return chosen, repeats


def is_long(found: Survey, table: Table) -> bool:
    """Return whether a table has a row for each score, with a column that names instruments."""
    named = table.find("loinc", "instrument")
    if named is None or table.find("score") is None:
        return False
    return any(found.instruments.of_cell(code) for code in instrument_codes(named.column))


def instrument_codes(column: Column) -> list[str]:
    """Return the different codes of a column that names instruments, however many."""
    return sorted(code for code in column.cells.unique().to_list() if column.is_code(code))


def _repeats(table: Table, other: Table) -> bool:
    """Return whether nearly all scores of a table stand for the same patients in another."""
    mine, theirs = _pairs(table), _pairs(other)
    return bool(mine) and len(mine & theirs) >= SAME_SHARE * len(mine)


def _pairs(table: Table) -> set[tuple[str, str, str]]:
    assert table.patient is not None
    frame = table.sheet.frame
    pairs: set[tuple[str, str, str]] = set()
    for score in table.scores:
        both = frame.select(table.patient.name, score.column.name).drop_nulls()
        pairs |= {(patient, score.instrument, value) for patient, value in both.iter_rows()}
    return pairs
