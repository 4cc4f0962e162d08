"""The ladder: how much of each row may be shown, so that no small group can be worked out.

Rungs are nested partitions of the courses of a row, coarse to fine. A row stands on the highest
rung on which each of its blocks holds no person or enough persons; parents limit children; and
the children that a parent has beyond those shown must, taken together, be no small group either.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

HIDDEN = 0
Row = tuple[object, ...]


@dataclass(frozen=True)
class Members:
    """Who is counted: one row per course with patient_key, the group columns and one per rung.

    `rungs` names the partition columns, coarse to fine; each refines the one before.
    """

    frame: pl.DataFrame
    rungs: Sequence[str]
    smallest: int


def standings(members: Members, levels: Sequence[Sequence[str]]) -> list[dict[Row, int]]:
    """Return for each level the rung (1 for the first, 0 for hidden) on which each row stands.

    `levels` are the group columns of each step of grouping; each is the start of the next, and a
    row's parent is the row of the level before with the same values. A row whose parent is not
    counted in the level before (a condition outside the headline) has none.
    """
    found: list[dict[Row, int]] = []
    for depth, columns in enumerate(levels):
        own = _own(members, columns)
        if depth:
            parents = found[-1]
            shorter = len(levels[depth - 1])
            own = {row: min(rung, parents.get(row[:shorter], rung)) for row, rung in own.items()}
            for parent, rung in parents.items():
                children = [row for row in own if row[:shorter] == parent]
                _repair(members, columns, own, children, rung)
        found.append(own)
    return found


def _own(members: Members, columns: Sequence[str]) -> dict[Row, int]:
    """Return how high each row stands by its own blocks."""
    frame = members.frame
    rows: list[Row] = [()]
    if columns:
        rows = frame.select(columns).unique().sort(columns).rows()
    found: dict[Row, int] = dict.fromkeys(rows, len(members.rungs))
    for number, rung in reversed(list(enumerate(members.rungs, start=1))):
        small = (
            frame.group_by([*columns, rung])
            .agg(persons=pl.col("patient_key").n_unique())
            .filter(pl.col("persons") < members.smallest)
        )
        for row in small.select(columns).unique().rows() if columns else [()] * (small.height > 0):
            found[row] = number - 1
    return found


def _repair(
    members: Members,
    columns: Sequence[str],
    standing: dict[Row, int],
    children: Sequence[Row],
    parent_rung: int,
) -> None:
    """Lower children until, on every rung of the parent, those not on it are no small group."""
    for number in range(1, parent_rung + 1):
        rung = members.rungs[number - 1]
        while True:
            below = [row for row in children if standing[row] < number]
            on = [row for row in children if standing[row] >= number]
            if not below or not on or _large(members, columns, below, rung):
                break
            on.sort(key=lambda row: (_persons(members, columns, row), str(row)))
            repairing = [row for row in on if _large(members, columns, [*below, row], rung)]
            standing[(repairing or on)[0]] = number - 1


def _chosen(members: Members, columns: Sequence[str], rows: Sequence[Row]) -> pl.DataFrame:
    wanted = pl.DataFrame(
        list(rows), schema={name: members.frame.schema[name] for name in columns}, orient="row"
    )
    return members.frame.join(wanted, on=list(columns), how="semi", nulls_equal=True)


def _large(members: Members, columns: Sequence[str], rows: Sequence[Row], rung: str) -> bool:
    """Return whether each block of these rows together holds enough persons."""
    blocks = _chosen(members, columns, rows).group_by(rung).agg(pl.col("patient_key").n_unique())
    return bool((blocks["patient_key"] >= members.smallest).all())


def _persons(members: Members, columns: Sequence[str], row: Row) -> int:
    return _chosen(members, columns, [row])["patient_key"].n_unique()


def rung_columns(
    courses: pl.DataFrame, ladder: Sequence[Mapping[str, object]], keys: Sequence[str]
) -> tuple[pl.DataFrame, list[str]]:
    """Return one row per course with `keys` and a column per rung, and the names of these columns.

    `courses` has one row per course and measure; `ladder` the rows of release_ladder.csv in their
    order. Each rung joins its own split to those of the rungs before, so that it refines them.
    """
    wide = courses.pivot("measure", index=["course_key", *keys], values="status")
    blocks: list[pl.Expr] = [pl.lit("course")]
    names, columns = [], []
    for step in ladder:
        measure, splits = str(step["measure"]), str(step["splits"])
        if measure in wide.columns:
            blocks.append(_block(pl.col(measure), splits))
        names.append(str(step["rung"]))
        columns.append(pl.concat_str(blocks, separator="|").alias(f"rung {step['rung']}"))
    return wide.select(*keys, *columns), names


def _block(status: pl.Expr, splits: str) -> pl.Expr:
    """Return the block of a status: what a rung tells apart of one measure.

    A course of a condition without the measure has no status; such courses are a block of their
    own, because the measure's numbers leave them out.
    """
    due = status.is_in(["responded", "not_responded", "not_assessed"])
    if splits == "started":
        counted = pl.lit("started")
    elif splits == "steps":
        counted = status
    elif splits == "due":
        counted = pl.when(due).then(pl.lit("due")).otherwise(pl.lit("not_counted"))
    elif splits == "met":
        met = pl.when(status == "responded").then(status).otherwise(pl.lit("rest_of_due"))
        counted = pl.when(due).then(met).otherwise(pl.lit("not_counted"))
    else:
        counted = pl.when(due).then(status).otherwise(pl.lit("not_counted"))
    return pl.when(status.is_not_null()).then(counted).otherwise(pl.lit("not_asked"))
