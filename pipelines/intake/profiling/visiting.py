"""The blocks of visits and infusions."""

from pipelines.intake.profiling.choices import Choices, Visits
from pipelines.intake.profiling.draft import Block, Cell, Line, column, constant
from pipelines.intake.profiling.facts import Column
from pipelines.intake.profiling.mapping import coded, date_of, others, shown, use
from pipelines.intake.profiling.people import join
from pipelines.intake.profiling.roles import Role
from pipelines.intake.profiling.survey import MOSTLY, Table, overlap
from pipelines.intake.profiling.words import Hints, words

MEASURED = (
    "planned_sessions",
    "dose_mg",
    "dose_mg_per_kg",
    "infusion_minutes",
    "recovery_minutes",
)


def visit_blocks(chosen: Choices) -> list[Block]:
    """Return the blocks of visits and infusions; none where the export has no visits."""
    visits, infusions = chosen.visits, chosen.infusions
    if visits is None:
        return []
    separate = infusions is not None and infusions.date is not visits.date
    header = "[[tables.visits]]" if separate else "[tables.visits]"
    blocks = _visits(chosen, visits, header, None)
    if separate and infusions:
        blocks += _visits(chosen, infusions, header, "infusion")
    return blocks + (_infusions(chosen, visits, infusions) if infusions else [_no_infusions()])


def _visits(chosen: Choices, visits: Visits, header: str, kind: str | None) -> list[Block]:
    table = visits.table
    assert table.patient is not None
    use(table, visits.key, visits.date, table.patient)
    block = Block(header)
    block.add("from", table.label)
    block.add("keep", visits.keep)
    columns = Block("[tables.visits.columns]")
    columns.add("visit_key", visits.key.name, visits.doubt)
    columns.add("patient_key", table.patient.name)
    columns.lines.append(_clinic(table))
    form, doubt = date_of(visits.date)
    columns.add("visit_date", column(visits.date.name, date_format=form), doubt)
    columns.lines += [_kind(chosen, visits, kind), _status(chosen, table)]
    role = table.find("chair_minutes")
    if role:
        use(table, role.column)
        columns.add("chair_minutes", role.column.name)
    return [block, columns]


def _clinic(table: Table) -> Line:
    role = table.find("clinic_key")
    if role is None:
        return Line("clinic_key", constant("clinic"), "no column of clinics was found")
    use(table, role.column)
    blank = role.column.rows - role.column.filled
    doubt = f"rows without {role.column.name} go to quarantine: {blank:,}" if blank else ""
    return Line("clinic_key", role.column.name, doubt)


def _kind(chosen: Choices, visits: Visits, kind: str | None) -> Line:
    table, hints = visits.table, chosen.survey.hints
    role = table.find("visit_kind")
    if kind is None and role:
        values, unknown = coded(role.column, "visit_kind", hints)
        use(table, role.column)
        rest = "consultation" if unknown else None
        gap = "consultation" if role.column.filled < role.column.rows else None
        told = others(role.column, "visit_kind", hints)
        doubt = f"taken as consultation: {told}" if unknown else ""
        if "infusion" not in values.values():
            doubt = "no code says infusion"
        return Line(
            "visit_kind",
            column(role.column.name, values=values, otherwise=rest, if_missing=gap),
            doubt,
        )
    if kind or chosen.infusions is visits:
        agent = table.find("agent") if visits.keep is None else None
        if agent and agent.column.filled < MOSTLY * agent.column.rows:
            use(table, agent.column)
            return Line(
                "visit_kind",
                column(
                    agent.column.name, values={}, otherwise="infusion", if_missing="consultation"
                ),
                "rows with a drug are taken as infusions",
            )
        return Line(
            "visit_kind", constant("infusion"), "" if kind else "every row is taken as an infusion"
        )
    return Line("visit_kind", constant("consultation"), "no column of visit types was found")


def _status(chosen: Choices, table: Table) -> Line:
    role = table.find("visit_status")
    values, unknown = coded(role.column, "visit_status", chosen.survey.hints) if role else ({}, 0)
    if role is None or not values:
        doubt = _unknown(role, "no column says whether visits took place")
        return Line("visit_status", constant("completed"), doubt)
    use(table, role.column)
    doubts = [_loose(role.column, values, chosen.survey.hints)]
    if unknown:
        told = others(role.column, "visit_status", chosen.survey.hints)
        doubts.append(f"not known, their rows go to quarantine: {told}")
    doubt = "; ".join(why for why in doubts if why)
    gap = "completed" if role.column.filled < role.column.rows else None
    return Line("visit_status", column(role.column.name, values=values, if_missing=gap), doubt)


