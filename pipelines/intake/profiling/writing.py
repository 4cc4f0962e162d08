"""The whole profile as text: what was found in each file, then the canonical tables."""

from dataclasses import dataclass

from pipelines.intake.profiling.choices import Choices
from pipelines.intake.profiling.clinical import diagnosis_blocks, vital_blocks
from pipelines.intake.profiling.draft import UNCERTAIN, Block, Line, comment, written
from pipelines.intake.profiling.facts import Column
from pipelines.intake.profiling.outcomes import score_blocks
from pipelines.intake.profiling.people import patient_blocks
from pipelines.intake.profiling.roles import HALF, Role
from pipelines.intake.profiling.survey import Table
from pipelines.intake.profiling.treating import treatment_blocks
from pipelines.intake.profiling.visiting import visit_blocks

WIDTH = 96
KEYS = ("patient_key", "weak_key", "visit_key", "clinic_key")
NOT_SAID = "Nothing in the export says what is treated: no diagnoses, no indication were found."
TO_ADD = (
    "Courses stay without a category until you add one of these. All are treated for the same:",
    'category = {{ constant = "..." }}   (in {0}; a code of categories.csv)',
    "Or ICD-10-CM codes are exported too:",
    "[tables.diagnoses]",
    'from = "..."',
    "[tables.diagnoses.columns]",
    'patient_key = "..."',
    'recorded_on = "..."',
    'role = {{ constant = "infusion_order" }}   (or encounter, problem_list)',
    'icd10cm = {{ column = "...", remove = "." }}',
)
READ = {
    "birth": "birth dates become age bands",
    "key": "numbers become random keys",
    "name": "names are only looked for in what passes",
}


@dataclass(frozen=True)
class FirstProfile:
    """A written profile: its text, how many of its lines are uncertain, and what to look at."""

    text: str
    uncertain: int
    notes: list[str]


def first_profile_text(chosen: Choices, name: str, title: str) -> FirstProfile:
    """Return the profile as TOML with comments."""
    tables = [
        *patient_blocks(chosen),
        *visit_blocks(chosen),
        *treatment_blocks(chosen),
        *diagnosis_blocks(chosen),
        *score_blocks(chosen),
        *vital_blocks(chosen),
    ]
    _count_once(chosen, tables)
    tables += _not_said(tables)
    used = [table for table in chosen.survey.tables if table.used]
    blocks = [_head(chosen, name, title), *[_file(table) for table in used], *tables]
    lines = [text for block in blocks for text in written(block)]
    uncertain = sum(UNCERTAIN in line for line in lines)
    notes = _notes(chosen, used, tables)
    opening = [
        "# A first profile, guessed by `abate profile` from the names and cells of the export.",
        f"# {uncertain} lines are marked uncertain; check them, and that nothing of a person is read.",
        *["#" for _ in notes[:1]],
        *[piece for note in notes for piece in wrapped(note)],
        "",
    ]
    return FirstProfile("\n".join([*opening, *lines]).rstrip() + "\n", uncertain, notes)


def _count_once(chosen: Choices, blocks: list[Block]) -> None:
    """Let equal records count once where rows of their file repeat others in every cell."""
    repeating = [table.label for table in chosen.survey.tables if table.repeated]
    for block in blocks:
        given = {line.key: line.value for line in block.lines}
        canonical = block.header.strip("[]").startswith("tables.")
        if canonical and given.get("from") in repeating:
            block.lines = [line for line in block.lines if line.key != "distinct"]
            block.lines.insert(1, Line("distinct", True))


def _not_said(tables: list[Block]) -> list[Block]:
    """Return a comment where no table says what is treated."""
    coded = any("tables.diagnoses" in block.header for block in tables)
    if coded or any(line.key == "category" for block in tables for line in block.lines):
        return []
    treated = next(
        (
            b.header
            for b in tables
            if b.header in ("[tables.infusions.columns]", "[treatment.columns]")
        ),
        "[tables.infusions.columns]",
    )
    return [Block("", comments=[NOT_SAID, *[line.format(treated) for line in TO_ADD]])]


def _head(chosen: Choices, name: str, title: str) -> Block:
    block = Block("")
    block.add("name", name)
    block.add("title", title)
    if chosen.dates:
        block.add("calendar", "dates")
    else:
        block.add("calendar", "relative", "no dates of visits or scores were found")
    return block


