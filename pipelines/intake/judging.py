"""Rows that keep the contract and rows that break it, with the rule; none is lost.

`judge` makes `judged.<table>` of every `mapped.<table>`: the contract's columns in their types, the
row's place, and `broken`, null where the row is good, else `column:rule` of the first rule that it
breaks. Patients come first, then what refers to them: `patient` and `visit` are the numbers of the
good row of patients or visits that a row belongs to.
"""

from datetime import date
from functools import reduce

import duckdb
from duckdb import SQLExpression

from pipelines.definitions import Definitions, InputError
from pipelines.definitions.errors import did_you_mean, listed
from pipelines.definitions.schema import FLAGS, WRONG_KIND, Column, Table
from pipelines.intake import contract
from pipelines.intake.expressions import Expression, call, cell, coalesce, constant, when
from pipelines.intake.scratch import Scratch

EXACT = "DECIMAL(18,6)"
SQL_TYPES = {"text": "VARCHAR", "integer": "INTEGER", "date": "DATE", "flag": "BOOLEAN"}
LONGEST_TOLD, MOST_TOLD = 60, 10
OWNERS = {"patient_key": ("patients", "patient"), "visit_key": ("visits", "visit")}


def judge(
    scratch: Scratch, definitions: Definitions, last_day: date | None, stop_at_unknown: bool
) -> None:
    """Make the `judged` tables.

    `last_day` is the latest day that a date may have; None for a study in relative days. With
    `stop_at_unknown` an instrument without a definition raises InputError, because it may be the
    same in every row; without, its rows are quarantined and the error would name what may be
    anything.
    """
    if stop_at_unknown:
        _refuse_unknown_instruments(scratch, definitions)
    scratch.connection.execute("create schema judged")
    _make_codes(scratch, definitions)
    for table in contract.TABLES:
        _judge(scratch, table, definitions, last_day)
        if table.name not in ("patients", "visits"):
            scratch.drop(f"mapped.{table.name}")
        if table.key:
            _mark_repeated(scratch, table)
    for name in ("patients", "visits"):
        scratch.drop(f"mapped.{name}")


def sql_type(column: Column) -> str:
    """Return the DuckDB type that holds a column of the contract."""
    if column.kind == "decimal":
        return f"DECIMAL({12 if column.decimals > 2 else 6},{column.decimals})"
    return SQL_TYPES[column.kind]


def _make_codes(scratch: Scratch, definitions: Definitions) -> None:
    """Make a type of the codes of each coded column, and of units and files: a byte a row."""
    for table in contract.TABLES:
        for column in table.columns:
            if codes := _codes(column, definitions):
                scratch.make_type(_type(table, column.name), codes)
    for name in ("unit", "file"):
        parts = [
            scratch.connection.table(f"mapped.{table.name}").select(name)
            for table in contract.TABLES
        ]
        found = reduce(lambda one, other: one.union(other), parts).distinct().fetchall()
        scratch.make_type(name, tuple(code for (code,) in found if code is not None))


def _codes(column: Column, definitions: Definitions) -> tuple[str, ...]:
    """Return the codes that a column may hold, if it is coded."""
    if column.refers_to and column.name not in OWNERS:
        return tuple(definitions.codes(*column.refers_to))
    return column.one_of


def _type(table: Table, name: str) -> str:
    return f"{table.name}_{name}"


def _coded(name: str, kind: str) -> Expression:
    """Return a text as a code; null where it is none."""
    return SQLExpression(f'try_cast("{name}" as code_{kind})')


