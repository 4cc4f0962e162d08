"""What pages show to others of a condition and of groups, from the blocks that are let out."""

from dataclasses import dataclass, field, replace

import polars as pl

from pipelines.disclosure.disclose import disclose
from pipelines.disclosure.finding import Finding
from pipelines.disclosure.groups import narrowest_label
from pipelines.disclosure.release import Release
from pipelines.disclosure.table import number, rate, share
from pipelines.estimates.funnel import Funnel, funnel
from pipelines.estimates.result import Result


@dataclass(frozen=True)
class GroupsFinding:
    """Rates of groups as others may see them, with their funnel; only `disclose_groups` makes one."""

    rates: Finding
    funnel: Funnel = field(repr=False)


def disclose_groups(result: Result, policy: str, release: Release) -> GroupsFinding:
    """Return the rates of the groups of `question.by` and their funnel, of those that are told.

    Raises InputError as `disclose` does.
    """
    rates = disclose(result, policy, release)
    by = list(rates.question.by)
    told = rates.frame.filter(~pl.col("hidden"))
    labels = [narrowest_label(rates.definitions, row, by) for row in told.iter_rows(named=True)]
    drawn = funnel(told, rates.question, "rate", rates.definitions)
    named = told.select(*by, label=pl.Series(labels, dtype=pl.String))
    frame = drawn.frame.join(named, on=by, how="left", nulls_equal=True, maintain_order="left")
    return GroupsFinding(rates, replace(drawn, frame=frame))


def measures_table(findings: list[Finding], category: str) -> pl.DataFrame:
    """Return what others may see of a condition, one row for each measure and window, as text.

    Measures that no course of the condition is asked for are left out.
    """
    rows = []
    for finding in findings:
        measures = finding.definitions.labels("measure_labels", "measure")
        windows = finding.definitions.labels("windows", "window")
        row = finding.levels[1].row(by_predicate=pl.col("category") == category, named=True)
        if row["started"] == 0:
            continue
        window = windows[finding.question.window].lower()
        rows.append(
            {
                "Measure and window": f"{measures[finding.question.measure]}, {window}",
                "Due": number(row["due"]),
                "At least": share(row, "known"),
                "At most": share(row, "highest"),
                "Followed up": share(row, "follow_up"),
                "Among assessed": rate(row),
                "As of": row["as_of"] or ("" if row["hidden"] else "now"),
            }
        )
    return pl.DataFrame(rows)
