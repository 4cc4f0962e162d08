"""Courses as the current definitions count them beside what proposed ones would make of them."""

from collections.abc import Mapping, Sequence

import duckdb
import polars as pl

from pipelines.definitions import InputError
from pipelines.restatement.changes import beside
from pipelines.restatement.recounting import Config, Connection, counted, headline, kept_records
from pipelines.restatement.rules import differing, fingerprints, needed
from pipelines.tables.checking import check
from pipelines.tables.order import SqlTable


def proposed(
    current: Connection,
    own: Mapping[str, pl.DataFrame],
    meant: Mapping[str, pl.DataFrame],
    steps: Sequence[SqlTable],
    config: Config,
) -> tuple[pl.DataFrame, list[str]]:
    """Return the headline's courses by both definitions, see `beside`, and the rules that differ.

    `own` are the definitions of the build, `meant` the proposed ones; the records are those that
    the build keeps. Raises InputError where a build would refuse the proposed ones, and where the
    build says something else than its own definitions do by the SQL of this version, so that what
    moves is due to the definitions alone.
    """
    load = kept_records(current, steps)
    before = headline(current)
    try:
        with counted(load, own, steps, config) as again:
            if not _sorted(headline(again)).equals(_sorted(before)):
                raise InputError(
                    "the current build was counted by another version of Abate, so that nothing can"
                    " be compared; make it again with `abate build`"
                )
        with counted(load, meant, steps, config) as otherwise:
            check(otherwise, needed(steps))
            after = headline(otherwise)
    except duckdb.Error as error:
        raise InputError(
            f"the proposed definitions can't be counted: {str(error).splitlines()[0]}"
        ) from None
    rules = differing(fingerprints(own, steps), fingerprints(meant, steps))
    return beside(before, after), rules


def _sorted(courses: pl.DataFrame) -> pl.DataFrame:
    return courses.sort("course_key")
