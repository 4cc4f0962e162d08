"""The sentences of one condition: how soon, when to stop, how long, how far."""

from collections.abc import Mapping

import polars as pl

from pipelines.disclosure.condition import ConditionFinding
from pipelines.disclosure.words import percent, span
from pipelines.estimates.years import Year

Row = Mapping[str, object]
BENEFIT = (("mean_weeks_at_once", "mean_weeks"), ("infusions_at_once", "infusions_given"))


def by_infusion(finding: ConditionFinding) -> str:
    """Return how many had responded after the early infusion and at the end of those followed."""
    refused = finding.refusal("by_infusion", "curve")
    if refused:
        return refused
    early = finding.definitions.setting("early_infusion")
    rows = finding.by_infusion
    few = finding.definitions.setting("unstable_below_assessed")
    reached = rows.filter(pl.col("at_risk") >= few)["infusion"].to_list()
    told = rows.filter(pl.col("infusion").is_in([early, max(reached, default=early)]))
    parts = [
        f"after {row['infusion']} infusions {_share(row, 'responded')} had responded"
        f" and {percent(row['stopped_share'])} had stopped without a response"
        for row in told.iter_rows(named=True)
    ]
    return _sentence("; ".join(parts)) or "Too few infusions to say."


def futility(finding: ConditionFinding) -> str:
    """Return how many of those who hardly improved early responded in the end, beside the others."""
    refused = finding.refusal("futility", "both")
    if refused:
        return refused
    rows = {str(row["early"]): row for row in finding.futility.iter_rows(named=True)}
    least = finding.definitions.setting("early_min_fall_percent")
    early = finding.definitions.setting("early_infusion")
    hardly, improved = rows.get("hardly_improved"), rows.get("improved")
    if hardly is None or not hardly["assessed"]:
        return "Nobody who hardly improved early has been followed up in this window."
    said = (
        f"Of the {hardly['assessed']:,} followed up who had improved by less than {least} % around"
        f" infusion {early}, {_share(hardly, 'rate')} responded"
    )
    if improved is None or not improved["assessed"]:
        return f"{said}."
    return f"{said}; of the {improved['assessed']:,} who had improved more, {_share(improved, 'rate')}."


def lasting(finding: ConditionFinding) -> str:
    """Return what share of the responders was still in response at each time, from least to most.

    Least: one lost score is enough. Most: the next score must confirm it.
    """
    refused = finding.refusal("durability", "curve")
    if refused:
        return refused
    both = finding.weeks.join(finding.weeks_at_once, on="weeks", suffix="_at_once").drop_nulls(
        ["share", "share_at_once"]
    )
    known = [
        f"{_range(row['share_at_once'], row['share'])} at {row['weeks']} weeks"
        for row in both.iter_rows(named=True)
    ]
    row = finding.summary.row(0, named=True)
    if not known:
        return f"Of {row['followed']:,} courses with a response, none was followed long enough."
    return (
        f"Of {row['followed']:,} courses followed from their first response, {', '.join(known)}"
        " were still in response."
    )


def _range(low: object, high: object) -> str:
    if percent(low) == percent(high):
        return percent(low)
    return f"{percent(low).removesuffix(' %')}–{percent(high)}"


def cost(finding: ConditionFinding) -> str | None:
    """Return the weeks of benefit per infusion; None where they are not given."""
    if finding.summary.is_empty():
        return None
    row = finding.summary.row(0, named=True)
    both = [row["weeks_per_infusion_at_once"], row["weeks_per_infusion"]]
    if None in both:
        return None
    most = finding.definitions.setting("benefit_weeks")
    mean, given = (_numbers(row[one], row[other]) for one, other in BENEFIT)
    return (
        f"Within {most} weeks a responder had {mean} weeks in response for {given} infusions:"
        f" {_numbers(*both)} weeks each."
    )


def _numbers(low: object, high: object) -> str:
    texts = sorted({f"{float(str(value)):.1f}" for value in (low, high)}, key=float)
    return "–".join(texts)


def distribution(finding: ConditionFinding) -> str:
    """Return how many fell by nothing, a third and a half."""
    rows = {int(row["fell_percent"]): row for row in finding.distribution.iter_rows(named=True)}
    if not rows[0]["assessed"]:
        return "Nobody has been followed up in this window."
    parts = [f"{percent(rows[step]['share'])} by {step} % or more" for step in (30, 50)]
    rose = 1 - float(rows[0]["share"])
    return (
        f"Of {rows[0]['assessed']:,} followed up, scores fell in {percent(rows[10]['share'])} by 10 %"
        f" or more, in {' and in '.join(parts)}; they rose in {percent(rose)}."
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
        return "There are no two years of starts that are due, so none is compared with the other."
    gap = found.difference
    if gap.refused:
        return _reason(finding, gap.refused)
    said = (
        f"Of those who began {_months(found.latest)} {_share(found.latest.row, 'rate')} responded, of"
        f" those who began {_months(found.before)} {_share(found.before.row, 'rate')}: a difference of"
        f" {_points(gap.difference)} percentage points ({_points(gap.low)} to {_points(gap.high)})."
    )
    if gap.told_apart:
        return f"{said} More than chance; whether patients or care changed, it does not say."
    return f"{said} The data can't tell the two years apart."


def _months(year: Year) -> str:
    return f"{year.first:%b %Y} to {year.last:%b %Y}"


def _points(share: float | None) -> str:
    assert share is not None
    points = round(100 * share)
    return f"{points:+d}".replace("-", "−") if points else "0"


def _reason(finding: ConditionFinding, code: str) -> str:
    reasons = dict(finding.definitions["estimate_refusals"].select("reason", "sentence").rows())
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
