"""The blocks of diagnoses and vital signs."""

from pipelines.intake.profiling.choices import Choices
from pipelines.intake.profiling.draft import Block, Cell, Line, Marked, column, constant, marked
from pipelines.intake.profiling.facts import Column
from pipelines.intake.profiling.mapping import coded, date_of, use
from pipelines.intake.profiling.people import join, kept_arm
from pipelines.intake.profiling.roles import Role
from pipelines.intake.profiling.rows import date_beside, filter_on
from pipelines.intake.profiling.survey import Table
from pipelines.intake.profiling.visiting import linked
from pipelines.intake.profiling.words import Hint, Hints, without

DATE_ORDER = ("recorded_on", "visit_date", "date", "start_date", "assessed_on")
UNDATED = "no date stands beside the codes; those of visits or scores were taken"
BEFORE_MINUTE, AFTER_MINUTE = 0, 60


def diagnosis_blocks(chosen: Choices) -> list[Block]:
    """Return the blocks of diagnoses, one pair for each column of codes.

    Their day is the date beside them; without one that of the patient's visits, or the start of a
    study in relative days.
    """
    pairs = [
        pair
        for table in chosen.survey.tables
        for role in _codes(chosen, table)
        if (pair := _placed(chosen, table, role))
    ]
    for block, _ in pairs:
        block.header = "[[tables.diagnoses]]" if len(pairs) > 1 else "[tables.diagnoses]"
    return [block for pair in pairs for block in pair]


def _placed(chosen: Choices, table: Table, role: Role) -> tuple[Block, Block] | None:
    when = date_beside(table, role.column, *DATE_ORDER) if chosen.dates else None
    if when:
        return _diagnoses(chosen, table, role, when)
    if not chosen.dates:
        return _at_start(chosen, table, role)
    dated = _dated(chosen) if table.per_patient else None
    return _by_days(chosen, *dated, table, role) if dated else None


def _dated(chosen: Choices) -> tuple[Table, Column] | None:
    """Return the visits and their date, or in an export without them scores and theirs."""
    if chosen.visits:
        return chosen.visits.table, chosen.visits.date
    found = [(table, table.find(*DATE_ORDER)) for table in chosen.scores]
    return next(((table, role.column) for table, role in found if role), None)


def _by_days(
    chosen: Choices, dated: Table, day: Column, table: Table, role: Role
) -> tuple[Block, Block]:
    """Return the blocks of codes of patients without a date: as of the days of another table."""
    assert dated.patient is not None
    use(dated, day)
    use(table, role.column)
    block, columns = Block(""), Block("[tables.diagnoses.columns]")
    block.add("from", dated.label)
    block.add("join", join(dated, table))
    arm, kept = chosen.arm, kept_arm(chosen, dated)
    if arm and kept and arm.table in (dated, table):
        block.add("keep", kept, arm.doubt)
    elif chosen.visits:
        block.add("keep", chosen.visits.keep)
    block.add("distinct", True)
    columns.add("patient_key", dated.patient.name)
    form, unclear = date_of(day)
    columns.add("recorded_on", column(day.name, date_format=form), unclear or UNDATED)
    columns.add("role", constant("problem_list"), "or infusion_order?")
    columns.add("icd10cm", _code(role, chosen.survey.hints, table.label), role.doubt)
    return block, columns


def _at_start(chosen: Choices, table: Table, role: Role) -> tuple[Block, Block]:
    """Return the blocks of codes of a study in relative days: at its start."""
    assert table.patient is not None
    use(table, table.patient, role.column)
    block, columns = Block(""), Block("[tables.diagnoses.columns]")
    block.add("from", table.label)
    arm, kept = chosen.arm, kept_arm(chosen, table)
    if arm and kept:
        use(arm.table, arm.column)
        block.add("join", join(table, arm.table) if arm.table is not table else None)
        block.add("keep", kept, arm.doubt)
    block.add("distinct", None if table.per_patient else True)
    columns.add("patient_key", table.patient.name)
    columns.add("recorded_on", constant(0), "taken as known at the start")
    columns.add("role", constant("problem_list"), "or infusion_order?")
    columns.add("icd10cm", _code(role, chosen.survey.hints), role.doubt)
    return block, columns


def diagnosed(chosen: Choices) -> bool:
    """Return whether the export has diagnoses that a profile can map."""
    return bool(diagnosis_blocks(chosen))


def _codes(chosen: Choices, table: Table) -> list[Role]:
    """Return the columns of codes of a table that says of whom they are."""
    if table.patient is None:
        return []
    codes = table.all("icd10cm")
    visits = chosen.visits is not None and table is chosen.visits.table
    if not codes and (visits or table in chosen.survey.table_of("diagnoses")):
        codes = table.all("snomed")
    return codes


