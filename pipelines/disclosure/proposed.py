"""A proposal as it may be shown: the only way from a Proposal to a ProposalFinding."""

from dataclasses import dataclass, field

import polars as pl

from pipelines.disclosure.policies import policy_row
from pipelines.disclosure.restated import HIDDEN, NO_RATES, Row, may_be_told, said, told_apart
from pipelines.estimates.proposed import CELL, DUE, STATUSES, Proposal

NOT_COMPARED = (
    "Compared are first courses by the headline measure and window; other measures and windows, and"
    " what may be shown of them, are not."
)
WAYS = {"in": "would come in", "out": "would go out", "within": "would change status"}


@dataclass(frozen=True)
class ProposalFinding:
    """What proposed definitions would move in published headline rates, as a policy lets it be shown.

    `moved` and `appearing` are the numbers of rates that would move and of those that would be there
    for the first time, null where they are withheld. `rows` are the rates with their counts and
    `text`, `flows` the courses behind each; under a protecting policy both are empty. `statuses` has
    status_before, status_after, persons over all categories; empty where withheld. `lines` say all
    this.
    """

    policy: str
    summary: str
    moved: int | None
    appearing: int | None
    rows: pl.DataFrame = field(repr=False)
    flows: pl.DataFrame = field(repr=False)
    statuses: pl.DataFrame = field(repr=False)
    lines: tuple[str, ...] = field(repr=False)


def disclose_proposal(result: Proposal, policy: str = "cms11") -> ProposalFinding:
    """Return what a policy of the build's own definitions allows of a proposal.

    Under a protecting policy numbers are told only where every block of persons with one status
    before and one after holds enough, as in the restatement log. Raises InputError for an unknown
    policy.
    """
    row = policy_row(result.definitions, policy)
    protects, numbers = bool(row["protects"]), may_be_told(result.blocks, row)
    moved, appearing = result.moved.height, result.appearing.height
    told = numbers or not (moved or appearing)
    whole = result.blocks.filter(pl.col("level") == "category").drop("level")
    rows, statuses = _worded(result), whole if numbers else whole.clear()
    return ProposalFinding(
        policy=policy,
        summary=_summary(result, protects, told),
        moved=moved if told else None,
        appearing=appearing if told else None,
        rows=rows.clear() if protects else rows,
        flows=result.flows.clear() if protects else result.flows,
        statuses=statuses,
        lines=_lines(result, statuses if protects else None, rows),
    )


def _lines(result: Proposal, statuses: pl.DataFrame | None, rows: pl.DataFrame) -> tuple[str, ...]:
    """Return what is said below the summary; `statuses` in place of rates where these are hidden."""
    if not result.rules_changed:
        return (NOT_COMPARED,)
    first = f"Rules that would change: {', '.join(result.rules_changed)}."
    if statuses is not None:
        return (first, *_ways(statuses, "persons"), NO_RATES, NOT_COMPARED)
    listed = rows.filter(pl.col("moved") | pl.col("start_month").is_null())["text"]
    return (first, *listed, *_months_that_stay(result), NOT_COMPARED)


def _summary(result: Proposal, protects: bool, told: bool) -> str:
    if not told:
        return f"Published headline rates would move. {HIDDEN}"
    moved, appearing = result.moved.height, result.appearing.height
    first = f"{_rates(moved)} would move" if moved else "No published headline rate would move"
    more = [f"{appearing} would be there for the first time"] if appearing else []
    more += [] if protects else [f"{result.staying.height} would stay"]
    return f"{', '.join([first, *more])}."


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
    ways = "".join(f"; {way}" for way in _ways(own, "courses"))
    if not row["moved"]:
        return f"{name}: {said(row, 'before', least)} stays{ways}"
    before, after = told_apart(row, least, ("before", "after"))
    return f"{name}: {before} -> {after}{ways}"


def _ways(flows: pl.DataFrame, count: str) -> list[str]:
    """Return who would come in, go out and change status, each with the statuses before and after."""
    before, after = (pl.col(status).is_in(DUE).fill_null(False) for status in STATUSES)
    each = {"in": ~before & after, "out": before & ~after, "within": before & after}
    found = []
    for way, holds in each.items():
        part = flows.filter(holds).sort(count, *STATUSES, descending=[True, False, False])
        if part.height:
            total = int(part[count].sum())
            changes = part.select(*STATUSES, count).fill_null("none").rows()
            listed = ", ".join(f"{number:,} {old} -> {new}" for old, new, number in changes)
            found.append(f"{total:,} {WAYS[way]} ({listed})")
    return found


def _months_that_stay(result: Proposal) -> list[str]:
    months = result.staying.filter(pl.col("start_month").is_not_null()).height
    if not months:
        return []
    return [f"Of single months {months} {'rate' if months == 1 else 'rates'} would stay."]
