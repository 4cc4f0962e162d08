"""The concepts of the definitions, held against what the records may hold."""

import re

import polars as pl

from pipelines.definitions import InputError
from pipelines.definitions.errors import did_you_mean, listed
from pipelines.intake import contract
from pipelines.intake.scratch import Scratch

CODES = {
    "sex": contract.SEXES, "visit": contract.VISIT_KINDS, "agent": contract.AGENTS,
    "route": contract.ROUTES, "role": contract.ROLES, "sign": contract.SIGNS,
    "prior_treatment": contract.TREATMENTS,
}  # fmt: skip
PATTERNS = {
    "diagnosis": (contract.ICD10CM, "an ICD-10-CM code without dots, as G905"),
    "adverse_event": (contract.CODE, contract.CODE_MEANS),
    "stop_reason": (contract.CODE, contract.CODE_MEANS),
}
ELSEWHERE = (
    "sex",
    "visit",
    "agent",
    "route",
    "stop_reason",
    "diagnosis",
    "role",
    "serious",
    "weight_unit",
)
NUMBER = r"^\d+(\.\d+)?$"


def refuse_wrong_concepts(scratch: Scratch) -> None:
    """Raise InputError, a line for each concept that stands for no code of the records.

    Of what is looked for in observation and measurement, a concept may be only one thing: each
    row becomes one record.
    """
    frame: pl.DataFrame = scratch.connection.table("definitions.omop_concepts").pl()
    instruments = scratch.connection.table("definitions.instruments").pl()["instrument"].to_list()
    codes = CODES | {"instrument": tuple(instruments)}
    problems = [
        f"omop_concepts.csv: concept {row['concept_id']} as {row['means']}: {message}"
        for row in frame.iter_rows(named=True)
        if (message := _trouble(row["means"], row["code"], row["detail"], codes))
    ]
    readings = frame.filter(~pl.col("means").is_in(list(ELSEWHERE)))
    problems += [
        f"omop_concepts.csv: concept {concept} is {listed(means)}; expected one of them"
        for concept, means in readings.group_by("concept_id", maintain_order=True)
        .agg("means")
        .filter(pl.col("means").list.len() > 1)
        .iter_rows()
    ]
    if problems:
        raise InputError(*problems)


def _trouble(
    means: str, code: str | None, detail: str | None, codes: dict[str, tuple[str, ...]]
) -> str | None:
    """Return what is wrong with a row, or None."""
    if means in codes and code not in codes[means]:
        close = did_you_mean(code or "", codes[means])
        return f"code is {code or 'empty'}; expected one of {listed(codes[means], 40)}{close}"
    if means in PATTERNS and not re.search(PATTERNS[means][0], code or ""):
        return f"code is {code or 'empty'}; expected {PATTERNS[means][1]}"
    if means == "visit" and detail not in (None, *contract.VISIT_STATUSES):
        return f"detail is {detail}; expected one of {listed(contract.VISIT_STATUSES)}"
    if means in ("weight", "weight_unit") and not re.search(NUMBER, detail or ""):
        return f"detail is {detail or 'empty'}; expected a number"
    return None
