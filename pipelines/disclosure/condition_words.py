"""The sentences of one condition: how soon, when to stop, how long, how far."""

from collections.abc import Mapping

import polars as pl

from pipelines.disclosure.condition import ConditionFinding
from pipelines.disclosure.words import between, met, percent, points, span
from pipelines.estimates.years import Year

Row = Mapping[str, object]
BENEFIT = (("seen_weeks_at_once", "seen_weeks"), ("infusions_at_once", "infusions_given"))


def by_infusion(finding: ConditionFinding) -> str:
    """Return how many were seen to respond by the early infusion and at the end of those followed."""
    refused = finding.refusal("by_infusion", "curve")
    if refused:
        return refused
    few = finding.definitions.setting("unstable_below_assessed")
    early = finding.definitions.setting("early_infusion")
    rows = finding.by_infusion
    reached = rows.filter(pl.col("at_risk") >= few)["infusion"].to_list()
    parts = [
        f"after {_infusions(asked)} {_share(row, 'responded')} had been seen to respond and"
        f" {percent(row['stopped_share'])} had stopped with no response seen"
        for asked in sorted({early, max(reached, default=early)})
        if (row := _at(rows, asked)) is not None
    ]
    return _sentence("; ".join(parts)) or "Nobody was seen to respond, or stopped, so early."


def _at(rows: pl.DataFrame, infusion: int) -> Row | None:
    """Return the last row up to an infusion: a share holds until something happens."""
    before = rows.filter(pl.col("infusion") <= infusion).sort("infusion")
    return before.row(-1, named=True) if before.height else None


def _infusions(number: int) -> str:
    return "1 infusion" if number == 1 else f"{number} infusions"


def never_scored(finding: ConditionFinding) -> str:
    """Return how many courses are not among those counted by infusion, as nothing is known of them."""
    count = finding.by_infusion_summary["never_scored"].sum()
    return f"{count:,} courses with a baseline were never scored after it and are not counted here."


def futility(finding: ConditionFinding) -> str:
    """Return how many of those who hardly improved early responded in the end, beside the others."""
    refused = finding.refusal("futility", "both")
    if refused:
        return refused
    rows = {str(row["early"]): row for row in finding.futility.iter_rows(named=True)}
    least = finding.definitions.setting("early_min_fall_percent")
    early = finding.definitions.setting("early_infusion")
    hardly, improved = rows.get("hardly_improved"), rows.get("improved")
    if hardly is None or not hardly["due"]:
        return "Nobody who hardly improved early is due yet for this window."
    said = (
        f"Of the {hardly['due']:,} due who had improved by less than {least} % around infusion"
        f" {early}, {_known(hardly)}"
    )
    if improved is None or not improved["due"]:
        return f"{said}."
    return f"{said}; of the {improved['due']:,} who had improved more, {_known(improved)}."


def _known(row: Row) -> str:
    """Return who responded: the rate of those followed up, or the range where too few were."""
    if not row["enough_follow_up"]:
        return (
            f"{between(row['known'], row['highest'])} responded (too few followed up to say more)"
        )
    unstable = ", unstable" if row["unstable"] else ""
    return (
        f"{percent(row['follow_up'])} were followed up and {_share(row, 'rate')} of them"
        f" responded{unstable}"
    )


def lasting(finding: ConditionFinding) -> str:
    """Return what share of the responders was still in response at each time, by both readings.

    One lost score is enough, or the next score must confirm it.
    """
    refused = finding.refusal("durability", "curve")
    if refused:
        return refused
    both = finding.weeks.join(finding.weeks_at_once, on="weeks", suffix="_at_once").drop_nulls(
        ["share", "share_at_once"]
    )
    known = [
        f"{between(row['share_at_once'], row['share'])} at {row['weeks']} weeks"
        for row in both.iter_rows(named=True)
    ]
    row = finding.summary.row(0, named=True)
    if not known:
        return f"Of {row['followed']:,} courses with a response, too few were followed long enough."
    return (
        f"Of {row['followed']:,} courses followed from their first response, {', '.join(known)}"
        " were still in response."
    )