def _loose(found: Column, values: dict[str, str], hints: Hints) -> str:
    """Return what is said of states that are told by one word of several, as "late" changes another."""
    loose = [code for code in values if hints.whole("visit_status", words(code)) is None]
    return f"told by a word in it: {shown(loose)}" if loose else ""


def _infusions(chosen: Choices, visits: Visits, infusions: Visits) -> list[Block]:
    table = infusions.table
    use(table, infusions.key)
    block = Block("[tables.infusions]")
    block.add("from", table.label)
    columns = Block("[tables.infusions.columns]")
    columns.add("visit_key", infusions.key.name)
    columns.lines += [
        _given(chosen, table, "agent", "ketamine", "no column says what was given"),
        _given(chosen, table, "route", "iv", "no column says how it was given"),
    ]
    joined, lines = _condition(chosen, table)
    if joined:
        block.add("join", joined)
    keeps = _filters(chosen, visits, infusions)
    if keeps:
        block.add("keep", keeps[0] if len(keeps) == 1 else keeps)
    columns.lines += lines
    for means in MEASURED:
        role = table.find(means)
        if role:
            use(table, role.column)
            doubt = "in mg, or mg per kg?" if role.column.words == ("dose",) else ""
            columns.add(means, role.column.name, doubt)
    return [block, columns]


def _given(chosen: Choices, table: Table, means: str, usual: str, why: str) -> Line:
    """Return what was given by its column, else the usual, marked as uncertain."""
    role = table.find(means)
    values, unknown = coded(role.column, means, chosen.survey.hints) if role else ({}, 0)
    if role is None or not values:
        return Line(means, constant(usual), _unknown(role, why))
    use(table, role.column)
    return Line(
        means, column(role.column.name, values=values, otherwise="other" if unknown else None)
    )


def _unknown(role: Role | None, otherwise: str) -> str:
    return f"the codes of {role.column.name} are not known" if role else otherwise


def _condition(chosen: Choices, table: Table) -> tuple[Cell | None, list[Line]]:
    """Return the indication as ordered, from the infusions or from the patients."""
    hints = chosen.survey.hints
    for place in (table, chosen.people):
        role = place.find("condition") if place else None
        if role is None or place is None or (place is not table and not place.per_patient):
            continue
        use(place, role.column)
        file = None if place is table else place.label
        categories, unknown = coded(role.column, "condition", hints)
        subtypes, _ = coded(role.column, "condition", hints, "detail")
        doubt = "what the codes stand for was guessed"
        rest = "unassigned" if unknown else None
        lines = [
            Line(
                "category", column(role.column.name, file, values=categories, otherwise=rest), doubt
            )
        ]
        if not unknown and len(subtypes) == len(categories):
            lines.append(Line("subtype", column(role.column.name, file, values=subtypes), doubt))
        return (join(table, place) if file else None), lines
    return None, []


def _filters(chosen: Choices, visits: Visits, infusions: Visits) -> list[dict[str, Cell]]:
    """Return the filters that leave the infusions that took place."""
    table, hints = infusions.table, chosen.survey.hints
    kept: list[dict[str, Cell]] = [infusions.keep] if infusions.keep else []
    if table is visits.table:
        for means, wanted in (("visit_kind", "infusion"), ("visit_status", "completed")):
            role = table.find(means)
            values = coded(role.column, means, hints)[0] if role else {}
            codes = [code for code, meaning in values.items() if meaning == wanted]
            if role and codes and len(codes) < role.column.distinct:
                kept.append({"column": role.column.name, "values": codes})
        agent = table.find("agent")
        if not table.find("visit_kind") and agent and agent.column.filled < agent.column.rows:
            kept.append({"column": agent.column.name, "values": agent.column.codes})
    return kept


def _no_infusions() -> Block:
    return Block(
        "",
        comments=[
            "No table of infusions was found. Where one is exported too, add:",
            "[tables.infusions]",
            'from = "..."',
            "[tables.infusions.columns]",
            'visit_key = "..."',
            'agent = { constant = "ketamine" }',
            'route = { constant = "iv" }',
        ],
    )


def linked(chosen: Choices, table: Table) -> str | None:
    """Return the column by which rows of a table belong to visits; None where there is none."""
    if chosen.visits is None:
        return None
    if table is chosen.visits.table:
        return chosen.visits.key.name
    key = table.find("visit_key")
    if key is None or overlap(key.column, chosen.visits.key) < MOSTLY:
        return None
    use(table, key.column)
    return key.column.name