def _judge(scratch: Scratch, table: Table, definitions: Definitions, last_day: date | None) -> None:
    rows = scratch.connection.table(f"mapped.{table.name}")
    owner = owner_of(table)
    if owner:
        rows = rows.join(_good(scratch, owner), cell(owner) == _known(owner), how="left")
    if table.name == "scores":
        rows = rows.join(*_scales(scratch), how="left")
    parsed = {
        column.name: _parsed(table, column, definitions).alias(f"typed_{column.name}")
        for column in table.columns
        if column.kind != "text" or _codes(column, definitions)
    }
    rows = rows.select(*[cell(name) for name in rows.columns], *parsed.values())
    typed = {name: cell(f"typed_{name}") if name in parsed else cell(name) for name in table.names}
    rules = [
        *_first_rules(table, typed),
        *([_unknown_owner(owner)] if owner else []),
        *_late(table, typed, last_day),
        *(_beyond_scale(typed) if table.name == "scores" else []),
        *(_wrong_subtype(definitions) if "subtype" in table.names else []),
    ]
    rows.select(
        *[value.alias(name) for name, value in typed.items() if name != owner],
        _coded("unit", "unit").alias("unit"),
        cell("item").cast(_place_type(scratch)).alias("item"),
        _coded("file", "file").alias("file"),
        cell("source_row").cast(_place_type(scratch)).alias("source_row"),
        *([cell(OWNERS[owner][1]).cast("uinteger").alias(OWNERS[owner][1])] if owner else []),
        coalesce(*rules).alias("broken"),
    ).create(f"judged.{table.name}")


def _place_type(scratch: Scratch) -> str:
    """Return the narrowest type that holds the numbers of items: they are kept for every row."""
    plain = scratch.one_row_per_item and max(scratch.items.values(), default=0) < 2**32
    return "uinteger" if plain else "bigint"


def owner_of(table: Table) -> str | None:
    """Return the key by which a table's rows belong to patients or visits."""
    found = [name for name in table.names if name in OWNERS and OWNERS[name][0] != table.name]
    return found[0] if found else None


def _known(owner: str) -> Expression:
    return cell(f"known_{owner}")


def _good(scratch: Scratch, owner: str) -> duckdb.DuckDBPyRelation:
    table, number = OWNERS[owner]
    good = scratch.connection.table(f"judged.{table}").filter(cell("broken").isnull())
    return good.select(cell("rowid").alias(number), cell(owner).alias(f"known_{owner}"))


def _scales(scratch: Scratch) -> tuple[duckdb.DuckDBPyRelation, Expression]:
    scales = scratch.connection.table("definitions.instruments").select(
        cell("instrument").alias("scale"),
        cell("minimum").alias("lowest"),
        cell("maximum").alias("highest"),
    )
    return scales, cell("instrument") == cell("scale")


def _parsed(table: Table, column: Column, definitions: Definitions) -> Expression:
    """Return a cell in its type; null where it is missing or can't be read as that type."""
    text = cell(column.name)
    if column.kind == "text":
        coded = _codes(column, definitions)
        return _coded(column.name, _type(table, column.name)) if coded else text
    if column.kind == "flag":
        lower = call("lower", text)
        codes = {flag: [t for t, f in FLAGS.items() if f == flag] for flag in (True, False)}
        yes, no = (lower.isin(*[constant(t) for t in codes[f]]) for f in (True, False))
        return when(yes, constant(True)).when(no, constant(False))
    if column.kind == "date":
        return when(text.like("____-__-__"), text.try_cast("DATE"))
    if column.kind == "integer":
        number = text.try_cast("DECIMAL(18,6)")
        return when(number == call("round", number), number.try_cast("INTEGER"))
    return call("round", text.try_cast(EXACT), constant(column.decimals)).try_cast(sql_type(column))


def _first_rules(table: Table, typed: dict[str, Expression]) -> list[Expression]:
    """Return the rules that one cell can break, by column, the reader's own first."""
    told = call("concat", cell("rule_column"), constant(":"), cell("rule"))
    rules = [when(cell("rule").isnotnull(), told)]
    for column in table.columns:
        text, value = cell(column.name), typed[column.name]
        rules += [_rule(column.name, rule, met) for met, rule in _troubles(column, text, value)]
    for column in table.columns:
        if column.refers_to and column.name not in OWNERS:
            unknown = cell(column.name).isnotnull() & typed[column.name].isnull()
            rules.append(_rule(column.name, f"unknown_{column.refers_to[1]}", unknown))
    return rules


