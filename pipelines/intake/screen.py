"""The screen at the door: what must not be in any text of the records is looked for in all of it.

Codes of the contract and of the definitions can hold nothing else. What is left is looked at: texts
without a list of codes, regions, diagnosis codes, and the keys of records that are said to hold no
identifiers. A row that holds what it must not is quarantined with the rule, never the value.
"""

from collections.abc import Callable
from functools import partial

import polars as pl

from pipelines.definitions import Definitions
from pipelines.intake import contract
from pipelines.intake.expressions import cell
from pipelines.intake.judging import OWNERS, owner_of
from pipelines.intake.scratch import Scratch

ZIP_AREA = "[0-9]{3}"
KEY_RULES = ("holds_an_email", "holds_a_social_security_number", "holds_a_phone_number")
SHORTEST_NAME = 3
TERMS = {"term": "adverse_event", "stop_reason": "stop_reason"}


def screen(scratch: Scratch, definitions: Definitions, anonymized: bool) -> None:
    """Quarantine, in the `judged` tables, the rows whose texts hold what they must not.

    With `anonymized` keys are texts too: they pass into the records as they are.
    """
    words = partial(_name_words, scratch)
    for table in contract.TABLES:
        for column in table.columns:
            if column.kind != "text" or column.one_of:
                continue
            if column.name == owner_of(table):
                continue
            if column.name.endswith("_key"):
                if anonymized:
                    _judge(scratch, table.name, column.name, definitions, set, KEY_RULES)
            elif not column.refers_to:
                _judge(scratch, table.name, column.name, definitions, words, ())
                if column.name in TERMS and not anonymized:
                    _refuse_unknown(scratch, table.name, column.name, definitions)
    _quarantine_orphans(scratch)


def _quarantine_orphans(scratch: Scratch) -> None:
    """Quarantine what belongs to a patient or visit that the screen quarantined."""
    for table in contract.TABLES:
        owner = owner_of(table)
        if owner is None:
            continue
        others, number = OWNERS[owner]
        scratch.connection.execute(
            f"update judged.{table.name} set broken = ? where broken is null"
            f" and {number} in (select rowid from judged.{others} where broken is not null)",
            [f"{owner}:unknown_{owner}"],
        )


def _refuse_unknown(scratch: Scratch, table: str, column: str, definitions: Definitions) -> None:
    """Quarantine the rows whose term no definition has: a name may be written as a code too."""
    scratch.connection.execute(
        f"update judged.{table} set broken = ? where broken is null and {column} not in (select unnest(?))",
        [f"{column}:not_a_known_{column}", sorted(_known(column, definitions))],
    )


def _known(column: str, definitions: Definitions) -> set[str]:
    """Return the codes of a text column that some definition names."""
    known = set(definitions["labels"].filter(pl.col("list") == column)["code"])
    if column in TERMS:
        fhir, omop = definitions["fhir_codes"], definitions["omop_concepts"]
        known |= set(fhir.filter(pl.col("use") == TERMS[column])["value"])
        known |= set(omop.filter(pl.col("means") == TERMS[column])["code"])
    return known


def restrict_regions(scratch: Scratch) -> None:
    """Make 000 of three-digit ZIP areas of few people; let only states and ZIP areas pass."""
    scratch.connection.execute(
        "update judged.patients set region = '000'"
        " where region in (select zip3 from definitions.restricted_zip3)"
    )
    scratch.connection.execute(
        "update judged.patients set broken = 'region:not_a_state_or_zip_area'"
        " where broken is null and not regexp_full_match(region, ?)"
        " and region not in (select state from definitions.states)",
        [ZIP_AREA],
    )


def _name_words(scratch: Scratch) -> set[str]:
    """Return the words of the export's own names of persons, in lower case."""
    found = scratch.connection.sql(
        r"select distinct unnest(regexp_extract_all(lower(name), '\p{L}+')) from mapped.names"
    )
    return {word for (word,) in found.fetchall() if len(word) >= SHORTEST_NAME}


def _judge(
    scratch: Scratch,
    table: str,
    column: str,
    definitions: Definitions,
    names: Callable[[], set[str]],
    only: tuple[str, ...],
) -> None:
    good = scratch.connection.table(f"judged.{table}").filter(cell("broken").isnull())
    values = good.select(column).distinct().pl()[column].drop_nulls()
    values = values.filter(~values.is_in(list(_known(column, definitions))))
    if values.is_empty():
        return
    told = _held(values, column, definitions, names(), only)
    if told.is_empty():
        return
    scratch.connection.execute("drop table if exists held_texts")
    scratch.store("held_texts", told)
    scratch.connection.execute(
        f"update judged.{table} set broken = held_texts.told from held_texts"
        f" where broken is null and {column} = held_texts.value"
    )


def _held(
    values: pl.Series,
    column: str,
    definitions: Definitions,
    names: set[str],
    only: tuple[str, ...],
) -> pl.DataFrame:
    """Return the values that hold what they must not, with what is told of each: column and rule."""
    patterns = definitions["screen_patterns"].filter(
        (pl.col("column_name") == column)
        | (pl.col("column_name").is_null() & (pl.lit(column) != "icd10cm"))
    )
    value = pl.col("value")
    rules = [
        pl.when(value.str.contains(pattern)).then(pl.lit(rule))
        for rule, pattern in patterns.select("rule", "pattern").iter_rows()
        if not only or rule in only
    ]
    named = value.str.to_lowercase().str.extract_all(r"\p{L}+").list.eval(
        pl.element().is_in(list(names))
    ).list.any()  # fmt: skip
    if names:
        rules.append(pl.when(named).then(pl.lit("holds_a_name")))
    frame = pl.DataFrame({"value": values}, schema={"value": pl.String})
    rule = pl.coalesce(rules) if rules else pl.lit(None, pl.String)
    told = frame.with_columns(told=pl.concat_str(pl.lit(f"{column}:"), rule))
    return told.filter(pl.col("told").is_not_null())
