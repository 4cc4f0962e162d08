"""What missing outcomes could do to a rate: the words and the table."""

from collections.abc import Mapping

import polars as pl

from pipelines.definitions import Definitions
from pipelines.disclosure.table import labelled, number, rate, share
from pipelines.disclosure.words import NONE, counts_as_harm, met, percent, span
from pipelines.estimates.result import Question

Row = Mapping[str, object]


def tipping(row: Row, question: Question, definitions: Definitions) -> str | None:
    """Return how many missing outcomes decide on which side of the tipping share a rate lies.

    None where nobody is missing, where the row is hidden, and for harms, which are not counted
    among the missing.
    """
    missing, due, responded = row["not_assessed"], row["due"], row["responded"]
    if counts_as_harm(question, definitions):
        return None
    if not isinstance(missing, int) or not isinstance(due, int) or not isinstance(responded, int):
        return None
    if not missing:
        return None
    least = definitions.setting("tipping_percent")
    if row["tipping"] is not None:
        return (
            f"{row['tipping']:,} of the {missing:,} missing would have to have failed"
            f" for the rate to fall below {least} %."
        )
    did = met(question, definitions)
    if 100 * responded >= least * due:
        return f"Even if all {missing:,} missing had failed, {least} % or more {did}."
    return f"Even if all {missing:,} missing had {did}, the rate would be below {least} %."


def weighted(row: Row, definitions: Definitions) -> str:
    """Return the response weighted for who was assessed with its interval, or why there is none."""
    if row["weighted"] is not None:
        return f"{percent(row['weighted'])} ({span(row['weighted_low'], row['weighted_high'])})"
    reasons = definitions.reasons
    return str(reasons[str(row["weighted_refused"])])


def missing_table(
    frame: pl.DataFrame, question: Question, definitions: Definitions
) -> pl.DataFrame:
    """Return one row per group of a level: bounds, rate, weighted rate, tipping, due, missing.

    Without a group there are no columns.
    """
    below = f"To fall below {definitions.setting('tipping_percent')} %"
    rows = [
        {
            "Condition": _condition(row, question),
            "At least": share(row, "known"),
            "Among assessed": rate(row),
            "At most": share(row, "highest"),
            "Weighted": weighted(row, definitions),
            below: _tipping_in_short(row, question, definitions),
            "Due": number(row["due"]),
            "Missing": number(row["not_assessed"]),
        }
        for row in labelled(frame, definitions).iter_rows(named=True)
    ]
    return pl.DataFrame(rows)


def _tipping_in_short(row: Row, question: Question, definitions: Definitions) -> str:
    """Return how many of the missing must have failed, or that it is so with all or with none."""
    if tipping(row, question, definitions) is None:
        return NONE
    if row["tipping"] is not None:
        return f"{row['tipping']:,} of {row['not_assessed']:,}"
    least = definitions.setting("tipping_percent")
    never = 100 * int(str(row["responded"])) >= least * int(str(row["due"]))
    return "never" if never else "is below"


def _condition(row: Row, question: Question) -> str:
    named = [str(row[name]) for name in question.by if name in row and row[name] is not None]
    return ", ".join(named) or "All headline conditions"
