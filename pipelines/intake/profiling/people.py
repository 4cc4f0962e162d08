"""The blocks of patients, and of a treatment made for those whose export has no visits."""

from pipelines.intake.profiling.arms import Arm
from pipelines.intake.profiling.choices import Choices
from pipelines.intake.profiling.draft import Block, Cell, toml
from pipelines.intake.profiling.mapping import age_line, sex_line, use
from pipelines.intake.profiling.survey import Table


def patient_blocks(chosen: Choices) -> list[Block]:
    """Return the block of patients: those of the treated arm, where there are arms."""
    base = base_table(chosen)
    about = chosen.people or base
    assert base.patient is not None
    block = Block("[tables.patients]")
    block.add("from", base.label)
    joined = about is not base and about.per_patient
    if joined:
        block.add("join", join(base, about))
    file = about.label if joined else None
    about = about if joined or about is base else base
    keep_lines(block, chosen, base)
    enrolment = _enrolment(about) if about is base else None
    if enrolment:
        block.add("keep", enrolment, "the rows in which patients are described")
    if not base.per_patient and not (enrolment or _single_in_arm(base, chosen.arm)):
        block.add("distinct", True)
    columns = Block("[tables.patients.columns]")
    columns.add("patient_key", base.patient.name, _key_doubt(base))
    columns.lines += [sex_line(about, chosen.survey.hints, file), age_line(about, file)]
    columns.comments += [*_region(about, file), *_idle_arm(chosen)]
    use(base, base.patient)
    return [block, columns]


def base_table(chosen: Choices) -> Table:
    """Return the table whose rows make the patients."""
    if chosen.arm and chosen.arm.keep:
        return chosen.arm.table
    if chosen.people:
        return chosen.people
    if chosen.visits:
        return chosen.visits.table
    return max(chosen.scores, key=lambda table: table.patient.distinct if table.patient else 0)


def join(base: Table, other: Table) -> Cell:
    """Return the join of another table by the patient."""
    assert base.patient is not None
    assert other.patient is not None
    use(base, base.patient)
    use(other, other.patient)
    named: dict[str, Cell] = {"file": other.label, "on": base.patient.name}
    if other.patient.name != base.patient.name:
        named["on_other"] = other.patient.name
    return named


def keep_lines(block: Block, chosen: Choices, base: Table) -> None:
    """Add the filter on the treated arm, if the table has or can be joined to the arm's column."""
    kept = kept_arm(chosen, base)
    if kept and chosen.arm:
        block.add("keep", kept, chosen.arm.doubt)
        use(chosen.arm.table, chosen.arm.column)


def kept_arm(chosen: Choices, base: Table) -> dict[str, Cell] | None:
    """Return the filter on the treated arm as it stands beside a table; None where there is none."""
    arm = chosen.arm
    if arm is None or not arm.keep or not (arm.table is base or arm.table.per_patient):
        return None
    file: dict[str, Cell] = {} if arm.table is base else {"file": arm.table.label}
    return {**file, "column": arm.column.name, "values": list(arm.keep)}


def _single_in_arm(base: Table, arm: Arm | None) -> bool:
    """Return whether each patient has one row among those that are kept."""
    if arm is None or arm.table is not base or not arm.keep or base.patient is None:
        return False
    kept = base.sheet.frame.filter(base.sheet.frame[arm.column.name].is_in(list(arm.keep)))
    return bool(kept[base.patient.name].is_unique().all())


def _enrolment(about: Table) -> Cell | None:
    """Return the filter on the one event in which sex and age are filled, as in REDCap exports."""
    events = about.find("time")
    described = about.find("sex", "flag_female", "birth_date", "age")
    if events is None or described is None or about.per_patient or about.patient is None:
        return None
    rows = about.sheet.frame.filter(about.sheet.frame[described.column.name].is_not_null())
    labels = rows[events.column.name].unique().to_list()
    once = rows[about.patient.name].is_unique().all()
    if (
        len(labels) != 1
        or labels[0] not in events.column.codes
        or not once
        or rows.height == about.sheet.frame.height
    ):
        return None
    use(about, events.column)
    return {"column": events.column.name, "values": labels}


def _key_doubt(base: Table) -> str:
    role = next((role for role in base.roles if role.column is base.patient), None)
    if role is None or role.means not in ("patient_key", "weak_key"):
        return "no name says so; the first column that looks like a key"
    return ""


def _region(about: Table, file: str | None) -> list[str]:
    role = about.find("zip_code")
    if role is None:
        return []
    place = f'file = "{file}", ' if file else ""
    return [
        f'region = {{ {place}column = "{role.column.name}", zip_code = true }}'
        "   (only where the practice asks for regions)"
    ]


def _idle_arm(chosen: Choices) -> list[str]:
    arm = chosen.idle_arm
    if arm is None:
        return []
    kept = toml({"column": arm.column.name, "values": list(arm.keep)})
    return [
        f"uncertain: {arm.column.name} of {arm.table.label} looks like arms; to keep one of them, add",
        f"keep = {kept}   to each table (joined by the patient where it is another's)",
    ]
