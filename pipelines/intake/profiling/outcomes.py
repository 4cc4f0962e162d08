"""The blocks of scores: a row for each score, a column for each instrument or each time."""

from collections.abc import Sequence

from pipelines.intake.profiling.choices import Choices, instrument_codes, is_long
from pipelines.intake.profiling.draft import Block, Cell, Marked, column, constant, marked
from pipelines.intake.profiling.instruments import Score
from pipelines.intake.profiling.mapping import use
from pipelines.intake.profiling.people import kept_arm
from pipelines.intake.profiling.placing import (
    UNSPECIFIED,
    by_names,
    dated,
    joined,
    labelled,
    timing,
)
from pipelines.intake.profiling.roles import Role
from pipelines.intake.profiling.rows import date_beside
from pipelines.intake.profiling.survey import Table

DATE_ORDER = ("assessed_on", "date", "visit_date", "start_date")


def score_blocks(chosen: Choices) -> list[Block]:
    """Return the blocks of scores: a pair for each table, and for each date within a table."""
    pairs: list[tuple[Block, Block]] = []
    for table in chosen.scores:
        if is_long(chosen.survey, table):
            pairs.append(_long(chosen, table))
        elif timed(table):
            pairs.append(_by_names(chosen, table))
        elif chosen.dates:
            pairs += [_wide(chosen, table, role, scores) for role, scores in _by_date(table)]
        else:
            pairs.append(_wide(chosen, table, None, table.scores))
    for block, _ in pairs:
        block.header = "[[tables.scores]]" if len(pairs) > 1 else "[tables.scores]"
    return [block for pair in pairs for block in pair]


def timed(table: Table) -> bool:
    """Return whether names of columns tell times, and not only before and after."""
    told = [score.at for score in table.scores if score.at]
    return any(at.kind != "start" for at in told) or (bool(told) and table.per_patient)


def _begun(table: Table) -> tuple[Block, Block]:
    assert table.patient is not None
    block, columns = Block(""), Block("[tables.scores.columns]")
    block.add("from", table.label)
    columns.add("patient_key", table.patient.name)
    use(table, table.patient)
    return block, columns


def _finish(
    block: Block, joins: Sequence[Marked], keeps: Sequence[Marked], entries: Sequence[Marked] = ()
) -> None:
    """Add joins and filters, one alone on the line itself, and the entries."""
    for key, parts in (("join", joins), ("keep", keeps)):
        if len(parts) == 1:
            block.add(key, dict(parts[0]), parts[0].doubt)
        elif parts:
            block.add(key, list(parts))
    if entries:
        block.add("each", list(entries))


def _arm_parts(chosen: Choices, table: Table) -> tuple[list[Marked], list[Marked]]:
    kept = kept_arm(chosen, table)
    if kept is None or chosen.arm is None:
        return [], []
    use(chosen.arm.table, chosen.arm.column)
    joins = [] if chosen.arm.table is table else [joined(table, chosen.arm.table)]
    return joins, [marked(kept, chosen.arm.doubt)]


def _long(chosen: Choices, table: Table) -> tuple[Block, Block]:
    """Return the blocks of a table with a row for each score."""
    block, columns = _begun(table)
    joins, keeps = _arm_parts(chosen, table)
    named, value = table.find("loinc", "instrument"), table.find("score")
    assert named is not None
    assert value is not None
    use(table, named.column, value.column)
    codes = {
        code: chosen.survey.instruments.of_cell(code) for code in instrument_codes(named.column)
    }
    known: dict[str, Cell] = {
        code: name
        for code, name in codes.items()
        if name and name in chosen.survey.instruments.known
    }
    aside = [code for code, name in codes.items() if name == "not_used"]
    by_code = named.means == "loinc" or all(code == name for code, name in known.items())
    columns.add(
        "instrument",
        column(named.column.name, values=known, not_used=aside or None),
        "" if by_code else "which version and recall is meant?",
    )
    columns.add("score", value.column.name)
    if len(known) + len(aside) < named.column.distinct:
        keeps.append(marked({"column": named.column.name, "values": [*known, *aside]}))
    if chosen.dates:
        role = date_beside(table, value.column, *DATE_ORDER)
        dated(chosen, table, role, columns, joins)
        timing(chosen, table, role, columns)
    else:
        keeps += labelled(chosen, table, columns)
    _finish(block, joins, keeps)
    return block, columns


def _by_names(chosen: Choices, table: Table) -> tuple[Block, Block]:
    """Return the blocks of a table whose columns are named by times."""
    block, columns = _begun(table)
    joins, keeps = _arm_parts(chosen, table)
    scores = table.scores
    shared = _shared_instrument(scores, columns)
    entries = []
    for score, (when, doubt) in zip(scores, by_names(chosen, table, scores, joins), strict=True):
        entry = {**_entry(score, table, shared), **when}
        entries.append(marked(entry, doubt or ("" if shared else score.doubt)))
    _finish(block, joins, keeps, entries)
    return block, columns


def _by_date(table: Table) -> list[tuple[Role | None, list[Score]]]:
    """Return the columns of scores by the date that is filled wherever they are."""
    groups: dict[str, tuple[Role | None, list[Score]]] = {}
    for score in table.scores:
        role = date_beside(table, score.column, *DATE_ORDER)
        groups.setdefault(role.column.name if role else "", (role, []))[1].append(score)
    return list(groups.values())


def _wide(
    chosen: Choices, table: Table, role: Role | None, scores: Sequence[Score]
) -> tuple[Block, Block]:
    """Return the blocks of a table with a row for each time and a column for each instrument."""
    block, columns = _begun(table)
    joins, keeps = _arm_parts(chosen, table)
    told = any(score.timing for score in scores)
    if chosen.dates:
        dated(chosen, table, role, columns, joins)
        if not told:
            timing(chosen, table, role, columns)
    else:
        keeps += labelled(chosen, table, columns)
        told = False
    shared = _shared_instrument(scores, columns)
    entries = []
    for score in scores:
        entry = _entry(score, table, shared)
        if told:
            entry["timing"] = constant(score.timing or UNSPECIFIED)
        entries.append(marked(entry, "" if shared else score.doubt))
    if len(entries) == 1:
        for key, value in entries[0].items():
            columns.add(key, value, scores[0].doubt if key == "score" and scores[0].scale else "")
        entries = []
    _finish(block, joins, keeps, entries)
    return block, columns


def _shared_instrument(scores: Sequence[Score], columns: Block) -> bool:
    """Add the instrument to the columns where all scores have the same; return whether they do."""
    if len({score.instrument for score in scores}) > 1:
        return False
    columns.add("instrument", constant(scores[0].instrument), scores[0].doubt)
    return True


def _entry(score: Score, table: Table, shared: bool) -> dict[str, Cell]:
    use(table, score.column, *[found for found in table.columns if found.name in score.items])
    entry: dict[str, Cell] = {} if shared else {"instrument": constant(score.instrument)}
    if score.items:
        return {**entry, "score": {"sum_of": list(score.items)}}
    scale = int(score.scale) if score.scale and score.scale >= 1 else score.scale
    return {**entry, "score": column(score.column.name, scale=scale)}
