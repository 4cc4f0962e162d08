"""The policies: rows of policies.csv."""

from collections.abc import Mapping

import polars as pl

from pipelines.definitions import Definitions, InputError
from pipelines.definitions.errors import did_you_mean, listed


def policy_row(definitions: Definitions, policy: str) -> dict[str, object]:
    """Return a policy; raises InputError where it is not known."""
    policies = definitions["policies"]
    known = policies["policy"].to_list()
    if policy not in known:
        raise InputError(
            f"policy: '{policy}' is not known{did_you_mean(policy, known)}; expected {listed(known)}"
        )
    return policies.row(by_predicate=pl.col("policy") == policy, named=True)


def smallest_shown(row: dict[str, object]) -> int:
    """Return the smallest count but 0 that a policy shows; 0 where it shows all."""
    return int(str(row["smallest_count"])) if row["protects"] else 0


def rounding(row: Mapping[str, object]) -> int:
    """Return what a policy rounds counts to; 1 where it does not."""
    step = row["round_to"]
    assert isinstance(step, int)
    return step


def refuse_rounding(row: Mapping[str, object], what: str) -> None:
    """Raise InputError where a policy rounds counts, of what is not made for that."""
    if rounding(row) > 1:
        raise InputError(
            f"policy {row['policy']}: {what} is not told in rounded counts; expected cms11 or internal"
        )
