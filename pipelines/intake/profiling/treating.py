"""The block of a treatment made for the patients of an export without visits."""

from pipelines.intake.profiling.choices import Choices, instrument_codes, is_long
from pipelines.intake.profiling.clinical import diagnosed
from pipelines.intake.profiling.draft import Block, Cell, Line, column, constant
from pipelines.intake.profiling.mapping import date_of, use
from pipelines.intake.profiling.people import base_table, keep_lines
from pipelines.intake.profiling.survey import Table
from pipelines.intake.profiling.words import Hint

IN_NAME = "by the name of the export"
IN_ARM = "by the names of the arms"
NOT_SAID = "nothing says what was given"
FIRST_ROW = "no visits were found; a patient's first row stands for the first infusion"


def treatment_blocks(chosen: Choices) -> list[Block]:
    """Return the made treatment of an export without visits."""
    if chosen.visits:
        return []
    base = base_table(chosen)
    assert base.patient is not None
    block = Block("[treatment]")
    block.add("from", base.label)
    keep_lines(block, chosen, base)
    columns = Block("[treatment.columns]")
    columns.add("patient_key", base.patient.name)
    if chosen.dates:
        columns.lines.append(_first_day(base))
    in_arm = _named_arm(chosen)
    agent = in_arm or chosen.survey.hints.within("agent", chosen.survey.name)
    doubt = IN_ARM if in_arm else IN_NAME if agent else NOT_SAID
    columns.add("agent", constant(agent.means if agent else "ketamine"), doubt)
    columns.add("route", constant(agent.detail or "iv" if agent else "iv"), doubt)
    columns.lines += condition_lines(chosen, base)
    return [block, columns]


def _named_arm(chosen: Choices) -> Hint | None:
    if chosen.arm is None:
        return None
    hints = chosen.survey.hints
    named = hints.whole("agent", chosen.arm.column.words)
    cells = [hint for code in chosen.arm.keep if (hint := hints.cell("agent", code))]
    return named or next(iter(cells), None)


def _first_day(base: Table) -> Line:
    role = base.find("start_date", "visit_date", "date", "assessed_on")
    if role is None:
        return Line("visit_date", constant(0), "no date of the first infusion was found")
    use(base, role.column)
    form, unclear = date_of(role.column)
    first = "" if role.means == "start_date" else FIRST_ROW
    doubt = "; ".join(why for why in (first, unclear) if why)
    return Line("visit_date", column(role.column.name, date_format=form), doubt)


def condition_lines(chosen: Choices, base: Table) -> list[Line]:
    """Return category and subtype: by the codes of an arm, else by the name of the export."""
    arm = chosen.arm
    if arm and arm.conditions and (arm.table is base or arm.table.per_patient):
        file = None if arm.table is base else arm.table.label
        use(arm.table, arm.column)
        return _by_codes(arm.column.name, file, arm.conditions)
    hint = chosen.survey.hints.within("condition", chosen.survey.name)
    if hint:
        lines = [Line("category", constant(hint.means), IN_NAME)]
        return lines + ([Line("subtype", constant(hint.detail), IN_NAME)] if hint.detail else [])
    known = chosen.survey.instruments.known
    constructs = {str(known[name]["construct"]) for name in _instruments(chosen)}
    guess = "depression" if "depression" in constructs and not diagnosed(chosen) else None
    return [Line("category", constant(guess), "by the instruments alone")] if guess else []


def _instruments(chosen: Choices) -> set[str]:
    """Return the instruments of the chosen tables, long ones included."""
    instruments = chosen.survey.instruments
    found = {score.instrument for table in chosen.scores for score in table.scores}
    for table in chosen.scores:
        role = table.find("loinc", "instrument") if is_long(chosen.survey, table) else None
        found |= (
            {instruments.of_cell(c) or "" for c in instrument_codes(role.column)} if role else set()
        )
    return found & set(instruments.known)


def _by_codes(name: str, file: str | None, codes: dict[str, Hint]) -> list[Line]:
    doubt = "what the codes stand for was guessed"
    categories: dict[str, Cell] = {code: hint.means for code, hint in codes.items()}
    subtypes: dict[str, Cell] = {code: hint.detail for code, hint in codes.items() if hint.detail}
    lines = [Line("category", column(name, file, values=categories), doubt)]
    if len(subtypes) == len(codes):
        lines.append(Line("subtype", column(name, file, values=subtypes), doubt))
    return lines
