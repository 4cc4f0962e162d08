"""Who of a study is treated: a column of few codes that looks like an arm or a diagnosis group."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.intake.profiling.facts import Column
from pipelines.intake.profiling.survey import Table
from pipelines.intake.profiling.words import Hint, Hints

SHORT_CODE = 3
ARMS_AT_MOST = 6


@dataclass(frozen=True)
class Arm:
    """A column whose codes say who is treated, and the codes to keep (none: all rows stay).

    `conditions` gives category and subtype by code where the codes name diagnoses.
    """

    table: Table
    column: Column
    keep: tuple[str, ...]
    doubt: str
    conditions: dict[str, Hint]


def arm(tables: Sequence[Table], hints: Hints) -> Arm | None:
    """Return the likeliest column of a study's arms among some tables, the first tables first."""
    found: list[tuple[int, Arm]] = []
    for table in tables:
        for role in table.roles:
            named = role.means in ("arm", "condition")
            treatment = hints.whole("agent", role.column.words) is not None
            if (named or treatment) and not role.identifying:
                made = _arm(table, role.column, hints)
                if made:
                    found.append((2 * bool(made.conditions) + named, made))
    return max(found, key=lambda pair: pair[0])[1] if found else None


def _arm(table: Table, column: Column, hints: Hints) -> Arm | None:
    codes = sorted(column.codes)
    if not codes or not 1 < column.distinct <= ARMS_AT_MOST:
        return None
    conditions = {code: hint for code in codes if (hint := hints.cell("condition", code))}
    kinds = {code: _kind(code, hints) for code in codes}
    if conditions:
        rest = column.distinct > len(conditions)
        return Arm(
            table,
            column,
            tuple(conditions) if rest else (),
            "whose rows are meant? codes that name no condition are left out",
            conditions,
        )
    if not all(_plain(code, hints) for code in codes):
        return None
    active = [code for code in codes if kinds[code] == "active"]
    kept = active or [code for code in codes if kinds[code] != "control"]
    if len(kept) == len(codes):
        return Arm(
            table, column, (codes[0],), "which code is the treatment? the first was taken", {}
        )
    return Arm(table, column, tuple(kept), "which arm is meant? the treated one was guessed", {})


def _kind(code: str, hints: Hints) -> str:
    split = tuple(code.lower().split())
    hint = hints.whole("arm", split) or hints.cell("arm", code)
    if hint:
        return hint.means
    return "active" if hints.cell("agent", code) else ""


def _plain(code: str, hints: Hints) -> bool:
    """Return whether a code may be written into a profile: a known word, or a short code."""
    return len(code) <= SHORT_CODE or bool(_kind(code, hints))
