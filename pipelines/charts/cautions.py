"""What a reader must be told of small numbers and low follow-up before reading a chart."""

from collections.abc import Callable

from pipelines.charts.rows import Numbers, Row, least_follow_up, rows
from pipelines.definitions import Definitions
from pipelines.definitions.errors import listed
from pipelines.disclosure import Finding


def smallest_count(definitions: Definitions) -> int:
    """Return the smallest count that a protecting policy lets out; smaller ones are flagged."""
    protecting = definitions["policies"].filter("protects")
    return max(protecting["smallest_count"].to_list(), default=0)


def is_small(row: Numbers, smallest: int) -> bool:
    """Return whether the number of those due is small enough to point to a person."""
    due = row["due"]
    return isinstance(due, int) and 0 < due < smallest


def cautions(finding: Finding) -> list[str]:
    """Return a sentence for each kind of row that must be read with care, naming the rows."""
    smallest = smallest_count(finding.definitions)
    least = least_follow_up(finding)
    few = finding.definitions.setting("unstable_below_assessed")
    kinds: list[tuple[str, Callable[[Numbers], bool]]] = [
        (f"Follow-up under {least} %, so only the range is drawn", _follow_up_is_low),
        (f"Fewer than {few} followed up, so the rate is unstable (hollow dot)", _is_unstable),
        (f"Fewer than {smallest} due, marked *: such a number may point to a person",
         lambda row: is_small(row, smallest)),
    ]  # fmt: skip
    said = [(words, _named(rows(finding), holds)) for words, holds in kinds]
    return [f"{words}: {listed(names, 8)}." for words, names in said if names]


def _named(shown: list[Row], holds: Callable[[Numbers], bool]) -> list[str]:
    return [row.label for row in shown if row.numbers is not None and holds(row.numbers)]


def _follow_up_is_low(row: Numbers) -> bool:
    return row["hidden"] is False and bool(row["due"]) and row["enough_follow_up"] is False


def _is_unstable(row: Numbers) -> bool:
    return row["hidden"] is False and row["unstable"] is True and row["enough_follow_up"] is True
