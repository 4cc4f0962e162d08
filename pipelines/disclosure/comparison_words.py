"""The sentences of groups beside each other: more or less than expected, two of them, what changed."""

from collections.abc import Mapping

import polars as pl

from pipelines.definitions import Definitions
from pipelines.disclosure.comparison import ComparisonFinding
from pipelines.disclosure.words import met, percent, points, span
from pipelines.estimates.calibration import Calibration
from pipelines.estimates.difference import between
from pipelines.estimates.funnel import Funnel

Row = Mapping[str, object]


def expected(finding: ComparisonFinding) -> str:
    """Return which groups did better or worse than their patients would lead to expect."""
    if finding.groups.is_empty():
        return "No course of a headline condition is due for this measure and window."
    rows = finding.groups.filter(pl.col("ratio").is_not_null())
    if rows.is_empty():
        reasons = finding.groups["why_not"].drop_nulls().unique(maintain_order=True).to_list()
        return f"No expected number is given. {' '.join(reasons)}".strip()
    did = met(finding.question, finding.definitions)
    told = rows.filter((pl.col("ratio_low") > 1) | (pl.col("ratio_high") < 1))
    if rows["ratio_low"].null_count() == rows.height:
        return f"{_listed(rows)}. {finding.reason('several_courses_ratio')}"
    if told.is_empty():
        return (
            f"In none of the {rows.height} groups with enough follow-up can the number that {did} be"
            " told from what its patients would lead to expect."
        )
    more, less = told.filter(pl.col("ratio") > 1), told.filter(pl.col("ratio") < 1)
    parts = [
        f"{way} {did} than their patients would lead to expect in {_listed(side)}"
        for way, side in (("more", more), ("fewer", less))
        if side.height
    ]
    others = rows.height - told.height
    rest = f"; the other {others} can't be told from it" if others else ""
    said = f"{'; '.join(parts)}{rest}."
    return said[0].upper() + said[1:]


def _listed(rows: pl.DataFrame) -> str:
    return ", ".join(f"{row['label']} ({_ratio(row)})" for row in rows.iter_rows(named=True))


def _ratio(row: Row) -> str:
    text = f"{row['ratio']:.2f} times"
    low, high = row["ratio_low"], row["ratio_high"]
    return text if low is None else f"{text}, {low:.2f}–{high:.2f}"


def chance(finding: ComparisonFinding) -> str | None:
    """Return how many groups chance alone would make stand out; None where none has an interval."""
    number = finding.groups["ratio_low"].drop_nulls().len()
    if number < 2:
        return None
    any_of_them = 1 - 0.95**number
    return (
        f"If all did as expected, chance alone would still make at least one of {number} groups stand"
        f" out in up to {percent(any_of_them)} of practices."
    )


def beyond(finding: ComparisonFinding, found: Funnel) -> str:
    """Return which groups lie outside what chance leaves a group of their size."""
    if found.refused:
        return finding.reason(found.refused)
    value = pl.col("value")
    far = found.frame.filter((value > pl.col("high_998")) | (value < pl.col("low_998")))
    near = found.frame.filter((value > pl.col("high_95")) | (value < pl.col("low_95")))
    near = near.filter(~pl.col("label").is_in(far["label"].implode()))
    all_ = found.frame.height
    if far.is_empty() and near.is_empty():
        if found.widened:
            return f"All {all_} groups lie within what groups usually differ by."
        return f"All {all_} groups lie where chance alone would leave them."
    parts = [
        f"outside the {name} % limits: {', '.join(side['label'])}"
        for name, side in (("99.8", far), ("95", near))
        if side.height
    ]
    said = "; ".join(parts)
    alike = "Of groups that differ as much as these" if found.widened else "Of groups that do alike"
    return (
        f"{said[0].upper()}{said[1:]}. {alike}, one in 20 lies outside the 95 % limits, and one in 500"
        " outside the 99.8 % limits."
    )


def outside(found: Funnel) -> str:
    """Return how many groups lie outside the limits, in short."""
    value = pl.col("value")
    numbers = [
        found.frame.filter(
            (value > pl.col(f"high_{name}")) | (value < pl.col(f"low_{name}"))
        ).height
        for name in ("95", "998")
    ]
    said = f"{numbers[0] or 'None'} of {found.frame.height} groups outside the 95 % limits"
    return f"{said}, {numbers[1]} outside the 99.8 % limits" if numbers[1] else said


