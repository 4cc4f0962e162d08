"""What those who make the export should mend: refused rows by place and rule, never by value."""

import polars as pl

from pipelines.definitions import Definitions
from pipelines.intake import contract

COLUMNS = (
    "batch", "file", "source_row", "table", "column", "rule", "explanation", "expected",
    "please",
)  # fmt: skip


def feedback(quarantine: pl.DataFrame, definitions: Definitions) -> pl.DataFrame:
    """Return one row per refused row, in the order of the export.

    `quarantine` is staging.quarantine. `expected` says which values the column may hold, empty
    where the rule is not about one column; `explanation` and `please` are of refusals.csv, by the
    longest beginning that fits, and empty for a rule that stands in no row there.
    """
    rules = quarantine.select("rule").unique()
    words = pl.DataFrame(
        [(rule, *_words(rule, definitions)) for rule in rules["rule"].to_list()],
        schema={"rule": pl.String, "explanation": pl.String, "please": pl.String},
        orient="row",
    )
    places = quarantine.select("table_name", "column_name").unique()
    expected = places.with_columns(
        pl.Series("expected", [_allowed(*place) for place in places.rows()], dtype=pl.String)
    )
    number = pl.col("source_row").cast(pl.Int64, strict=False)
    return (
        quarantine.join(words, on="rule")
        .join(expected, on=["table_name", "column_name"], nulls_equal=True)
        .sort("batch", "file", number, "table_name", "column_name", "rule")
        .rename({"table_name": "table", "column_name": "column"})
        .select(COLUMNS)
    )


def _words(rule: str, definitions: Definitions) -> tuple[str, str]:
    fitting = [
        row
        for row in definitions["refusals"].iter_rows(named=True)
        if rule.startswith(row["rule_prefix"])
    ]
    if not fitting:
        return "", ""
    best = max(fitting, key=lambda row: len(row["rule_prefix"]))
    return str(best["means"]), str(best["ask"])


def _allowed(table: str | None, column: str | None) -> str:
    known = contract.BY_NAME.get(table or "")
    if known is None or column not in known.names:
        return ""
    return known[str(column)].allowed
