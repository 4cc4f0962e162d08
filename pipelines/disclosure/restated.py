"""The restatement log as it may be shown: the only way from Restatements to a RestatementFinding."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from pipelines.definitions import Definitions
from pipelines.disclosure.policies import policy_row, refuse_rounding
from pipelines.disclosure.words import percent
from pipelines.estimates.restated import Restatements

WHY_NOT = {
    "first_build": "There was no build before this one, so that no published rate could move.",
    "unreadable": "The build before this one could not be read, so that no rates were compared.",
    "other_version": "The build before this one was made by another version of Abate and can't be"
    " compared course by course.",
    "other_keys": "The build before this one holds none of these patient keys, so that nothing can be"
    " compared course by course.",
}
NO_RATES = (
    "Under this policy no rates by month or condition are listed:"
    " the rates before and after would tell how few courses moved them."
)
HIDDEN = "How many is hidden, because small numbers of persons are behind them."
Row = Mapping[str, object]


@dataclass(frozen=True)
class RestatementFinding:
    """What moved in published headline rates, as a policy lets it be shown.

    `moved` is the number of rates that moved, null where it is withheld. `rows` has the rates that
    moved, with their counts and `text`; under a protecting policy it is empty. `reasons` has
    reason, persons over all categories and months; empty where withheld. `lines` say all this.
    """

    policy: str
    summary: str
    moved: int | None
    rows: pl.DataFrame = field(repr=False)
    reasons: pl.DataFrame = field(repr=False)
    lines: tuple[str, ...] = field(repr=False)


def disclose_restatements(result: Restatements, policy: str = "cms11") -> RestatementFinding:
    """Return what a policy allows of the restatement log.

    Under a protecting policy numbers are shown only where every block of courses with one reason,
    one status before and one after holds enough persons: published totals of both builds differ by
    sums of such blocks. Raises InputError for an unknown policy.
    """
    row = policy_row(result.definitions, policy)
    refuse_rounding(row, "what a build moved")
    smallest = int(str(row["smallest_count"]))
    open_ = not row["protects"] or bool((result.blocks["persons"] >= smallest).all())
    moved = result.moved.height if open_ or not result.moved.height else None
    reasons = _reasons(result) if open_ else _reasons(result).clear()
    rows = _worded(result) if not row["protects"] else _worded(result).clear()
    summary = _summary(result, moved)
    lines = [f"Rules that changed: {result.rules_changed}."] if result.rules_changed else []
    lines += rows["text"].to_list()
    if row["protects"] and result.why_not is None:
        lines += [] if rows.height else _by_reason(reasons, result.definitions)
        lines.append(NO_RATES)
    return RestatementFinding(policy, summary, moved, rows, reasons, tuple(lines))


def _summary(result: Restatements, moved: int | None) -> str:
    if result.why_not:
        return WHY_NOT[result.why_not]
    made = f" of {result.before_made_at:%Y-%m-%d}" if result.before_made_at else ""
    since = f"since build {result.before}{made}, courses that became due since then left aside."
    if moved is None:
        return f"Published headline rates moved {since} {HIDDEN}"
    if not moved:
        return f"No published headline rate moved {since}"
    return f"{moved} published headline {'rate' if moved == 1 else 'rates'} moved {since}"


def _reasons(result: Restatements) -> pl.DataFrame:
    """Return persons by reason; one who has a reason with several statuses counts once in each."""
    order = result.definitions["restatement_reasons"].select("reason", "sort_order")
    summed = result.blocks.group_by("reason").agg(pl.col("persons").sum())
    return summed.join(order, on="reason", how="left").sort("sort_order").drop("sort_order")


def _by_reason(reasons: pl.DataFrame, definitions: Definitions) -> list[str]:
    return [f"{_counted(name, count, definitions)}" for name, count in reasons.rows()]


def _worded(result: Restatements) -> pl.DataFrame:
    """Return the rates that moved, each with its sentence in `text`."""
    texts = [_text(row, result) for row in result.moved.iter_rows(named=True)]
    return result.moved.with_columns(text=pl.Series(texts, dtype=pl.String))


def _text(row: Row, result: Restatements) -> str:
    """Return one rate that moved, as `2026-09, tmj: 52 % -> 49 %: 11 late scores`."""
    month = f"{row['start_month']:%Y-%m}" if row["start_month"] else "all months"
    own = result.reasons.filter(
        pl.col("category").eq_missing(row["category"])
        & pl.col("start_month").eq_missing(pl.lit(row["start_month"], pl.Date))
    )
    reasons = result.definitions["restatement_reasons"].sort("sort_order")
    named = reasons.join(own, on="reason").sort("courses", "sort_order", descending=[True, False])
    corrected = named.filter(~pl.col("growth")).select("reason", "courses").rows()
    why = ", ".join(_counted(name, count, result.definitions) for name, count in corrected)
    before, after, now = told_apart(
        row, result.definitions.setting("follow_up_min_percent"), ("before", "after", "now")
    )
    text = f"{month}, {row['category']}: {before} -> {after}: {why}"
    grown = named.filter("growth").select("reason", "courses").rows()
    more = ", ".join(_counted(name, count, result.definitions) for name, count in grown)
    return f"{text}; with {more} {now}" if more else text


def _counted(reason: str, count: int, definitions: Definitions) -> str:
    known = definitions["restatement_reasons"].filter(pl.col("reason") == reason)
    one, many = known.select("one", "many").row(0) if known.height else (reason, reason)
    return f"{count:,} {one if count == 1 else many}"


def told_apart(row: Row, least: int, states: Sequence[str]) -> list[str]:
    """Return what is said of a rate in some states, so that the first two can be told apart.

    With more decimals where rounding hides the difference; with the range of what missing outcomes
    could make of it where only that moved. `least`: percent of follow-up under which only the range
    is said.
    """
    for ranged in (False, True):
        for decimals in range(4):
            texts = [_said(row, at, least, decimals, ranged) for at in states]
            if texts[0] != texts[1]:
                return texts
    return texts


def said(row: Row, at: str, least: int) -> str:
    """Return what is said of a rate in one state: see `told_apart`."""
    return _said(row, at, least, 0, False)


def _said(row: Row, at: str, least: int, decimals: int, ranged: bool) -> str:
    """Return a rate among assessed, or under enough follow-up the range that is shown instead."""
    due, assessed, responded = (
        int(str(row[f"{name}_{at}"])) for name in ("due", "assessed", "responded")
    )
    if not due:
        return "none due"
    known = _share(responded / due, decimals).removesuffix(" %")
    between = f"{known} to {_share((responded + due - assessed) / due, decimals)}"
    if 100 * assessed < least * due:
        return between
    rate = _share(responded / assessed, decimals)
    return f"{rate} ({between})" if ranged else rate


def _share(share: float, decimals: int) -> str:
    return f"{100 * share:.{decimals}f} %" if decimals else percent(share)
