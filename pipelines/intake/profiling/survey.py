"""An unknown export as a whole: its tables, whose rows they are, and how they refer to each other."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from pipelines.definitions import Definitions
from pipelines.intake.profiling.facts import Column, columns
from pipelines.intake.profiling.instruments import Instruments, Score
from pipelines.intake.profiling.opening import Opened, Sheet
from pipelines.intake.profiling.roles import Role, role
from pipelines.intake.profiling.words import Hints, Words, words

NOT_SCORES = (
    "patient_key",
    "weak_key",
    "visit_key",
    "row_number",
    "age",
    "birth_date",
    "dose_mg",
    "zip_code",
    "dose_mg_per_kg",
    "infusion_minutes",
    "recovery_minutes",
    "chair_minutes",
    "planned_sessions",
)
MOSTLY = 0.9


@dataclass(eq=False)
class Table:
    """One table of the export, with the roles of its columns.

    `label` is its name in the profile. `patient` is the column that says whose row it is; `weak`
    means that only its place says so.
    """

    sheet: Sheet
    label: str
    columns: list[Column]
    roles: list[Role]
    scores: list[Score]
    context: Words
    patient: Column | None = None
    used: set[str] = field(default_factory=set)

    def find(self, *means: str) -> Role | None:
        """Return the best column of the first of some roles that there is."""
        for wanted in means:
            fitting = [role for role in self.roles if role.means == wanted and role.column.filled]
            if fitting:
                return max(fitting, key=lambda role: (role.by_name, role.column.filled))
        return None

    def all(self, means: str) -> list[Role]:
        """Return every column of a role."""
        return [role for role in self.roles if role.means == means and role.column.filled]

    @cached_property
    def repeated(self) -> int:
        """Return how many rows repeat an earlier one in every cell."""
        return self.sheet.frame.height - self.sheet.frame.n_unique()

    @property
    def per_patient(self) -> bool:
        """Return whether each patient has one row."""
        return self.patient is not None and self.patient.unique


@dataclass
class Survey:
    """All tables of an export, and the words of its own name."""

    tables: list[Table]
    skipped: list[tuple[str, str]]
    name: Words
    hints: Hints
    instruments: Instruments

    def table_of(self, kind: str) -> list[Table]:
        """Return the tables whose file or sheet is named like a kind of table."""
        return [
            table
            for table in self.tables
            if (hint := self.hints.within("table", table.context)) and hint.means == kind
        ]


def survey(opened: Opened, name: str, definitions: Definitions) -> Survey:
    """Return what the tables of an opened export seem to hold."""
    hints = Hints(definitions)
    instruments = Instruments(definitions, hints)
    found = _settled([columns(sheet.frame, hints) for sheet in opened.sheets])
    found = _hiding(found, hints)
    tables = [
        _table(sheet, label, cells, hints, instruments)
        for sheet, label, cells in zip(opened.sheets, _labels(opened.sheets), found, strict=True)
    ]
    _tell_patients(tables)
    return Survey(tables, opened.skipped, words(name), hints, instruments)


def _labels(sheets: Sequence[Sheet]) -> list[str]:
    labels: list[str] = []
    for sheet in sheets:
        stem = sheet.sheet or sheet.path.rsplit("/", 1)[-1].rsplit(".", 1)[0]
        label = "_".join(words(stem)) or "table"
        label = f"t_{label}" if label[0].isdigit() else label
        while label in labels:
            label += "_2"
        labels.append(label)
    return labels


def _settled(found: list[list[Column]]) -> list[list[Column]]:
    """Return the columns; dates that two forms fit have the form that other columns of the export need."""
    alone = [
        forms
        for cells in found
        for column in cells
        for forms in (column.date_formats, *[way.forms for way in column.date_ways])
    ]
    needed = {forms[0] for forms in alone if len(forms) == 1}

    def narrowed(forms: tuple[str, ...]) -> tuple[str, ...]:
        fitting = tuple(form for form in forms if form in needed)
        return fitting if len(fitting) == 1 else forms

    def settled(column: Column) -> Column:
        ways = tuple(
            way if way.both else replace(way, forms=narrowed(way.forms)) for way in column.date_ways
        )
        return replace(column, date_formats=narrowed(column.date_formats), date_ways=ways)

    return [[settled(column) for column in cells] for cells in found]


def _hiding(found: list[list[Column]], hints: Hints) -> list[list[Column]]:
    """Return the columns, none of whose codes holds a name of a person in the export."""
    persons = [
        c for cells in found for c in cells if role(c, hints).identifying in ("name", "staff")
    ]
    names = frozenset(
        word
        for column in persons
        for cell in column.cells.unique().to_list()
        for word in words(cell)
    )
    return [[replace(column, hidden=names) for column in cells] for cells in found]


def _table(
    sheet: Sheet, label: str, found: list[Column], hints: Hints, instruments: Instruments
) -> Table:
    roles = [role(column, hints) for column in found]
    free = [
        role.column
        for role in roles
        if role.means not in NOT_SCORES and not role.identifying and not role.column.dated
    ]
    context = words(label)
    return Table(sheet, label, found, roles, instruments.scores(free, context), context)


def _tell_patients(tables: Sequence[Table]) -> None:
    """Say of each table which column is the patient: a word says so, or values shared with another."""
    for table in tables:
        strong = table.all("patient_key")
        if strong:
            table.patient = max(strong, key=_key_strength).column
    known = [table.patient for table in tables if table.patient is not None]
    for table in tables:
        if table.patient is None:
            table.patient = _shared(table, known) or _alone(table, known)
        table.scores = [score for score in table.scores if score.column is not table.patient]


def _key_strength(role: Role) -> tuple[bool, bool, int, int]:
    full = role.column.filled >= MOSTLY * role.column.rows
    return (full, role.identifying == "", role.by_name, -role.column.position)


def _shared(table: Table, known: Sequence[Column]) -> Column | None:
    """Return a key of the table that holds the patients of the others."""
    for candidate in table.all("weak_key"):
        for other in known:
            if overlap(other, candidate) >= MOSTLY:
                return candidate.column if isinstance(candidate, Role) else None
    return None


def overlap(inner: Column, outer: Role | Column) -> float:
    """Return which share of the different values of one column are among those of another."""
    there = outer.column if isinstance(outer, Role) else outer
    values = inner.cells.unique()
    if not values.len():
        return 0.0
    return float(values.is_in(there.cells.unique().to_list()).sum()) / values.len()


def _alone(table: Table, known: Sequence[Column]) -> Column | None:
    """Return the key of a table where no table says `patient`: the first column like a key."""
    if known:
        return None
    weak = table.all("weak_key")
    if weak:
        return weak[0].column
    for found in table.roles:
        scored = found.column in [score.column for score in table.scores]
        plain = not (found.means or found.identifying or found.column.dated or scored)
        if plain and found.column.filled == found.column.rows and found.column.distinct > 4:
            whole = not found.column.numeric or found.column.whole
            return found.column if whole else None
    return None
