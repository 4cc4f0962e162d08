"""A proposal as it may be shown: the only way from a Proposal to a ProposalFinding."""

from dataclasses import dataclass, field

import polars as pl

from pipelines.disclosure.policies import policy_row
from pipelines.disclosure.restated import Row, said, told_apart
from pipelines.disclosure.withheld import WITHHELD_PROPOSAL
from pipelines.estimates.proposed import CELL, DUE, STATUSES, Proposal

NOT_COMPARED = (
    "Compared are first courses by the headline measure and window; other measures and windows, and"
    " what may be shown of them, are not."
)
WAYS = {"in": "would come in", "out": "would go out", "within": "would change status"}


@dataclass(frozen=True)
class ProposalFinding:
    """What proposed definitions would move in published headline rates; only `disclose_proposal` makes one.

    `moved` and `appearing` are the numbers of rates that would move and of those that would be there
    for the first time. `rows` are the rates with their counts and `text`, `flows` the courses behind
    each. `lines` say all this.
    """

    policy: str
    summary: str
    moved: int
    appearing: int
    rows: pl.DataFrame = field(repr=False)
    flows: pl.DataFrame = field(repr=False)
    lines: tuple[str, ...] = field(repr=False)


def disclose_proposal(result: Proposal, policy: str = "cms11") -> ProposalFinding | str:
    """Return what a policy of the build's own definitions allows of a proposal.

    A protecting policy shows the reason only: two proposals may differ by one person. Raises
    InputError for an unknown policy.
    """
    if policy_row(result.definitions, policy)["protects"]:
        return WITHHELD_PROPOSAL
    rows = _worded(result)
    return ProposalFinding(
        policy=policy,
        summary=_summary(result),
        moved=result.moved.height,
        appearing=result.appearing.height,
        rows=rows,
        flows=result.flows,
        lines=_lines(result, rows),
    )


def _lines(result: Proposal, rows: pl.DataFrame) -> tuple[str, ...]:
    if not result.rules_changed:
        return (NOT_COMPARED,)
    listed = rows.filter(pl.col("moved") | pl.col("start_month").is_null())["text"]
    return (*listed, *_months_that_stay(result), NOT_COMPARED)


def _summary(result: Proposal) -> str:
    moved, appearing = result.moved.height, result.appearing.height
    first = f"{_rates(moved)} would move" if moved else "No published headline rate would move"
    more = [f"{appearing} would be there for the first time"] if appearing else []
    return f"{', '.join([first, *more, f'{result.staying.height} would stay'])}."


def _rates(number: int) -> str:
    return f"{number} published headline {'rate' if number == 1 else 'rates'}"


def _worded(result: Proposal) -> pl.DataFrame:
    """Return the rows, each with its sentence in `text`."""
    texts = [_text(row, result) for row in result.rows.iter_rows(named=True)]
    return result.rows.with_columns(text=pl.Series(texts, dtype=pl.String))


def _text(row: Row, result: Proposal) -> str:
    """Return a rate, as `all months, tmj: 52 % -> 49 %; 3 would come in (3 below_floor -> responded)`."""
    month = f"{row['start_month']:%Y-%m}" if row["start_month"] else "all months"
    name = ", ".join(str(part) for part in (month, row["category"], row["subtype"]) if part)
    least = result.definitions.setting("follow_up_min_percent")
    own = result.flows.filter(
        pl.col(cell).eq_missing(pl.lit(row[cell], result.flows.schema[cell])) for cell in CELL
    )
    ways = "".join(f"; {way}" for way in _ways(own))
    if not row["moved"]:
        return f"{name}: {said(row, 'before', least)} stays{ways}"
    before, after = told_apart(row, least, ("before", "after"))
    return f"{name}: {before} -> {after}{ways}"


def _ways(flows: pl.DataFrame) -> list[str]:
    """Return who would come in, go out and change status, each with the statuses before and after."""
    before, after = (pl.col(status).is_in(DUE).fill_null(False) for status in STATUSES)
    each = {"in": ~before & after, "out": before & ~after, "within": before & after}
    found = []
    for way, holds in each.items():
        part = flows.filter(holds).sort("courses", *STATUSES, descending=[True, False, False])
        if part.height:
            total = int(part["courses"].sum())
            changes = part.select(*STATUSES, "courses").fill_null("none").rows()
            listed = ", ".join(f"{number:,} {old} -> {new}" for old, new, number in changes)
            found.append(f"{total:,} {WAYS[way]} ({listed})")
    return found


def _months_that_stay(result: Proposal) -> list[str]:
    months = result.staying.filter(pl.col("start_month").is_not_null()).height
    if not months:
        return []
    return [f"Of single months {months} {'rate' if months == 1 else 'rates'} would stay."]
