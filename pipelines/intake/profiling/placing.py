"""When scores were taken: by a date, by the date of a visit, by a label, by the name of the column."""

from collections.abc import Sequence

from pipelines.intake.profiling.choices import Choices
from pipelines.intake.profiling.draft import Block, Cell, Line, Marked, column, constant, marked
from pipelines.intake.profiling.instruments import Score
from pipelines.intake.profiling.mapping import date_of, use
from pipelines.intake.profiling.people import join
from pipelines.intake.profiling.roles import Role
from pipelines.intake.profiling.survey import MOSTLY, Table, overlap
from pipelines.intake.profiling.times import Day, days, moment, numbered_in
from pipelines.intake.profiling.words import words

MOST_LABELS = 60
BEFORE, UNSPECIFIED = "before_infusion", "unspecified"
AROUND_DOUBT = "before or after the infusion of that day?"


def joined(table: Table, other: Table) -> Marked:
    """Return the join of another table by the patient, for a list."""
    made = join(table, other)
    assert isinstance(made, dict)
    return marked(made)


def dated(
    chosen: Choices, table: Table, role: Role | None, columns: Block, joins: list[Marked]
) -> None:
    """Add the day of each row by its date, or by the date of its visit."""
    if role is None:
        columns.lines.append(_visit_day(chosen, table, joins))
        return
    use(table, role.column)
    form, doubt = date_of(role.column)
    columns.add("assessed_on", column(role.column.name, date_format=form), doubt)


def timing(chosen: Choices, table: Table, role: Role | None, columns: Block) -> None:
    """Add the timing of rows that say nothing of it."""
    infusions = chosen.infusions
    around = infusions is not None and infusions.table is table
    around = around and role is not None and infusions is not None and role.column is infusions.date
    columns.add("timing", constant(UNSPECIFIED), AROUND_DOUBT if around else "")


def _visit_day(chosen: Choices, table: Table, joins: list[Marked]) -> Line:
    visits, key = chosen.visits, table.find("visit_key")
    if visits is None or key is None or overlap(key.column, visits.key) < MOSTLY:
        return Line("assessed_on", constant(0), "no date was found for these rows")
    use(table, key.column)
    use(visits.table, visits.key, visits.date)
    parts: dict[str, Cell] = {"file": visits.table.label, "on": key.column.name}
    if visits.key.name != key.column.name:
        parts["on_other"] = visits.key.name
    joins.append(marked(parts))
    form, doubt = date_of(visits.date)
    return Line(
        "assessed_on", column(visits.date.name, visits.table.label, date_format=form), doubt
    )


def labelled(chosen: Choices, table: Table, columns: Block) -> list[Marked]:
    """Add day and timing by a column of labels; return the filter on those that are understood."""
    hints = chosen.survey.hints
    roles = sorted(table.all("time"), key=lambda role: -role.by_name)
    for role in roles:
        labels = sorted(role.column.codes, key=lambda code: (len(code), code))
        unit = numbered_in(role.column.words, hints) if role.column.numeric else ""
        if unit == "day" and role.column.whole:
            return _numbered(role, table, columns)
        found = {
            label: at
            for label in labels[:MOST_LABELS]
            if (at := moment((*words(label), unit) if unit else words(label), hints))
        }
        if len(found) > 1 or (found and len(labels) == 1):
            use(table, role.column)
            placed = dict(zip(found, days(list(found.values())), strict=True))
            return _by_labels(role.column.name, labels, placed, columns)
    columns.add("assessed_on", constant(0), "no column tells the time; taken as the start")
    columns.add("timing", constant(BEFORE), "no column tells the time; taken as the start")
    return []


def _numbered(role: Role, table: Table, columns: Block) -> list[Marked]:
    use(table, role.column)
    name = role.column.name
    columns.add("assessed_on", name)
    columns.add("timing", column(name, values={"0": BEFORE}, otherwise=UNSPECIFIED))
    return []


def _by_labels(
    name: str, labels: Sequence[str], placed: dict[str, Day], columns: Block
) -> list[Marked]:
    doubt = next((day.doubt for day in placed.values() if day.doubt), "")
    left = len(labels) - len(placed)
    placed = dict(sorted(placed.items(), key=lambda pair: pair[1].day))
    shown: dict[str, Cell] = {label: day.day for label, day in placed.items()}
    started: dict[str, Cell] = {label: BEFORE for label, day in placed.items() if day.start}
    columns.add(
        "assessed_on", column(name, values=shown), doubt or ("check the days" if left else "")
    )
    by_label = column(name, values=started, otherwise=UNSPECIFIED)
    columns.add("timing", by_label if started else constant(UNSPECIFIED))
    if not left:
        return []
    doubt = f"{left} other labels were not understood; their rows are left out"
    return [marked({"column": name, "values": list(placed)}, doubt)]


def by_names(
    chosen: Choices, table: Table, scores: Sequence[Score], joins: list[Marked]
) -> list[tuple[dict[str, Cell], str]]:
    """Return day and timing of columns whose names tell the time, each with its doubt."""
    timed = [score.at for score in scores if score.at]
    placed = iter(days(timed))
    start, unclear = _start(chosen, table, joins) if chosen.dates else ({}, "")
    made = []
    for score in scores:
        day = (
            next(placed) if score.at else Day(0, "its name tells no time; taken as the start", True)
        )
        when: dict[str, Cell] = {"assessed_on": {"constant": day.day, **start}}
        when["timing"] = constant(score.timing or (BEFORE if day.start else UNSPECIFIED))
        made.append((when, "; ".join(why for why in (day.doubt, unclear) if why)))
    return made


def _start(chosen: Choices, table: Table, joins: list[Marked]) -> tuple[dict[str, Cell], str]:
    """Return the date from which the times in names are counted, here or in the patients, and its doubt."""
    for other in (table, chosen.people):
        role = other.find("start_date", "visit_date", "date", "assessed_on") if other else None
        if role is None or other is None or (other is not table and not other.per_patient):
            continue
        use(other, role.column)
        form, doubt = date_of(role.column)
        start: dict[str, Cell] = {"days_after": role.column.name}
        start |= {"date_format": form} if form else {}
        if other is table:
            return start, doubt
        if not any(part["file"] == other.label for part in joins):
            joins.append(joined(table, other))
        return {**start, "days_after_file": other.label}, doubt
    return {}, ""
