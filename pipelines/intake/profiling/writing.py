"""The whole profile as text: what was found in each file, then the canonical tables."""

from dataclasses import dataclass

from pipelines.intake.profiling.choices import Choices
from pipelines.intake.profiling.clinical import diagnosis_blocks, vital_blocks
from pipelines.intake.profiling.draft import UNCERTAIN, Block, comment, written
from pipelines.intake.profiling.outcomes import score_blocks
from pipelines.intake.profiling.people import patient_blocks
from pipelines.intake.profiling.roles import HALF, Role
from pipelines.intake.profiling.survey import Table
from pipelines.intake.profiling.treating import treatment_blocks
from pipelines.intake.profiling.visiting import visit_blocks

WIDTH = 96
NUMBERS_KEPT = "their numbers become random keys"


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
    used = [table for table in chosen.survey.tables if table.used]
    blocks = [_head(chosen, name, title), *[_file(table) for table in used], *tables]
    lines = [text for block in blocks for text in written(block)]
    uncertain = sum(UNCERTAIN in line for line in lines)
    notes = _notes(chosen, used)
    opening = [
        "# A first profile, guessed by `abate profile` from the names and cells of the export.",
        f"# {uncertain} lines are marked uncertain; check them, and that nothing of a person is read.",
        *["#" for _ in notes[:1]],
        *[piece for note in notes for piece in wrapped(note)],
        "",
    ]
    return FirstProfile("\n".join([*opening, *lines]).rstrip() + "\n", uncertain, notes)


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


def _notes(chosen: Choices, used: list[Table]) -> list[str]:
    tables = chosen.survey.tables
    notes = []
    keys = {
        role.column.name
        for table in used
        for role in table.roles
        if role.identifying in ("number", "birth") and role.column.name in table.used
    }
    if keys:
        notes.append(
            f"Read, but never as it is: {', '.join(sorted(keys))} (numbers become random keys,"
            " birth dates become age bands)."
        )
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
    comma = [
        table.sheet.path
        for table in used
        if any(c.decimal_comma for c in table.columns if c.name in table.used)
    ]
    if comma:
        notes.append(f"Numbers with a decimal comma go to quarantine: {', '.join(comma)}.")
    if not chosen.scores:
        notes.append("No scores were found: name the column of an instrument in [tables.scores].")
    return notes


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
