"""What may be shown of the safety of infusions: all inside the practice, the reason elsewhere."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import polars as pl

from pipelines.definitions import Definitions
from pipelines.disclosure.control import ShownChart, shown_chart
from pipelines.disclosure.groups import group_label
from pipelines.disclosure.policies import policy_row
from pipelines.disclosure.withheld import INFUSIONS
from pipelines.estimates.result import Provenance, Question
from pipelines.estimates.safety import OverTime, Safety

ALL_EVENTS = "All events"


@dataclass(frozen=True)
class EventsOverTime:
    """Events over time as they are shown: of all, of one term or of one clinic, by its label.

    `since`: infusions since the last event so far, where they are `rare`.
    """

    label: str
    of: Literal["all", "term", "clinic"]
    shown: ShownChart
    rare: bool
    since: int | None


@dataclass(frozen=True)
class SafetyFinding:
    """Safety of infusions as a policy lets it be shown; only `disclose_safety` makes one.

    The frames are those of `estimates.safety`.
    """

    policy: str
    question: Question
    totals: pl.DataFrame
    terms: pl.DataFrame
    doses: pl.DataFrame
    stopped: pl.DataFrame
    stops: pl.DataFrame
    excursions: pl.DataFrame
    signs: pl.DataFrame
    over_time: tuple[EventsOverTime, ...]
    dose_over_time: Mapping[str, ShownChart] = field(repr=False)
    between: ShownChart
    since_serious: int | None
    watched: pl.DataFrame
    review: pl.DataFrame = field(repr=False)
    definitions: Definitions = field(repr=False)
    provenance: Provenance


def disclose_safety(found: Safety, policy: str) -> SafetyFinding | str:
    """Return the safety of infusions, or the reason why a protecting policy shows nothing of it.

    Raises InputError for an unknown policy.
    """
    definitions = found.definitions
    if policy_row(definitions, policy)["protects"]:
        return INFUSIONS
    return SafetyFinding(
        policy=policy,
        question=found.question,
        totals=found.totals,
        terms=found.terms,
        doses=found.doses,
        stopped=found.stopped,
        stops=found.stops,
        excursions=found.excursions,
        signs=found.signs,
        over_time=tuple(_over_time(part, definitions) for part in found.over_time),
        dose_over_time={
            group_label(definitions, {"category": category}, "category"): shown_chart(
                chart, definitions, 0, scale="dose"
            )
            for category, chart in found.dose_over_time.items()
        },
        between=shown_chart(found.between, definitions, 1, scale="number"),
        since_serious=found.since_serious,
        watched=found.watched,
        review=found.review,
        definitions=definitions,
        provenance=found.provenance,
    )


def _over_time(part: OverTime, definitions: Definitions) -> EventsOverTime:
    if part.rare:
        shown = shown_chart(part.charted, definitions, 1, scale="number")
    else:
        shown = shown_chart(part.charted, definitions, -1, part.width, "per_100")
    if part.term is not None:
        return EventsOverTime(term_label(part.term), "term", shown, part.rare, part.since)
    if part.clinic_key is not None:
        label = group_label(definitions, {"clinic_key": part.clinic_key}, "clinic_key")
        return EventsOverTime(label, "clinic", shown, part.rare, part.since)
    return EventsOverTime(ALL_EVENTS, "all", shown, part.rare, part.since)


def term_label(code: object) -> str:
    """Return a term as it is written: `vision_blurred` as `Vision blurred`."""
    return str(code).replace("_", " ").capitalize()
