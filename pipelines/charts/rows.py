"""The rows of a rate chart: a Finding's levels in reading order, as numbers to draw and as text."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from pipelines.definitions import Definitions
from pipelines.disclosure import Finding
from pipelines.disclosure.groups import group_label, group_place
from pipelines.disclosure.words import HIDDEN, NONE, percent

OUTSIDE = "Outside the headline"
ALL = "All headline conditions"
Numbers = Mapping[str, object]
Key = tuple[object, ...]


@dataclass(frozen=True)
class Row:
    """One row: its group (empty for all together), its depth, its label and its numbers.

    A divider has no numbers. `opens`: it begins a group, so that a gap and a line part it from
    the row before; `bold`: it has parts of its own, or is all together.
    """

    key: Key
    depth: int
    label: str
    numbers: Numbers | None
    opens: bool = True
    bold: bool = True

    @property
    def draws(self) -> bool:
        """Return whether it has anything to draw: neither hidden nor empty."""
        return (
            self.numbers is not None
            and self.numbers["hidden"] is False
            and bool(self.numbers["due"])
        )


def rows(finding: Finding) -> list[Row]:
    """Return all together first, then each group with what is nested in it, in order."""
    return [Row((), 0, _all_together(finding), finding.total), *_nested(finding, ())]


def _all_together(finding: Finding) -> str:
    asked = finding.question.where.get("category", ())
    labels = finding.definitions.labels("categories", "category")
    return ", ".join(labels[category] for category in asked) or ALL


def _nested(finding: Finding, parent: Key) -> Iterator[Row]:
    depth = len(parent) + 1
    if depth > len(finding.question.by):
        return
    columns = list(finding.question.by[:depth])
    children = _beneath(finding.levels[depth], columns, parent)
    if parent and [key[-1] for key, _ in children] == [None]:
        return
    outside = _outside(finding.definitions) if columns == ["category"] else []
    opens = not parent
    has_parts = depth < len(finding.question.by)
    children.sort(key=lambda child: group_place(finding.definitions, child[1], columns[-1]))
    inside = [child for child in children if child[0][0] not in outside]
    for key, row in inside:
        label = group_label(finding.definitions, row, columns[-1])
        yield Row(key, depth, label, row, opens, has_parts)
        yield from _nested(finding, key)
        opens = has_parts
    for key, row in _beneath(finding.together[depth], columns, parent):
        yield Row(key, depth, str(key[-1]), row, opens, bold=False)
    for place, (key, row) in enumerate(children[len(inside) :]):
        if not place:
            yield Row((), 0, OUTSIDE, None)
        label = group_label(finding.definitions, row, columns[-1])
        yield Row(key, depth, label, row, has_parts and bool(place), has_parts)
        yield from _nested(finding, key)


def _beneath(level: pl.DataFrame, columns: list[str], parent: Key) -> list[tuple[Key, Numbers]]:
    """Return the rows of a level that are nested in a row, each with its key."""
    keyed = [(tuple(row[name] for name in columns), row) for row in level.iter_rows(named=True)]
    return [(key, row) for key, row in keyed if key[:-1] == parent]


def _outside(definitions: Definitions) -> list[str]:
    categories = definitions["categories"]
    return categories.filter(~pl.col("headline"))["category"].to_list()


def least_follow_up(finding: Finding) -> int:
    """Return the follow-up in per cent below which no rate is drawn."""
    return finding.definitions.setting("follow_up_min_percent")


def count_text(count: object) -> str:
    """Return a count for people; `hidden` where it is withheld."""
    return f"{count:,}" if isinstance(count, int) else HIDDEN


def share_text(row: Numbers, name: str) -> str:
    """Return a share for people: a dash where nobody is due, `hidden` where it is withheld."""
    if row[name] is None:
        return NONE if row["due"] == 0 else HIDDEN
    return percent(row[name])


def follow_up_text(row: Numbers, least: int) -> str:
    """Return the follow-up, saying `low` where it does not carry a rate."""
    text = share_text(row, "follow_up")
    if row["due"] and row["enough_follow_up"] is False:
        return f"under {least} %" if text == f"{least} %" else f"{text}, low"
    return text


def rate_text(row: Numbers | None) -> str:
    """Return the rate among those assessed, or the range of what is possible where too few were."""
    if row is None:
        return NONE
    if row["hidden"] or row["due"] is None:
        return HIDDEN
    if row["enough_follow_up"] or not row["due"]:
        return share_text(row, "rate")
    low, high = share_text(row, "known"), share_text(row, "highest")
    return f"{low.removesuffix(' %')}–{high}"


def interval_text(row: Numbers) -> str:
    """Return the rate with its 95 % interval, or why there is none."""
    if row["hidden"]:
        return HIDDEN
    if row["rate"] is None:
        return NONE
    if not row["enough_follow_up"]:
        return "follow-up too low"
    low, high = share_text(row, "low"), share_text(row, "high")
    return f"{share_text(row, 'rate')} ({low.removesuffix(' %')}–{high})"


def beside_rows(beside: Sequence[Finding], row: Row) -> list[Numbers | None]:
    """Return the same row of other Findings."""
    return [_same(finding, row) for finding in beside]


def _same(finding: Finding, row: Row) -> Numbers | None:
    columns = finding.question.by[: row.depth]
    for found in finding.levels[row.depth].iter_rows(named=True):
        if tuple(found[name] for name in columns) == row.key:
            return found
    return None
