"""What proposed definitions would change in the headline rates of the current build."""

from collections.abc import Mapping, Sequence

import duckdb
import polars as pl

from pipelines.definitions import InputError
from pipelines.restatement.changes import changes, published
from pipelines.restatement.comparing import RESTATED_FROM
from pipelines.restatement.recounting import Config, Connection, headline, recounted
from pipelines.restatement.rules import differing, fingerprints
from pipelines.tables.order import SqlTable


def proposed(
    current: Connection,
    before: Mapping[str, pl.DataFrame],
    after: Mapping[str, pl.DataFrame],
    steps: Sequence[SqlTable],
    config: Config,
) -> dict[str, pl.DataFrame]:
    """Return restated_from, published and restatements as `logged` does, for other definitions.

    `before` are the definitions of the build, `after` the proposed ones; both are counted by the
    SQL of this version. Raises InputError where the proposed ones can't be counted.
    """
    identity = current.sql("select id, made_at from build.info").pl().row(0, named=True)
    through = current.sql("select data_through from build.info").fetchall()[0][0]
    old = headline(current)
    try:
        new = recounted(current, after, steps, config)
    except duckdb.Error as error:
        raise InputError(
            f"the proposed definitions can't be counted: {str(error).splitlines()[0]}"
        ) from None
    rules = differing(fingerprints(before, steps), fingerprints(after, steps))
    row = identity | {"why_not": None, "rules_changed": ", ".join(rules)}
    return {
        "restated_from": pl.DataFrame([row], schema=RESTATED_FROM),
        "published": published(old),
        "restatements": changes(old, new, through, "definitions_changed"),
    }
