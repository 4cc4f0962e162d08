"""Published figures: which may stand beside a rate, and which can only be told in words."""

from collections.abc import Mapping

import polars as pl

from pipelines.definitions import Definitions
from pipelines.estimates.result import Question

Row = Mapping[str, object]
NARROWER = ("sex", "age_band", "region")


def matching(definitions: Definitions, question: Question) -> pl.DataFrame:
    """Return the published figures, each with `share` (0 to 1) and whether it is `comparable`.

    Comparable: condition, instrument and rule are those of the headline of that condition (the
    first of its instruments), the days overlap the window, and people are counted once and not
    by sex, age or region, as in publications. `share` is null where none was published.
    """
    figures = definitions["benchmarks"]
    comparable = [_comparable(row, definitions, question) for row in figures.iter_rows(named=True)]
    counted = pl.col("responders") / pl.col("n")
    published = pl.col("percent").cast(pl.Float64) / 100
    return figures.with_columns(
        share=pl.coalesce(counted, published),
        comparable=pl.Series(comparable, dtype=pl.Boolean),
    )


def _comparable(figure: Row, definitions: Definitions, question: Question) -> bool:
    if question.population != "first_courses" or set(NARROWER) & set(question.where):
        return False
    headline = _headline(figure, definitions)
    if headline is None or figure["instrument"] != headline["instrument"]:
        return False
    rule = headline["measure"] if question.measure == "response" else question.measure
    return figure["measure"] == rule and _overlaps(figure, definitions, question.window)


def _headline(figure: Row, definitions: Definitions) -> Row | None:
    """Return the first headline row of a figure's condition: of its subtype, else of its category."""
    own = definitions["headlines"].filter(pl.col("category").eq_missing(figure["category"]))
    narrow = own.filter(pl.col("subtype").eq_missing(figure["subtype"]))
    found = narrow if narrow.height else own.filter(pl.col("subtype").is_null())
    return found.sort("preference").row(0, named=True) if found.height else None


def _overlaps(figure: Row, definitions: Definitions, window: str) -> bool:
    """Return whether a figure's days meet those of a window, for its instrument's family."""
    if figure["first_day"] is None or figure["last_day"] is None:
        return False
    instruments = definitions["instruments"].filter(pl.col("instrument") == figure["instrument"])
    days = definitions["windows"].filter(
        (pl.col("window") == window)
        & pl.col("family").is_in(instruments["family"].implode())
        & (pl.col("first_day") <= pl.lit(figure["last_day"]))
        & (pl.col("last_day") >= pl.lit(figure["first_day"]))
    )
    return days.height > 0
