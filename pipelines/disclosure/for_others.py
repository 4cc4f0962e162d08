"""What pages show to others: a condition, groups, visits and events, from the blocks that are let out."""

from dataclasses import dataclass, field

import numpy as np
import polars as pl

from pipelines.definitions import Definitions
from pipelines.disclosure.disclose import disclose
from pipelines.disclosure.finding import Finding
from pipelines.disclosure.groups import code_labels, narrowest_label
from pipelines.disclosure.release import Release
from pipelines.disclosure.table import number, rate, share
from pipelines.disclosure.units import Unit
from pipelines.disclosure.words import HIDDEN, percent
from pipelines.estimates.exact import poisson_limits
from pipelines.estimates.funnel import Funnel, funnel
from pipelines.estimates.result import Result

COMPLETED, MISSED = "completed", ("no_show", "late_cancelled")


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
    return GroupsFinding(
        rates,
        Funnel(drawn.kind, frame, drawn.curve, drawn.target, drawn.phi, drawn.tau, drawn.widened, drawn.refused),
    )  # fmt: skip


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


def visits_table(release: Release, definitions: Definitions) -> pl.DataFrame:
    """Return what became of visits by kind, as text; what is not told is `hidden`."""
    labels = code_labels("visit_kind", definitions)
    return pl.DataFrame(
        [{"Visits": label, **_visits(release, kind)} for kind, label in labels.items()]
    )


def _visits(release: Release, kind: str) -> dict[str, str]:
    row = ("visits", kind)
    held, kept = release.kept("visits held", row), release.kept("visits kept", row)
    found = {
        "Held or missed a place": HIDDEN,
        "Kept": HIDDEN,
        "Missed": HIDDEN,
        "Missed (%)": HIDDEN,
    }
    if held is not None:
        found["Held or missed a place"] = number(held.unit.having({"visits held": "yes"}))
    if kept is not None:
        came = kept.unit.having({"visits kept": COMPLETED})
        gone = sum(kept.unit.having({"visits kept": status}) for status in MISSED)
        found |= {
            "Held or missed a place": number(came + gone),
            "Kept": number(came),
            "Missed": number(gone),
        }
        found["Missed (%)"] = percent(gone / (came + gone)) if came + gone else HIDDEN
    return found


def visits_sentence(release: Release) -> str:
    """Return how many visits were missed, of all that held a place."""
    kept = release.kept("visits kept", ("visits",))
    if kept is None:
        return "Too few visits to tell of them without telling of a person."
    came = kept.unit.having({"visits kept": COMPLETED})
    gone = sum(kept.unit.having({"visits kept": status}) for status in MISSED)
    if not came + gone:
        return "No visit is in these records."
    return (
        f"Of {came + gone:,} visits that held a place, {percent(gone / (came + gone))} were missed."
    )


def _infusions(release: Release) -> Unit | None:
    kept = release.kept("visits course", ("visits", "infusion"))
    return None if kept is None else kept.unit


def events_sentence(release: Release) -> str:
    """Return how often adverse events were recorded, and how many infusions were stopped early."""
    unit, events = _infusions(release), release.kept("adverse_events events", ("adverse_events",))
    if unit is None or events is None:
        return "Too few infusions or events to tell of them without telling of a person."
    infusions = unit.having({"visits course": "yes"})
    if not infusions:
        return "No infusion of a course is in these records."
    said = (
        f"In {infusions:,} infusions {events.unit.courses:,} adverse events were recorded:"
        f" {_per_100(events.unit.courses, infusions)} per 100 infusions"
    )
    stops = release.kept("visits stopped", ("visits", "infusion"))
    if stops is not None:
        stopped, went_on = (stops.unit.having({"visits stopped": flag}) for flag in ("yes", "no"))
        if stopped + went_on:
            said += f"; {percent(stopped / (stopped + went_on))} of infusions were stopped early"
    return f"{said}."


def events_table(release: Release, terms: dict[str, str]) -> pl.DataFrame:
    """Return events by term and per 100 infusions with exact Poisson limits, as text.

    `terms` has the label of each term; those that are not told are `hidden`.
    """
    unit = _infusions(release)
    infusions = 0 if unit is None else unit.having({"visits course": "yes"})
    rows = []
    for term, label in terms.items():
        kept = release.kept("adverse_events events", ("adverse_events", term))
        told = kept is not None and infusions > 0
        rows.append(
            {
                "Event": label,
                "Events": number(None if kept is None else kept.unit.courses),
                "Per 100 infusions": _per_100(kept.unit.courses, infusions)
                if kept and told
                else HIDDEN,
            }
        )
    return pl.DataFrame(rows)


def _per_100(events: int, infusions: int) -> str:
    low, high = poisson_limits(np.array([float(events)]))
    each = [100 * value / infusions for value in (float(events), float(low[0]), float(high[0]))]
    return f"{each[0]:.1f} ({each[1]:.1f}–{each[2]:.1f})"
