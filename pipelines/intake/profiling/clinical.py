"""The blocks of diagnoses and vital signs."""

from pipelines.intake.profiling.choices import Choices
from pipelines.intake.profiling.draft import Block, Cell, Line, Marked, column, constant, marked
from pipelines.intake.profiling.facts import Column
from pipelines.intake.profiling.mapping import coded, date_of, use
from pipelines.intake.profiling.roles import Role
from pipelines.intake.profiling.rows import date_beside, filter_on
from pipelines.intake.profiling.survey import Table
from pipelines.intake.profiling.visiting import linked
from pipelines.intake.profiling.words import Hint, Hints, without

DATE_ORDER = ("recorded_on", "visit_date", "date", "start_date", "assessed_on")
BEFORE_MINUTE, AFTER_MINUTE = 0, 60


def diagnosis_blocks(chosen: Choices) -> list[Block]:
    """Return the blocks of diagnoses, one pair for each column of codes beside a date."""
    if not chosen.dates:
        return []
    found = [
        (table, role, when)
        for table in chosen.survey.tables
        for role in _codes(chosen, table)
        if (when := date_beside(table, role.column, *DATE_ORDER))
    ]
    header = "[[tables.diagnoses]]" if len(found) > 1 else "[tables.diagnoses]"
    return [block for place in found for block in _diagnoses(chosen, *place, header)]


def _codes(chosen: Choices, table: Table) -> list[Role]:
    """Return the columns of codes of a table that says of whom they are."""
    if table.patient is None:
        return []
    codes = table.all("icd10cm")
    visits = chosen.visits is not None and table is chosen.visits.table
    if not codes and (visits or table in chosen.survey.table_of("diagnoses")):
        codes = table.all("snomed")
    return codes


def _diagnoses(
    chosen: Choices, table: Table, role: Role, when: Role, header: str
) -> tuple[Block, Block]:
    assert table.patient is not None
    use(table, table.patient, when.column, role.column)
    block, columns = Block(header), Block("[tables.diagnoses.columns]")
    block.add("from", table.label)
    kept, doubt = _filter(chosen, table, role)
    block.add("keep", kept, doubt if kept else "")
    columns.add("patient_key", table.patient.name)
    form, unclear = date_of(when.column)
    columns.add("recorded_on", column(when.column.name, date_format=form), unclear)
    columns.lines.append(_place(chosen, table, when))
    code = _code(role, chosen.survey.hints)
    columns.add("icd10cm", code, role.doubt or ("" if kept else doubt))
    return block, columns


def _filter(chosen: Choices, table: Table, role: Role) -> tuple[dict[str, Cell] | None, str]:
    """Return the filter on rows with a code, and the doubt about it."""
    if role.means == "snomed":
        listed = _listed(role.column, chosen.survey.hints)
        return {"column": role.column.name, "values": listed}, role.doubt
    return filter_on(table, role.column)


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


def _code(role: Role, hints: Hints) -> Cell:
    name = role.column.name
    if role.means == "snomed":
        return column(
            name, values={code: hints.snomed[code] for code in _listed(role.column, hints)}
        )
    dots = bool(role.column.cells.str.contains(".", literal=True).any())
    small = bool(role.column.cells.str.contains(r"[a-z]").any())
    return column(name, remove="." if dots else None, upper=True if small else None)


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
