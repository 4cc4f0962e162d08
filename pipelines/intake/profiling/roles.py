"""What each column of a table seems to be, by its name and by its cells."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from pipelines.intake.profiling.facts import USUAL, Column
from pipelines.intake.profiling.words import Hint, Hints, Words

OLDEST = 120
FIRST_YEAR, LAST_YEAR = 1900, 2100
SEXES_AT_MOST = 6
ARMS_AT_MOST = 6
IDENTIFIED_BY_CELLS = {
    "email": "contact",
    "phone": "contact",
    "ssn": "number",
    "url": "contact",
    "person": "name",
}
HALF = 0.5
DATES = ("visit_date", "assessed_on", "recorded_on", "start_date", "date", "end_date")


@dataclass(frozen=True)
class Role:
    """What a column seems to be; `doubt` says why it may be something else.

    `identifying` is the kind of identifier that its name or cells look like, or "".
    `by_name` is how much of the name says so: 2 all of it, 1 a part, 0 nothing.
    """

    column: Column
    means: str
    identifying: str = ""
    by_name: int = 0
    doubt: str = ""


def role(column: Column, hints: Hints) -> Role:
    """Return what a column seems to be; `means` is "" where nothing fits."""
    named, strength = _named("column", column.words, hints)
    identifying = _identifying(column, hints, named)
    found = Role(column, named.means if named else "", identifying, strength)
    if identifying and found.means not in ("birth_date", "patient_key", "zip_code"):
        return replace(found, means="")
    if found.means in ("code", "instrument"):
        coded = _by_cells(replace(found, means="", by_name=0), hints)
        found = coded if coded.means else found
    if found.means in CHECKS:
        found = CHECKS[found.means](found, hints)
    if found.means:
        return found
    return _by_cells(replace(found, by_name=0), hints)


def _named(table: str, text: Words, hints: Hints) -> tuple[Hint | None, int]:
    whole = hints.whole(table, text)
    if whole:
        return whole, 2
    ends = [text[start:] for start in range(1, len(text))] + [text[:-1]]
    for part in sorted(ends, key=len, reverse=True):
        found = hints.whole(table, part)
        if found and found.detail != "whole":
            return found, 1
    return None, 0


def _identifying(column: Column, hints: Hints, named: Hint | None) -> str:
    hint, _ = _named("identifying", column.words, hints)
    thing = any(hints.whole("thing_name", (word,)) for word in column.words)
    if hint and not (hint.means == "name" and thing and hint.words == ("name",)):
        longer = named is None or len(hint.words) >= len(named.words)
        if longer or named is None:
            return hint.means
    if named is not None and named.means == "birth_date":
        return "birth"
    for pattern, kind in IDENTIFIED_BY_CELLS.items():
        if column.share(pattern) >= HALF:
            return kind
    return "text" if column.long_text else ""


def _nothing(found: Role) -> Role:
    return replace(found, means="")


def _sex(found: Role, hints: Hints) -> Role:
    codes = found.column.codes
    if not codes or len(codes) > SEXES_AT_MOST:
        return _nothing(found)
    if all(hints.cell("sex", code) for code in codes):
        return found
    return replace(found, doubt="codes not known") if found.column.numeric else _nothing(found)


def _flag(found: Role, _: Hints) -> Role:
    return found if 0 < len(found.column.codes) <= 3 else _nothing(found)


def _age(found: Role, _: Hints) -> Role:
    low, high = found.column.span
    sensible = found.column.numeric and low >= 0 and 1 < high <= OLDEST
    return found if sensible else _nothing(found)


def _birth(found: Role, _: Hints) -> Role:
    low, high = found.column.span
    years = found.column.numeric and found.column.whole and FIRST_YEAR <= low <= high <= LAST_YEAR
    return found if found.column.dated or years else _nothing(found)


def _dated(found: Role, _: Hints) -> Role:
    return found if found.column.dated else _nothing(found)


def _number(found: Role, _: Hints) -> Role:
    return found if found.column.numeric else _nothing(found)


def _key(found: Role, _: Hints) -> Role:
    column = found.column
    fractions = column.numeric and not column.whole
    return _nothing(found) if column.dated or fractions or column.distinct < 2 else found


def _few(found: Role, _: Hints) -> Role:
    return found if len(found.column.codes) > 0 and not found.column.dated else _nothing(found)


def _few_or_many(found: Role, _: Hints) -> Role:
    return _nothing(found) if found.column.dated or not found.column.filled else found


def _arm(found: Role, _: Hints) -> Role:
    if found.column.share("icd10cm") >= USUAL:
        return replace(found, means="icd10cm")
    return found if 1 < len(found.column.codes) <= ARMS_AT_MOST else _nothing(found)


def _icd(found: Role, hints: Hints) -> Role:
    if found.column.share("icd10cm") >= USUAL:
        return found
    known = any(hints.cell("condition", code) for code in found.column.codes)
    return replace(found, means="condition") if known and found.column.codes else _nothing(found)


def _condition(found: Role, hints: Hints) -> Role:
    if found.column.share("icd10cm") >= USUAL:
        return replace(found, means="icd10cm")
    codes = found.column.codes
    known = sum(hints.cell("condition", code) is not None for code in codes)
    return found if codes and 2 * known >= len(codes) else _nothing(found)


CHECKS: dict[str, Callable[[Role, Hints], Role]] = {
    "sex": _sex,
    "flag_female": _flag,
    "flag_male": _flag,
    "age": _age,
    "birth_date": _birth,
    **dict.fromkeys(DATES, _dated),
    **dict.fromkeys(
        (
            "dose_mg",
            "dose_mg_per_kg",
            "infusion_minutes",
            "recovery_minutes",
            "chair_minutes",
            "planned_sessions",
            "minute",
        ),
        _number,
    ),
    "patient_key": _key,
    "weak_key": _key,
    "visit_key": _key,
    "condition": _condition,
    "clinic_key": _few_or_many,
    **dict.fromkeys(
        ("visit_kind", "visit_status", "agent", "route", "time", "instrument", "sign"), _few
    ),
    "arm": _arm,
    "icd10cm": _icd,
}


def _by_cells(found: Role, hints: Hints) -> Role:
    """Return a role that the cells alone suggest."""
    column = found.column
    if column.dated:
        return replace(found, means="date")
    if column.share("loinc") >= USUAL:
        return replace(found, means="loinc")
    coded = bool(column.cells.is_in(list(hints.snomed)).any())
    if coded and column.share("snomed") >= USUAL:
        return replace(found, means="snomed", doubt="SNOMED codes; few have an ICD-10-CM pair here")
    if column.share("icd10cm") >= USUAL and _diagnoses(column, hints):
        return replace(found, means="icd10cm", doubt="by its cells")
    codes = column.codes
    if (
        codes
        and len(codes) <= 3
        and all(hints.whole("sex", (code.lower(),)) for code in codes)
        and {"m", "f"} <= {code.lower()[0] for code in codes}
    ):
        return replace(found, means="sex", doubt="by its cells")
    return found


def _diagnoses(column: Column, hints: Hints) -> bool:
    """Return whether codes that look like ICD-10-CM have its dot, or half of them are defined here."""
    if column.cells.str.contains(r"^[A-Za-z][0-9][0-9A-Za-z]\.").any():
        return True
    begun = column.cells.unique().str.slice(0, 3).str.to_uppercase()
    return float(begun.is_in(list(hints.diagnoses)).sum()) >= HALF * begun.len()
