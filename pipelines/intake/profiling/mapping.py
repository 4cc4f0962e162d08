"""How a column becomes a canonical one: codes, ages, birth dates, dates."""

from collections.abc import Iterable

from pipelines.definitions.errors import listed as listed_words
from pipelines.intake.profiling.dates import Way, with_times
from pipelines.intake.profiling.draft import Cell, Line, column, constant
from pipelines.intake.profiling.facts import Column
from pipelines.intake.profiling.survey import Table
from pipelines.intake.profiling.words import Hints

DEFAULT_DATE = "%Y-%m-%d"
MOST_SHOWN = 8
PADDED = r"^\d{4}-\d{2}-\d{2}(?:$|[T ])"
PAIRS = {("H", "M"): ("male", "female"), ("0", "1"): ("male", "female")}
AMBIGUOUS = "dates fit {0} and {1}: check which"
BOTH = "dates of {0} and of {1} stand in one column; those that fit both are read as the first"


def use(table: Table, *columns: Column) -> None:
    """Note that a table's columns are used."""
    table.used.update(found.name for found in columns)


def date_of(found: Column) -> tuple[Cell | None, str]:
    """Return the date_format that a column of dates needs, if any, and the doubt about it.

    It is a list where dates are written in several ways, or some with a time behind them.
    """
    formats = found.date_formats
    iso = formats[:1] == (DEFAULT_DATE,) and bool(found.cells.str.contains(PADDED).all())
    if iso or not found.dated:
        return None, ""
    ways = found.date_ways or (Way(formats),)
    chosen = [form for way in ways for form in (way.forms if way.both else way.forms[:1])]
    written = with_times(found.cells, chosen)
    doubts = [
        (BOTH if way.both else AMBIGUOUS).format(*way.forms[:2])
        for way in ways
        if len(way.forms) > 1
    ]
    return written[0] if len(written) == 1 else list(written), "; ".join(doubts)


def coded(
    found: Column, listed: str, hints: Hints, what: str = "means"
) -> tuple[dict[str, str], int]:
    """Return the meaning of each code of a column that a list of hints knows, and how many it does not."""
    known = {code: hint for code in found.codes if (hint := hints.cell(listed, code))}
    meanings = {
        code: str(getattr(hint, what))
        for code, hint in sorted(known.items())
        if getattr(hint, what)
    }
    return meanings, found.distinct - len(known)


def others(found: Column, listed: str, hints: Hints) -> str:
    """Return the codes of a column that a list of hints does not know; a count of those that may name somebody."""
    unknown = [code for code in found.codes if not hints.cell(listed, code)]
    unnamed = coded(found, listed, hints)[1] - len(unknown)
    told = [shown(unknown)] if unknown else []
    return " and ".join([*told, f"{unnamed} that are not shown here"] if unnamed else told)


def shown(codes: Iterable[str]) -> str:
    """Return codes as they stand in the export, in quotes."""
    return listed_words([f"'{code}'" for code in codes], MOST_SHOWN)


def sex_line(table: Table, hints: Hints, file: str | None) -> Line:
    """Return the line of sex."""
    role = table.find("sex")
    if role:
        use(table, role.column)
        values, unknown = coded(role.column, "sex", hints)
        doubt = "codes are numbers: check what they mean" if role.column.numeric else ""
        values, doubt = _turned(values, doubt)
        doubt = doubt or (f"{others(role.column, 'sex', hints)} become other" if unknown else "")
        return Line(
            "sex",
            column(
                role.column.name,
                file,
                values=values,
                otherwise="other" if unknown else None,
                if_missing="unknown",
            ),
            doubt,
        )
    for means, yes, no in (("flag_female", "female", "male"), ("flag_male", "male", "female")):
        role = table.find(means)
        if role:
            use(table, role.column)
            values = {code: yes if _says_yes(code) else no for code in sorted(role.column.codes)}
            return Line("sex", column(role.column.name, file, values=values, if_missing="unknown"))
    return Line("sex", constant("unknown"), "no column of sex was found")


def _turned(values: dict[str, str], doubt: str) -> tuple[dict[str, str], str]:
    """Return codes that mean something else beside one another: H with M, 0 with 1."""
    for pair, meant in PAIRS.items():
        if {code.upper() for code in values} == set(pair):
            return {
                code: meant[pair.index(code.upper())] for code in values
            }, f"{pair[0]} and {pair[1]}: check what they mean"
    return values, doubt


def _says_yes(code: str) -> bool:
    return code.lower() in ("yes", "y", "1", "true", "j", "ja", "si", "oui", "t")


def age_line(table: Table, file: str | None) -> Line:
    """Return the line of the age band, from a birth date before an age."""
    role = table.find("birth_date", "age")
    if role is None:
        return Line("age_band", constant("unknown"), "no column of age or birth date was found")
    use(table, role.column)
    if role.means == "age":
        return Line(
            "age_band", column(role.column.name, file, age_in_years=True, if_missing="unknown")
        )
    form, doubt = date_of(role.column)
    return Line(
        "age_band",
        column(role.column.name, file, birth_date=True, date_format=form, if_missing="unknown"),
        doubt,
    )