def _troubles(column: Column, text: Expression, value: Expression) -> list[tuple[Expression, str]]:
    broken = []
    if column.kind != "text":
        broken.append((text.isnotnull() & value.isnull(), WRONG_KIND[column.kind]))
    if column.required:
        broken.append((text.isnull(), "missing"))
    if column.one_of:
        broken.append((text.isnotnull() & value.isnull(), "not_an_allowed_code"))
    if column.low is not None:
        broken.append((value < constant(column.low), "below_range"))
    if column.high is not None:
        broken.append((value > constant(column.high), "above_range"))
    if column.pattern:
        fits = call("regexp_matches", value, constant(column.pattern))
        broken.append((fits == constant(False), "wrong_form"))
    return broken


def _rule(column: str, rule: str, broken: Expression) -> Expression:
    return when(broken, constant(f"{column}:{rule}"))


def _unknown_owner(owner: str) -> Expression:
    missing = cell(owner).isnotnull() & cell(OWNERS[owner][1]).isnull()
    return _rule(owner, f"unknown_{owner}", missing)


def _late(table: Table, typed: dict[str, Expression], last_day: date | None) -> list[Expression]:
    if last_day is None:
        return []
    return [
        _rule(column.name, "future_date", typed[column.name] > constant(last_day))
        for column in table.columns
        if column.kind == "date"
    ]


def _beyond_scale(typed: dict[str, Expression]) -> list[Expression]:
    score = typed["score"]
    beyond = (score < cell("lowest")) | (score > cell("highest"))
    return [_rule("score", "score_out_of_range", beyond)]


def _wrong_subtype(definitions: Definitions) -> list[Expression]:
    known = definitions["subtypes"].select("category", "subtype").iter_rows()
    pairs = [constant("/".join(pair)) for pair in known]
    category = coalesce(cell("category"), constant(""))
    pair = call("concat", category, constant("/"), cell("subtype"))
    wrong = cell("subtype").isnotnull() & pair.isnotin(*pairs)
    return [_rule("subtype", "subtype_of_another_category", wrong)]


def _mark_repeated(scratch: Scratch, table: Table) -> None:
    """Break all good rows but the first, by place in the export, of those with one key."""
    good = scratch.connection.table(f"judged.{table.name}").filter(cell("broken").isnull())
    columns = [OWNERS[name][1] if name == owner_of(table) else name for name in table.key]
    keys = [cell(name) for name in columns]
    firsts = good.aggregate([*keys, call("count").alias("rows")])
    scratch.connection.execute("drop table if exists repeated")
    firsts.filter(cell("rows") > constant(1)).create("repeated")
    if not scratch.count("repeated"):
        return
    # The first by unit and item keeps its place: rows are few here, so a window costs little.
    told = f"{' + '.join(table.key)}:duplicate_{'_and_'.join(table.key)}"
    names = ", ".join(f'"{name}"' for name in columns)
    scratch.connection.execute(
        f"""
        update judged.{table.name} set broken = ? where rowid in (
            select number from (
                select rowid as number,
                    row_number() over (partition by {names} order by unit, item, rowid) as place
                from judged.{table.name}
                semi join repeated using ({names})
                where broken is null
            ) where place > 1
        )""",
        [told],
    )


def _refuse_unknown_instruments(scratch: Scratch, definitions: Definitions) -> None:
    known = definitions.codes("instruments", "instrument")
    found = scratch.connection.sql(
        "select instrument, count(*) as rows from mapped.scores where instrument is not null"
        " group by instrument order by rows desc, instrument"
    ).fetchall()
    problems = [
        unknown_instrument(name, known) + f" ({count} rows)"
        for name, count in found
        if name not in known
    ]
    if problems:
        rest = len(problems) - MOST_TOLD
        more = [f"scores: {rest} more instruments have no definition"] if rest > 0 else []
        raise InputError(*problems[:MOST_TOLD], *more)


def unknown_instrument(name: str, known: list[str]) -> str:
    """Return what is said of an instrument without a definition; a bare one gets its choices."""
    if not name.isprintable() or len(name) > LONGEST_TOLD:
        return f"scores: instrument is a longer text or one of several lines; expected one of {listed(known, 40)}"
    choices = [code for code in known if code.startswith(f"{name}_")]
    if choices:
        return f"scores: instrument is {name}, without its recall or version; expected one of {listed(choices)}"
    return f"scores: instrument is {name}{did_you_mean(name, known)}; expected one of {listed(known, 40)}"