def dispersion(definitions: Definitions, found: Funnel) -> str:
    """Return whether groups vary more than chance, and what the limits make of it."""
    if found.phi is None:
        least = definitions.setting("funnel_dispersion_groups_min")
        return (
            f"Fewer than {least} groups can't tell whether they vary more than chance, so the limits are"
            " those of chance alone."
        )
    if not found.widened or found.tau is None:
        return (
            f"Chance alone can make groups vary as these do ({found.phi:.1f} times as much as it does on"
            " average, outer tenths drawn in), so the limits are those of chance; that does not prove them"
            " alike."
        )
    between_groups = (
        f"{100 * found.tau:.0f} percentage points" if found.kind == "rate" else f"{found.tau:.2f}"
    )
    return (
        f"The groups vary {found.phi:.1f} times as much as chance makes them (variance of z scores, outer"
        f" tenths drawn in). The limits allow for a standard deviation of {between_groups} between groups."
    )


def two(finding: ComparisonFinding, one: str, other: str) -> str:
    """Return the difference between two groups, and whether the data can tell them apart."""
    rows = finding.group(one), finding.group(other)
    gap = between(*rows)
    if gap.refused:
        return finding.reason(gap.refused)
    did = met(finding.question, finding.definitions)
    texts = [
        f"{row['label']} {percent(row['rate'])} ({span(row['low'], row['high'])} of"
        f" {row['assessed']:,} assessed)"
        for row in rows
    ]
    said = (
        f"{' and '.join(texts)} {did}: a difference of {points(gap.difference)} percentage points"
        f" ({points(gap.low)} to {points(gap.high)})."
    )
    if not gap.told_apart:
        return f"{said} The data can't tell the two apart."
    return f"{said} Chance alone would rarely do so much; the groups may treat different patients."


def pooled(finding: ComparisonFinding) -> str:
    """Return how much groups differ beyond chance, or why they are not pooled."""
    found = finding.pooling
    if found.refused or found.mean is None or found.spread is None:
        return finding.reason(found.refused or "too_few_groups")
    middle, low, high = found.spread
    drawn = "each is drawn towards that mean, small ones most."
    if found.alike:
        return (
            f"The data can't tell the groups' rates from one and the same, {percent(found.mean)}; if they"
            f" vary beyond chance, then by a standard deviation of at most {100 * high:.0f} percentage"
            f" points; {drawn}"
        )
    return (
        f"Beyond chance, groups vary around {percent(found.mean)} by a standard deviation of about"
        f" {100 * middle:.0f} percentage points ({100 * low:.0f} to {100 * high:.0f}); {drawn}"
    )


def change(finding: ComparisonFinding) -> str:
    """Return how much of a year's change is who came and how much is how they fared."""
    found = finding.change
    if found.refused or found.years is None:
        return finding.reason(found.refused or "no_earlier_year")
    gap = found.years.difference
    assert found.mix is not None
    assert found.within is not None
    sure = found.within_low is not None and (
        found.within_low > 0 or (found.within_high is not None and found.within_high < 0)
    )
    verdict = (
        "Chance alone would rarely do as much within the conditions."
        if sure
        else "The data can't tell the part within the conditions from no change."
    )
    return (
        f"Against the year before, the share of those assessed that"
        f" {met(finding.question, finding.definitions)} moved by {points(gap.difference, 1)} percentage"
        f" points: {points(found.mix, 1)} because other conditions were treated,"
        f" {points(found.within, 1)} ({points(found.within_low, 1)} to {points(found.within_high, 1)})"
        f" within the conditions. {verdict}"
    )


def calibrated(finding: ComparisonFinding) -> str:
    """Return how far the expected chances come true."""
    found = finding.calibration
    if not isinstance(found, Calibration):
        return finding.reason(found)
    return (
        f"Of one who {met(finding.question, finding.definitions)} and one who did not, the first had"
        f" the higher chance in {percent(found.concordance)} of pairs; 50 % would be a coin. The"
        f" calibration slope is {found.slope:.2f}; 1 is right, less claims too much. The comparison"
        " allows only for differences that were recorded at the start."
    )
