"""Published headline rates that proposed definitions would move, and the courses behind it."""

from dataclasses import dataclass, field

import polars as pl

from pipelines.definitions import Definitions
from pipelines.estimates.restated import COUNTS, rate_moved
from pipelines.estimates.result import Provenance

CELL = ["category", "subtype", "start_month"]
STATUSES = ["status_before", "status_after"]
ASSESSED = ["responded", "not_responded"]
DUE = ["not_assessed", *ASSESSED]
SIDES = ("before", "after")


@dataclass(frozen=True)
class Proposal:
    """What proposed definitions would change in the headline of a build: as counted, not for display.

    `cells` are the cells of definitions that differ: see `definitions.differences`;
    `rules_changed` names the files that count otherwise. `rows`: see `proposed`. `flows` has
    category, subtype, start_month, status_before, status_after, courses: those that a rate counts
    otherwise; a status is null on the side that has no such course in the row. `definitions` are
    those of the build.
    """

    cells: pl.DataFrame = field(repr=False)
    rules_changed: tuple[str, ...]
    rows: pl.DataFrame = field(repr=False)
    flows: pl.DataFrame = field(repr=False)
    definitions: Definitions = field(repr=False)
    provenance: Provenance

    @property
    def moved(self) -> pl.DataFrame:
        """Return the rows whose published rate would move, or would have none due any more."""
        return self.rows.filter("moved", pl.col("due_before") > 0)

    @property
    def appearing(self) -> pl.DataFrame:
        """Return the rows in which none is due, but would be."""
        return self.rows.filter(pl.col("due_before") == 0)

    @property
    def staying(self) -> pl.DataFrame:
        """Return the rows whose published rate would stay."""
        return self.rows.filter(~pl.col("moved"))


def proposed(
    courses: pl.DataFrame,
    cells: pl.DataFrame,
    rules: list[str],
    definitions: Definitions,
    provenance: Provenance,
) -> Proposal:
    """Return what proposed definitions would move, of courses as `restatement.beside` has them.

    `rows` has one row per category, per category and subtype, and per category and month of course
    start; subtype and start_month are null where all count: due, assessed and responded `_before`,
    by the definitions of the build, and `_after`, by the proposed ones; `moved` as in `restated`.
    Rows with none due on both sides are left out. Where the study has no calendar there are no rows
    by month.
    """
    each = _each(courses)
    changed = each.filter(_counted("before").ne_missing(_counted("after")))
    return Proposal(
        cells=cells,
        rules_changed=tuple(rules),
        rows=_rows(each, definitions),
        flows=changed.group_by(*CELL, *STATUSES).agg(courses=pl.len()).sort(*CELL, *STATUSES),
        definitions=definitions,
        provenance=provenance,
    )


def _each(courses: pl.DataFrame) -> pl.DataFrame:
    """Return each course in every row that it counts in; one that changes its month stands in both."""
    whole = courses.with_columns(
        start_month=pl.lit(None, pl.Date),
        level=pl.when(pl.col("subtype").is_null())
        .then(pl.lit("category"))
        .otherwise(pl.lit("subtype")),
    )
    months = [
        courses.filter(pl.col("subtype").is_null()).select(
            "patient_key", "category", "subtype", start_month=f"month_{side}", level=pl.lit("month")
        )
        for side in SIDES
    ]
    inside = pl.concat(months).drop_nulls("start_month").unique()
    known = courses.filter(pl.col("subtype").is_null()).drop("subtype")
    by_month = inside.join(known, on=["patient_key", "category"]).with_columns(
        pl.when(pl.col(f"month_{side}") == pl.col("start_month"))
        .then(f"status_{side}")
        .alias(f"status_{side}")
        for side in SIDES
    )
    columns = ["patient_key", "level", *CELL, *STATUSES]
    return pl.concat([whole.select(columns), by_month.select(columns)])


def _counted(side: str) -> pl.Expr:
    return pl.when(pl.col(f"status_{side}").is_in(DUE)).then(f"status_{side}")


def _rows(each: pl.DataFrame, definitions: Definitions) -> pl.DataFrame:
    """Return the counts of each row, in the order of categories: as a whole, subtypes, months."""
    meant = (("due", DUE), ("assessed", ASSESSED), ("responded", ["responded"]))
    counts = [
        pl.col(f"status_{side}").is_in(statuses).sum().cast(pl.Int64).alias(f"{name}_{side}")
        for side in SIDES
        for name, statuses in meant
    ]
    order = definitions["categories"].select("category", "sort_order")
    return (
        each.group_by("level", *CELL)
        .agg(counts)
        .filter((pl.col("due_before") > 0) | (pl.col("due_after") > 0))
        .join(order, on="category", how="left")
        .sort(
            "sort_order", "category", pl.col("level").replace_strict({"category": 0, "subtype": 1, "month": 2}),
            "subtype", "start_month", nulls_last=True,
        )
        .select(*CELL, *[f"{name}_{side}" for side in SIDES for name in COUNTS], moved=rate_moved())
    )  # fmt: skip
