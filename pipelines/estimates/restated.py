"""Published headline rates that moved with a new build, by how much and why."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import polars as pl

from pipelines.definitions import Definitions
from pipelines.estimates.result import Provenance

COUNTS = ("due", "assessed", "responded")
SHARES = (("responded", "assessed"), ("responded", "due"), ("possible", "due"))
CELL = ["category", "start_month"]
STATES = (("published", "before"), ("restated", "after"), ("grown", "now"))


@dataclass(frozen=True)
class Restatements:
    """What a build changes in the headline of the one before it: as counted, not for display.

    `before` is the id of that build, null where there is none to compare with; `why_not` says why
    nothing could be compared {first_build, unreadable, other_version, other_keys}. `rules_changed`
    names what counts otherwise. `rows`: see `restated`. `reasons` has category, start_month (null:
    all months), reason, courses; `blocks` has reason, status_before, status_after, persons.
    """

    before: str | None
    before_made_at: datetime | None
    why_not: str | None
    rules_changed: str
    rows: pl.DataFrame = field(repr=False)
    reasons: pl.DataFrame = field(repr=False)
    blocks: pl.DataFrame = field(repr=False)
    definitions: Definitions = field(repr=False)
    provenance: Provenance

    @property
    def moved(self) -> pl.DataFrame:
        """Return the rows whose published rate moved otherwise than by growth."""
        return self.rows.filter("moved")


def restated(
    tables: Mapping[str, pl.DataFrame], definitions: Definitions, provenance: Provenance
) -> Restatements:
    """Return the restatement log of a build from its tables restated_from, published, restatements.

    `rows` has one row per category and month of course start with due courses in the build before,
    and one per category with start_month null: due, assessed and responded as published
    (`_before`), as they are now known of the courses that were due then (`_after`), and with those
    that became due since (`_now`); `moved`: whether the rate among assessed, the known or the
    highest possible share differ between before and after, compared as fractions. Where the study
    has no calendar there are no rows by month.
    """
    identity = tables["restated_from"].row(0, named=True)
    changes = tables["restatements"].join(
        definitions["restatement_reasons"].select("reason", "growth"), on="reason", how="left"
    )
    flows = _flows(changes.with_columns(pl.col("growth").fill_null(False)))
    return Restatements(
        before=identity["id"],
        before_made_at=identity["made_at"],
        why_not=identity["why_not"],
        rules_changed=identity["rules_changed"],
        rows=_rows(tables["published"], flows, definitions),
        reasons=_reasons(changes),
        blocks=changes.group_by("reason", "status_before", "status_after")
        .agg(persons=pl.col("patient_key").n_unique())
        .sort("reason", "status_before", "status_after"),
        definitions=definitions,
        provenance=provenance,
    )


def _flows(changes: pl.DataFrame) -> pl.DataFrame:
    """Return what each change takes from one cell and brings to another, as counts of either sign."""
    sides = [
        changes.select(
            "category", "growth",
            start_month=f"month_{side}", status=f"status_{side}", sign=pl.lit(sign),
        )
        for side, sign in (("before", -1), ("after", 1))
    ]  # fmt: skip
    each = pl.concat(sides).filter(pl.col("status").is_not_null())
    assessed = pl.col("status").is_in(["responded", "not_responded"])
    return each.select(
        *CELL, "growth",
        due="sign",
        assessed=pl.when(assessed).then("sign").otherwise(0),
        responded=pl.when(pl.col("status") == "responded").then("sign").otherwise(0),
    )  # fmt: skip


def _rows(published: pl.DataFrame, flows: pl.DataFrame, definitions: Definitions) -> pl.DataFrame:
    each = pl.concat(
        [
            _marked(published, "published"),
            _marked(flows.filter(~pl.col("growth")), "restated"),
            _marked(flows.filter("growth"), "grown"),
        ]
    )
    months = _summed(each.filter(pl.col("start_month").is_not_null()), CELL)
    totals = _summed(each, ["category"]).with_columns(start_month=pl.lit(None, pl.Date))
    rows = pl.concat([totals, months], how="diagonal").filter(pl.col("due_before") > 0)
    order = definitions["categories"].select("category", "sort_order")
    return (
        rows.join(order, on="category", how="left")
        .sort("sort_order", "start_month", nulls_last=False)
        .select(*CELL, *[f"{name}_{at}" for _, at in STATES for name in COUNTS], moved=rate_moved())
    )


def _marked(counts: pl.DataFrame, kind: str) -> pl.DataFrame:
    numbers = [pl.col(name).cast(pl.Int64) for name in COUNTS]
    return counts.select(*CELL, *numbers, kind=pl.lit(kind))


def _summed(each: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    """Return counts before, after and now: each adds what belongs to it to the one before."""
    kinds = [kind for kind, _ in STATES]
    sums = [
        pl.col(name).filter(pl.col("kind").is_in(kinds[: number + 1])).sum().alias(f"{name}_{at}")
        for number, (_, at) in enumerate(STATES)
        for name in COUNTS
    ]
    return each.group_by(by).agg(sums)


def rate_moved() -> pl.Expr:
    """Return whether any of the shares differs between counts before and after, as fractions."""

    def count(name: str, at: str) -> pl.Expr:
        if name == "possible":
            return pl.col(f"responded_{at}") + pl.col(f"due_{at}") - pl.col(f"assessed_{at}")
        return pl.col(f"{name}_{at}")

    differences = [
        (count(part, "before") * count(whole, "after") != count(part, "after") * count(whole, "before"))
        | ((count(whole, "before") == 0) != (count(whole, "after") == 0))
        for part, whole in SHARES
    ]  # fmt: skip
    return pl.any_horizontal(differences)


def _reasons(changes: pl.DataFrame) -> pl.DataFrame:
    """Return the courses of each reason by cell: one that leaves a cell for another counts in both."""
    cells = [
        changes.select("patient_key", "category", "reason", start_month=f"month_{side}")
        for side in ("before", "after")
    ]
    months = pl.concat(cells).filter(pl.col("start_month").is_not_null()).unique()
    whole = changes.select("patient_key", "category", "reason").unique()
    totals = whole.with_columns(start_month=pl.lit(None, pl.Date))
    each = pl.concat([months.select(totals.columns), totals])
    return each.group_by(*CELL, "reason").agg(courses=pl.len()).sort(*CELL, "reason")