def _file(table: Table) -> Block:
    sheet = table.sheet
    block = Block(f"[files.{table.label}]")
    block.add("path", sheet.path)
    if sheet.kind == "tsv" and sheet.path.lower().endswith(".tab"):
        block.add("format", "tsv")
    block.add("delimiter", sheet.delimiter)
    block.add("encoding", sheet.encoding, "guessed" if sheet.encoding == "latin-1" else "")
    block.add("sheet", sheet.sheet)
    block.add("skip_lines", sheet.skip_lines or None)
    if _decimal_comma(table) and not _decimal_point(table):
        sure = sheet.delimiter == ";" or not all(c.thousands_comma for c in _decimal_comma(table))
        block.add("decimal", ",", "" if sure else "or do commas part thousands?")
    found = {code for role in table.roles if not role.identifying for code in role.column.missing}
    if found:
        block.add("missing", sorted(found))
    beyond = {
        s.column.name: list(s.unreachable)
        for s in table.scores
        if s.unreachable and s.column.name in table.used
    }
    if beyond:
        block.add("missing_in", beyond, "numbers that the instrument can't reach")
    names = [role.column.name for role in table.roles if _names_persons(role)]
    if names:
        block.add("names", names)
    block.comments += _columns_left(table)
    return block


def _decimal_comma(table: Table) -> list[Column]:
    return [c for c in table.columns if c.name in table.used and c.decimal_comma]


def _decimal_point(table: Table) -> list[Column]:
    return [c for c in table.columns if c.name in table.used and c.decimal_point]


def _names_persons(role: Role) -> bool:
    """Return whether a column holds names of patients or, as words, of staff."""
    if not role.column.filled:
        return False
    words = role.column.cells.str.contains(r"^[^\d]*[A-Z][a-z]+[^\d]*$").mean()
    staff = role.identifying == "staff" and isinstance(words, float) and words > HALF
    return role.identifying == "name" or staff


def _columns_left(table: Table) -> list[str]:
    """Return what is said of the columns that are not used; `names` are read only for the screen."""
    identifying = [
        role.column.name
        for role in table.roles
        if role.identifying and role.column.name not in table.used
    ]
    rest = [
        role.column.name
        for role in table.roles
        if not role.identifying and role.column.name not in table.used
    ]
    lines = []
    if identifying:
        lines += _wrapped("Looks identifying, never mapped: " + ", ".join(identifying))
    if rest:
        lines += _wrapped("Not used: " + ", ".join(rest))
    return lines


def _notes(chosen: Choices, used: list[Table], blocks: list[Block]) -> list[str]:
    tables = chosen.survey.tables
    notes = []
    read = _read(chosen, used)
    if read:
        meant = "; ".join(READ[kind] for kind in READ if kind in read.values())
        notes.append(f"Read, but never as it is: {', '.join(sorted(read))} ({meant}).")
    if any(NOT_SAID in block.comments for block in blocks):
        notes.append(NOT_SAID)
    notes += [
        f"{path}: its scores stand in {other} too; one of them is used."
        for path, other in chosen.repeats
    ]
    idle = [
        table.sheet.path
        for table in tables
        if not table.used and table.sheet.path not in [path for path, _ in chosen.repeats]
    ]
    if idle:
        notes.append(f"Not used: {', '.join(dict.fromkeys(idle))}.")
    notes += [f"{path}: {reason}." for path, reason in chosen.survey.skipped]
    notes += [
        f"{table.sheet.path}: numbers stand with a decimal comma and with a point; those with a"
        f" comma go to quarantine: {', '.join(c.name for c in _decimal_comma(table))}."
        for table in used
        if _decimal_comma(table) and _decimal_point(table)
    ]
    if not chosen.visits:
        notes += [
            f"{table.sheet.path}: no visits are drafted from it; a key stands in one row, but"
            f" {role.column.name} has {role.column.distinct:,} values in {role.column.filled:,} rows."
            for table in tables
            for role in table.all("visit_key")
        ]
    if not chosen.scores:
        notes.append("No scores were found: name the column of an instrument in [tables.scores].")
    return notes


def _read(chosen: Choices, used: list[Table]) -> dict[str, str]:
    """Return the columns that are read and identify someone, each with what becomes of it."""
    read: dict[str, str] = {}
    keys = [v.key for v in (chosen.visits, chosen.infusions) if v]
    for table in used:
        for role in table.roles:
            found, birth = role.column, role.means == "birth_date"
            key = found is table.patient or found in keys or role.means in KEYS
            if _names_persons(role):
                read[found.name] = "name"
            elif found.name in table.used and (key or role.identifying or birth):
                read[found.name] = "birth" if birth else "key"
    return read


def _wrapped(text: str) -> list[str]:
    lines, line = [], ""
    for word in text.split(" "):
        if line and len(line) + len(word) > WIDTH:
            lines.append(line)
            line = "    " + word
        else:
            line = f"{line} {word}" if line else word
    return [*lines, line]


def wrapped(note: str) -> list[str]:
    """Return a note as lines of comment."""
    return [comment(line) for line in _wrapped(note)]
