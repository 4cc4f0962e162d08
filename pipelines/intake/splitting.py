"""Rows that keep the contract and rows that break it, with the rule; none is lost."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from pipelines.definitions import Definitions, InputError
from pipelines.definitions.errors import did_you_mean, listed
from pipelines.definitions.schema import Table, parsed, trouble
from pipelines.intake import contract
from pipelines.intake.mapping import UNMAPPED
from pipelines.intake.reading import ROW

RULE = "rule"
PLACE = ("file", ROW)
QUARANTINE = pl.Schema(
    {"table": pl.String, "file": pl.String, "source_row": pl.UInt32, "column": pl.String, "rule": pl.String}
)  # fmt: skip


@dataclass(frozen=True)
class Split:
    """Accepted frames by table, in the contract's types, and one quarantine row per refused row."""

    accepted: dict[str, pl.DataFrame]
    quarantined: pl.DataFrame


def split(
    frames: Mapping[str, pl.DataFrame], definitions: Definitions, last_day: date | None
) -> Split:
    """Return what is accepted and what is quarantined, patients first, then what refers to them.

    `frames` hold canonical columns, as text or already typed, and may hold `file` and `source row`.
    A row with several faults is quarantined for the first. `last_day` is the latest day that a
    date may have; None for a study in relative days. Raises InputError for an instrument that
    there is no definition of: it may be the same in every row.
    """
    _refuse_unknown_instruments(frames, definitions)
    accepted: dict[str, pl.DataFrame] = {}
    quarantined = [pl.DataFrame(schema=QUARANTINE)]
    for table in contract.TABLES:
        frame = frames.get(table.name)
        if frame is None:
            accepted[table.name] = table.empty()
            continue
        judged = _judged(table, _placed(frame), definitions, accepted, last_day)
        accepted[table.name] = judged.filter(pl.col(RULE).is_null()).select(table.names)
        quarantined.append(_refused(table, judged))
    return Split(accepted, pl.concat(quarantined))


def _placed(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the frame with its place in the export; generated rows are numbered from 1."""
    missing = [name for name in (*PLACE, UNMAPPED) if name not in frame.columns]
    made = {
        "file": pl.lit("generated"),
        ROW: pl.int_range(1, pl.len() + 1, dtype=pl.UInt32),
        UNMAPPED: pl.lit(None, pl.String),
    }
    return frame.with_columns(made[name].alias(name) for name in missing)


def _judged(
    table: Table,
    frame: pl.DataFrame,
    definitions: Definitions,
    accepted: Mapping[str, pl.DataFrame],
    last_day: date | None,
) -> pl.DataFrame:
    """Return the typed frame with columns `column` and `rule`, null where the row is accepted."""
    typed, rules = [], [_rule("value_not_in_map", pl.col(UNMAPPED), pl.col(UNMAPPED).is_not_null())]
    for column in table.columns:
        raw = pl.col(column.name)
        value = parsed(column, raw) if frame.schema[column.name] == pl.String else raw
        broken = trouble(column, raw, value)
        rules.append(
            pl.when(broken.is_not_null()).then(pl.struct(column=pl.lit(column.name), rule=broken))
        )
        typed.append(value.alias(column.name))
    frame = frame.with_columns(*typed, pl.coalesce(rules).alias("first"))
    later = [
        *_unknown(table, accepted, definitions),
        *_late(table, last_day),
        *_beyond_scale(table, definitions),
        *_wrong_subtype(table, definitions),
    ]
    frame = frame.with_columns(pl.coalesce("first", *later)) if later else frame
    keys = _repeated(table) if table.key else []
    frame = frame.with_columns(pl.coalesce("first", *keys)) if keys else frame
    return frame.unnest("first")


def _rule(rule: str, column: pl.Expr, broken: pl.Expr) -> pl.Expr:
    return pl.when(broken).then(pl.struct(column=column, rule=pl.lit(rule)))


def _unknown(
    table: Table, accepted: Mapping[str, pl.DataFrame], definitions: Definitions
) -> list[pl.Expr]:
    rules = []
    for column in table.columns:
        if column.refers_to is None:
            continue
        other, key = column.refers_to
        known = accepted[other][key] if other in accepted else definitions[other][key]
        missing = pl.col(column.name).is_not_null() & ~pl.col(column.name).is_in(known.implode())
        rules.append(_rule(f"unknown_{key}", pl.lit(column.name), missing))
    return rules


def _late(table: Table, last_day: date | None) -> list[pl.Expr]:
    if last_day is None:
        return []
    return [
        _rule("future_date", pl.lit(column.name), pl.col(column.name) > last_day)
        for column in table.columns
        if column.kind == "date"
    ]


def _beyond_scale(table: Table, definitions: Definitions) -> list[pl.Expr]:
    if table.name != "scores":
        return []
    scales = definitions["instruments"]
    low, high = (
        pl.col("instrument").replace_strict(scales["instrument"], scales[name], default=None)
        for name in ("minimum", "maximum")
    )
    beyond = (pl.col("score") < low) | (pl.col("score") > high)
    return [_rule("score_out_of_range", pl.lit("score"), beyond)]


def _wrong_subtype(table: Table, definitions: Definitions) -> list[pl.Expr]:
    if "subtype" not in table.names:
        return []
    pairs = definitions["subtypes"].select(
        pl.concat_str("category", "subtype", separator="/").alias("pair")
    )["pair"]
    pair = pl.concat_str(pl.col("category").fill_null(""), "subtype", separator="/")
    wrong = pl.col("subtype").is_not_null() & ~pair.is_in(pairs.implode())
    return [_rule("subtype_of_another_category", pl.lit("subtype"), wrong)]


def _repeated(table: Table) -> list[pl.Expr]:
    """Return the rule that keeps the first of the rows with one key, among those still good."""
    good = pl.col("first").is_null()
    again = good & ~pl.struct(*table.key, good.alias("good")).is_first_distinct()
    name = " + ".join(table.key)
    return [_rule("duplicate_" + "_and_".join(table.key), pl.lit(name), again)]


def _refused(table: Table, judged: pl.DataFrame) -> pl.DataFrame:
    return judged.filter(pl.col(RULE).is_not_null()).select(
        pl.lit(table.name).alias("table"),
        pl.col("file"),
        pl.col(ROW).cast(pl.UInt32).alias("source_row"),
        pl.col("column"),
        pl.col(RULE),
    )


def _refuse_unknown_instruments(
    frames: Mapping[str, pl.DataFrame], definitions: Definitions
) -> None:
    scores = frames.get("scores")
    if scores is None:
        return
    known = definitions.codes("instruments", "instrument")
    found = scores["instrument"].drop_nulls().value_counts(sort=True)
    problems = [
        unknown_instrument(name, known) + f" ({count} rows)"
        for name, count in found.iter_rows()
        if name not in known
    ]
    if problems:
        raise InputError(*problems)


def unknown_instrument(name: str, known: list[str]) -> str:
    """Return what is said of an instrument without a definition; a bare one gets its choices."""
    choices = [code for code in known if code.startswith(f"{name}_")]
    if choices:
        return f"scores: instrument is {name}, without its recall or version; expected one of {listed(choices)}"
    return f"scores: instrument is {name}{did_you_mean(name, known)}; expected one of {listed(known, 40)}"