def cost(finding: ConditionFinding) -> str | None:
    """Return the weeks of benefit per infusion; None where they are not given."""
    if finding.summary.is_empty():
        return None
    row = finding.summary.row(0, named=True)
    both = [row["weeks_per_infusion_at_once"], row["weeks_per_infusion"]]
    if None in both:
        return None
    most = finding.definitions.setting("benefit_weeks")
    seen, given = (_numbers(row[one], row[other]) for one, other in BENEFIT)
    return (
        f"In the {most} weeks after the first response a responder was seen in response for {seen} weeks,"
        f" counted to the last score that shows it, with {given} infusions until then:"
        f" {_numbers(*both)} weeks for each."
    )


def _numbers(low: object, high: object) -> str:
    texts = sorted({f"{float(str(value)):.1f}" for value in (low, high)}, key=float)
    return "–".join(texts)


def distribution(finding: ConditionFinding) -> str:
    """Return how many of those followed up fell by a tenth, 30 % and a half, and how many were missing."""
    rows = {int(row["fell_percent"]): row for row in finding.distribution.iter_rows(named=True)}
    if not rows[0]["assessed"]:
        return "Nobody has been followed up in this window."
    missing = int(finding.response.levels[1]["not_assessed"].sum())
    parts = [f"{percent(rows[step]['share'])} by {step} % or more" for step in (30, 50)]
    rose = 1 - float(rows[0]["share"])
    return (
        f"Of {rows[0]['assessed']:,} followed up ({missing:,} are missing), scores fell in"
        f" {percent(rows[10]['share'])} by 10 % or more, in {' and in '.join(parts)}; they rose in"
        f" {percent(rose)}."
    )


def trajectory(finding: ConditionFinding) -> str:
    """Return the mean score at baseline and around four and eight weeks, with how many it is of."""
    if finding.instrument is None:
        return "No course has a baseline."
    label = finding.definitions.labels("instruments", "instrument")[finding.instrument]
    rows = {int(row["week"]): row for row in finding.trajectory.iter_rows(named=True)}
    parts = [
        f"{row['mean']:.1f} {'at baseline' if week == 0 else f'in week {week}'} ({row['courses']:,} courses)"
        for week in (0, 4, 8)
        if (row := rows.get(week)) is not None
    ]
    return f"{label}, mean score: {', '.join(parts)}."


def years(finding: ConditionFinding) -> str:
    """Return the latest year against the one before, and whether the data can tell them apart."""
    found = finding.years
    if found is None:
        return "No two years of starts are due, so there is nothing to compare."
    gap = found.difference
    if gap.refused:
        return _reason(finding, gap.refused)
    did = met(finding.question, finding.definitions)
    said = (
        f"Of those who began {_months(found.latest)} {_share(found.latest.row, 'rate')} {did}, of"
        f" those who began {_months(found.before)} {_share(found.before.row, 'rate')}: a difference of"
        f" {points(gap.difference)} percentage points ({points(gap.low)} to {points(gap.high)})"
        " among those followed up."
    )
    if gap.told_apart:
        return (
            f"{said} Chance alone would rarely do so much; who came, who was missing and what care was"
            " given may all have changed."
        )
    return f"{said} The data can't tell the two apart."


def _months(year: Year) -> str:
    if year.first == year.last:
        return f"in {year.first:%b %Y}"
    return f"{year.first:%b %Y} to {year.last:%b %Y}"


def _reason(finding: ConditionFinding, code: str) -> str:
    reasons = finding.definitions.reasons
    return str(reasons[code])


def _share(row: Row, name: str) -> str:
    """Return a share with its interval: columns rate, low, high or name_share, name_low, name_high."""
    if name == "responded":
        return (
            f"{percent(row['responded_share'])}{_span(row['responded_low'], row['responded_high'])}"
        )
    share = row["rate"] if name == "rate" else row["share"]
    return f"{percent(share)}{_span(row['low'], row['high'])}"


def _span(low: object, high: object) -> str:
    return "" if low is None or high is None else f" ({span(low, high)})"


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}." if text else ""
