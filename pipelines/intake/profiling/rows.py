"""Which rows of a table are about something: those where it is filled, told by a column of codes."""

from pipelines.intake.profiling.draft import Cell
from pipelines.intake.profiling.facts import MOST, Column
from pipelines.intake.profiling.roles import DATES, Role
from pipelines.intake.profiling.survey import Table

CODES_AT_MOST = 12
TELLING = ("repeat", "time", "visit_kind", "instrument", "visit_status")


def filter_on(table: Table, needed: Column) -> tuple[dict[str, Cell] | None, str]:
    """Return the filter that leaves the rows where a column is filled, and the doubt about it.

    No filter where it is filled throughout. Where no column of codes tells the rows apart there
    is no filter either, and a doubt.
    """
    frame = table.sheet.frame
    filled = frame[needed.name].is_not_null()
    if filled.sum() >= MOST * frame.height:
        return None, ""
    for role in _telling(table):
        if role.column is needed:
            continue
        codes = frame.filter(filled)[role.column.name].unique().to_list()
        if len(codes) > CODES_AT_MOST or not set(codes) <= set(role.column.codes):
            continue
        among = filled.filter(frame[role.column.name].is_in(codes))
        if among.len() < frame.height and among.sum() >= MOST * among.len():
            table.used.add(role.column.name)
            return {"column": role.column.name, "values": sorted(codes)}, ""
    return None, f"rows without {needed.name} go to quarantine"


def _telling(table: Table) -> list[Role]:
    """Return the columns of codes by which rows may be told apart, the likeliest first."""
    fitting = [role for role in table.roles if role.means in TELLING and role.column.codes]
    return sorted(fitting, key=lambda role: TELLING.index(role.means))


def date_beside(table: Table, needed: Column, *means: str) -> Role | None:
    """Return the date that is filled wherever a column is: of some roles in order, else the nearest."""
    rows = table.sheet.frame.filter(table.sheet.frame[needed.name].is_not_null())
    fitting = [
        role
        for role in table.roles
        if role.means in DATES
        and role.means != "end_date"
        and rows[role.column.name].is_not_null().sum() >= MOST * rows.height
    ]
    order = {name: place for place, name in enumerate(means)}

    def worth(role: Role) -> tuple[int, int]:
        distance = abs(role.column.position - needed.position)
        return (order.get(role.means, len(order)), distance)

    return min(fitting, key=worth, default=None)
