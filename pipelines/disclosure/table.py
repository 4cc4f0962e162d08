"""A level of a Finding as a table of text."""

from collections.abc import Mapping

import polars as pl

from pipelines.definitions import Definitions
from pipelines.disclosure.groups import code_labels
from pipelines.disclosure.words import HIDDEN, NONE, percent, span
from pipelines.estimates.result import Question

PLACE = "place of "


def table(frame: pl.DataFrame, question: Question, definitions: Definitions) -> pl.DataFrame:
    """Return a level as text: group columns, counts, shares; withheld numbers as `hidden`.

    Who started is left out of a view that is filtered or by other groups than conditions, where it is
    told of no row.
    """
    cut = question.filtered or "category" not in question.by
    cut = cut and frame["started"].null_count() == frame.height
    rows = [
        {
            **{
                heading(name): NONE if row[name] is None else str(row[name]) for name in question.by
            },
            **({} if cut else {"Started": number(row["started"])}),
            "Due": number(row["due"]),
            "Assessed": number(row["assessed"]),
            "Met": number(row["responded"]),
            "At least": share(row, "known"),
            "At most": share(row, "highest"),
            "Followed up": share(row, "follow_up"),
            "Among assessed": rate(row),
        }
        for row in labelled(frame, definitions).iter_rows(named=True)
    ]
    return pl.DataFrame(rows)


def labelled(frame: pl.DataFrame, definitions: Definitions) -> pl.DataFrame:
    """Return the group columns as they are written on a page, in the order of the definitions."""
    named = [name for name in frame.columns if code_labels(name, definitions)]
    written, places = [], []
    for name in named:
        labels = code_labels(name, definitions)
        code = _code(name)
        places.append(
            code.replace_strict(
                {code: place for place, code in enumerate(labels)},
                default=len(labels),
                return_dtype=pl.Int64,
            ).alias(PLACE + name)
        )
        written.append(
            code.replace_strict(labels, default=pl.col(name), return_dtype=pl.String).alias(name)
        )
    frame = frame.with_columns(places).with_columns(written)
    places_of = [PLACE + name for name in named]
    return frame.sort(places_of, maintain_order=True).drop(places_of) if named else frame


def _code(column: str) -> pl.Expr:
    """Return what a label is looked up by: subtypes of two categories may share a code."""
    if column == "subtype":
        return pl.concat_str("category", "subtype", separator="/")
    return pl.col(column)


def heading(column: str) -> str:
    """Return a column name as a heading."""
    return column.removesuffix("_key").replace("_", " ").capitalize()


def number(count: object) -> str:
    """Return a count for people; `hidden` where it is withheld."""
    if count is None:
        return HIDDEN
    assert isinstance(count, int), count
    return f"{count:,}"


def share(row: Mapping[str, object], name: str) -> str:
    """Return a share for people: a dash where nobody is due, `hidden` where it is withheld."""
    if row[name] is None:
        return NONE if row["due"] == 0 or row.get("hidden") is False else HIDDEN
    return percent(row[name])


def rate(row: Mapping[str, object]) -> str:
    """Return the rate among those assessed with its interval, or why there is none."""
    if row.get("hidden"):
        return HIDDEN
    if row["rate"] is None:
        return NONE
    if not row["enough_follow_up"]:
        return "follow-up too low"
    mark = " (unstable)" if row["unstable"] else ""
    return f"{percent(row['rate'])} ({span(row['low'], row['high'])}){mark}"