def _diagnoses(chosen: Choices, table: Table, role: Role, when: Role) -> tuple[Block, Block]:
    assert table.patient is not None
    use(table, table.patient, when.column, role.column)
    block, columns = Block(""), Block("[tables.diagnoses.columns]")
    block.add("from", table.label)
    block.add("keep", *_filter(chosen, table, role))
    columns.add("patient_key", table.patient.name)
    form, unclear = date_of(when.column)
    columns.add("recorded_on", column(when.column.name, date_format=form), unclear)
    columns.lines.append(_place(chosen, table, when))
    columns.add("icd10cm", _code(role, chosen.survey.hints), role.doubt)
    return block, columns


def _filter(chosen: Choices, table: Table, role: Role) -> tuple[dict[str, Cell] | None, str]:
    """Return the filter on rows with a code, and the doubt about it; blank codes are left out anyway."""
    if role.means == "snomed":
        listed = _listed(role.column, chosen.survey.hints)
        return {"column": role.column.name, "values": listed}, role.doubt
    return filter_on(table, role.column)[0], ""


def _place(chosen: Choices, table: Table, when: Role) -> Line:
    """Return the line of the place where a diagnosis was recorded."""
    visits, infusions = chosen.visits, chosen.infusions
    if visits is None or table is not visits.table or when.column is not visits.date:
        return Line("role", constant("problem_list"), "or infusion_order?")
    kind = table.find("visit_kind")
    kinds = coded(kind.column, "visit_kind", chosen.survey.hints)[0] if kind else {}
    ordered: dict[str, Cell] = {
        code: "infusion_order" for code, means in kinds.items() if means == "infusion"
    }
    if kind and ordered:
        return Line("role", column(kind.column.name, values=ordered, otherwise="encounter"))
    infused = infusions is not None and infusions.table is table
    return Line("role", constant("infusion_order" if infused else "encounter"))


def _code(role: Role, hints: Hints, file: str | None = None) -> Cell:
    name = role.column.name
    if role.means == "snomed":
        return column(
            name, file, values={code: hints.snomed[code] for code in _listed(role.column, hints)}
        )
    dots = bool(role.column.cells.str.contains(".", literal=True).any())
    small = bool(role.column.cells.str.contains(r"[a-z]").any())
    return column(name, file, remove="." if dots else None, upper=True if small else None)


def _listed(found: Column, hints: Hints) -> list[str]:
    """Return the SNOMED codes of a column that have an ICD-10-CM pair."""
    return sorted(code for code in found.cells.unique().to_list() if code in hints.snomed)


def vital_blocks(chosen: Choices) -> list[Block]:
    """Return the blocks of vital signs of tables whose rows belong to visits."""
    found = []
    for table in chosen.survey.tables:
        signs = _signs(table, chosen.survey.hints) if chosen.infusions else []
        key = linked(chosen, table) if signs else None
        if key:
            found.append((table, key, signs))
    header = "[[tables.vital_signs]]" if len(found) > 1 else "[tables.vital_signs]"
    blocks: list[Block] = []
    for table, key, signs in found:
        blocks += _vital_signs(table, key, signs, header, chosen.survey.hints)
    return blocks


def _signs(table: Table, hints: Hints) -> list[tuple[Column, Hint]]:
    free = [
        role.column for role in table.roles if role.means in ("", "sign") and not role.identifying
    ]
    return [
        (found, hint)
        for found in free
        if found.numeric and (hint := hints.within("sign", found.words)) and found.span[1] <= 400
    ]


def _vital_signs(
    table: Table, key: str, signs: list[tuple[Column, Hint]], header: str, hints: Hints
) -> list[Block]:
    use(table, *[found for found, _ in signs])
    block, columns = Block(header), Block("[tables.vital_signs.columns]")
    block.add("from", table.label)
    columns.add("visit_key", key)
    minute = table.find("minute")
    if minute:
        use(table, minute.column)
        columns.add("minute", minute.column.name)
    entries: list[Marked] = []
    for found, hint in signs:
        cells: dict[str, Cell] = {"sign": constant(hint.means), "value": found.name}
        number, doubt = _minute(found, hint, hints)
        if minute is None:
            cells["minute"] = constant(number)
        entries.append(marked(cells, "" if minute else doubt))
    block.add("each", entries)
    return [block, columns]


def _minute(found: Column, hint: Hint, hints: Hints) -> tuple[int, str]:
    rest = without(found.words, hint.words)
    numbers = [int(word) for word in rest if word.isdigit() and len(word) <= 3]
    if numbers:
        return numbers[0], "the number is taken as minutes from the start"
    timing = next((t.means for word in rest if (t := hints.whole("timing", (word,)))), "")
    if timing == "after_infusion":
        return AFTER_MINUTE, "no minute is said; an hour was taken"
    return BEFORE_MINUTE, "" if timing else "no minute is said; the start was taken"
